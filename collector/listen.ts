// Opens and closes a server's port: failures as one line that names the setting, and a close that lets requests in
// flight finish without waiting for ever.

import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { CollectorError } from './model/index.ts'
import type { Settings } from './settings.ts'

/** Connections that fall idle while the server closes are let go this soon. */
const IDLE_CHECK_INTERVAL_MS = 50

/** After the deadline connections are cut; what remains then is bookkeeping. */
const CUT_MS_MAX = 1_000

export interface Listening extends Pick<Settings, 'host' | 'port'> {
  /** Whose value the port is, for the one who must change it. */
  readonly variable?: string
  /** What listens, for the log. */
  readonly name?: string
}

/** Returns the address under which this machine reaches the server. @throws CollectorError SETTINGS_INVALID. */
export async function listen(app: FastifyInstance, settings: Listening): Promise<string> {
  try {
    await app.listen({
      host: settings.host,
      port: settings.port,
      listenTextResolver: (address) => `${settings.name ?? 'collector'} listening at ${address}`
    })
  } catch (cause) {
    throw toListenError(cause, settings)
  }
  const address = app.server.address()
  if (address === null || typeof address === 'string') return settings.host
  const host = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }[address.address] ?? address.address
  const isBareIpv6 = host.includes(':') && !host.startsWith('[')
  return `http://${isBareIpv6 ? `[${host}]` : host}:${address.port}`
}

/**
 * Takes each port for a moment and gives it back, so that a start that cannot end well has changed no data. Nothing
 * listens afterwards: what comes meanwhile is refused as before, and `listen` has the last word. Ports by default
 * that may be another program's without harm are not asked for.
 *
 * @throws CollectorError SETTINGS_INVALID, in the words of `listen`.
 */
export async function probePorts({
  host,
  port,
  grpc,
  clickhouseHttp
}: Pick<Settings, 'host' | 'port' | 'grpc' | 'clickhouseHttp'>): Promise<void> {
  await probePort({ host, port })
  if (grpc?.isChosen === true) {
    await probePort({ host, port: grpc.port, variable: 'ONSET_GRPC_PORT' })
  }
  if (clickhouseHttp?.isChosen === true) {
    await probePort({ host, port: clickhouseHttp.port, variable: 'ONSET_CLICKHOUSE_HTTP_PORT' })
  }
}

async function probePort(settings: Listening): Promise<void> {
  const probe = createServer()
  // Nobody is to be served in the moment that it takes.
  probe.on('connection', (socket) => socket.destroy())
  try {
    probe.listen({ host: settings.host, port: settings.port })
    await once(probe, 'listening')
  } catch (cause) {
    throw toListenError(cause, settings)
  }
  probe.close()
  await once(probe, 'close')
}

/** Stops accepting, lets requests in flight end, and cuts what has not ended after `deadlineMs`. */
export async function closeServer(app: FastifyInstance, deadlineMs: number): Promise<void> {
  const timers = new AbortController()
  const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_INTERVAL_MS)
  const closed = app.close()
  try {
    await Promise.race([closed, pause(deadlineMs, timers.signal)])
    app.server.closeAllConnections()
    await Promise.race([closed, pause(CUT_MS_MAX, timers.signal)])
  } finally {
    clearInterval(idle)
    timers.abort()
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

function toListenError(cause: unknown, settings: Listening): CollectorError {
  const { host, port, variable = 'ONSET_PORT' } = settings
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: `${variable} is ${port}, which another process already listens on at ${host}; stop that one, or set ${variable} to a free port (0 takes any)`,
    EACCES: `${variable} is ${port}, which this user may not listen on; a port from 1024 to 65535 is right`,
    EADDRNOTAVAIL: `ONSET_HOST is ${JSON.stringify(host)}, which is no address of this machine; 127.0.0.1 or 0.0.0.0 is right`,
    ENOTFOUND: `ONSET_HOST is ${JSON.stringify(host)}, a name that cannot be resolved; 127.0.0.1 or 0.0.0.0 is right`
  }
  const reason = reasons[code] ?? `cannot listen on ${host}:${port}: ${String(cause)}`
  return new CollectorError('SETTINGS_INVALID', reason, { retryable: false, cause })
}
