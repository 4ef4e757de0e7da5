// Which names mean this machine and no other. Without keys the collector answers only to these, both as
// the address it listens on and as the name it is called by: a page of a foreign site whose name was
// made to resolve to 127.0.0.1 (DNS rebinding) still sends that site's name as Host.

import { isIPv4 } from 'node:net'

export function isLoopbackName(name: string): boolean {
  const host = name.toLowerCase().replace(/\.$/, '')
  if (host === 'localhost' || host.endsWith('.localhost')) return true
  if (host === '::1' || host === '[::1]') return true
  return isIPv4(host) && host.startsWith('127.')
}

/** Of a Host header: `localhost:4318`, `[::1]:4318`. */
export function isLoopbackHost(header: string): boolean {
  return isLoopbackName(header.replace(/:\d{0,5}$/, ''))
}

/** Of an Origin header: `http://localhost:5173`. The opaque origin `null` is nobody's. */
export function isLoopbackOrigin(header: string): boolean {
  return URL.canParse(header) && isLoopbackName(new URL(header).hostname)
}
