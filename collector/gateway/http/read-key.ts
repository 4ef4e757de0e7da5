// The key of a caller. It is the password, whatever the name of the user: ClickHouse's clients send both in
// headers (https://clickhouse.com/docs/interfaces/http), and those behind OAuth a bearer token. A server also
// takes them from the address; here not, because logs of proxies and histories of shells keep addresses.

import type { IncomingMessage } from 'node:http'

import { onlyHeader } from './read-request.ts'

/** Undefined when none was sent; an empty password is none. */
export function readKey(request: Pick<IncomingMessage, 'headersDistinct'>): string | undefined {
  const key = onlyHeader(request, 'x-clickhouse-key')
  if (key !== undefined) return key
  const authorization = onlyHeader(request, 'authorization') ?? ''
  const bearer = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
  if (bearer !== undefined) return bearer
  const basic = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  return basic === undefined ? undefined : passwordOf(Buffer.from(basic, 'base64').toString('utf8'))
}

/** Of `user:password`; a name has no colon, a password may. */
function passwordOf(pair: string): string | undefined {
  const colon = pair.indexOf(':')
  return colon === -1 ? undefined : pair.slice(colon + 1) || undefined
}
