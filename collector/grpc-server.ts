// OTLP/gRPC as a server of its own, beside the one for OTLP/HTTP and REST: connects the receiver's services
// to the keys and the port.

import type { Logger } from 'pino'
import type { Access } from './access/index.ts'
import { isLoopbackHost } from './loopback.ts'
import { CollectorError } from './model/index.ts'
import {
  type AdmitCaller,
  type GrpcReceiver,
  type Receiver,
  startGrpcReceiver
} from './receiver/index.ts'
import type { Settings } from './settings.ts'

export interface GrpcServerOptions {
  readonly settings: Pick<Settings, 'host' | 'grpc' | 'shutdownMs'>
  readonly receiver: Receiver
  readonly access: Access
  readonly logger: Logger
}

export interface GrpcServer {
  /** `http://127.0.0.1:4317`, what OTEL_EXPORTER_OTLP_ENDPOINT is set to. */
  readonly url: string
  /** Stops accepting and lets calls in flight end, for at most `settings.shutdownMs`. Idempotent. */
  close(): Promise<void>
}

const VARIABLE = 'ONSET_GRPC_PORT'

/**
 * Undefined when there is none to start: switched off, or the default port is another program's, which is
 * logged.
 *
 * @throws CollectorError SETTINGS_INVALID when a chosen port cannot be had.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer | undefined> {
  const { settings, receiver, access, logger } = options
  const { host, grpc, shutdownMs } = settings
  if (grpc === undefined) return undefined
  const { port, isChosen } = grpc
  let server: GrpcReceiver
  try {
    server = await startGrpcReceiver({ receiver, admit: createAdmission(access), host, port })
  } catch (cause) {
    const error = toListenError(cause, host, port)
    if (isChosen) throw error
    logger.warn({ port }, `no OTLP/gRPC: ${error.message}, or off`)
    return undefined
  }
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  const url = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${server.port}`
  logger.info(`OTLP/gRPC listening at ${url}`)
  return { url, close: () => server.close(shutdownMs) }
}

/** As the guards of HTTP: with keys whoever presents one, without keys this machine by a name of its own. */
function createAdmission(access: Access): AdmitCaller {
  return ({ authorization, address, authority }) => {
    if (!access.isRequired) {
      if (isLoopbackHost(authority)) return () => undefined
      const message =
        'the authority does not name this machine; call 127.0.0.1 or localhost, or make keys to be called by other names (docs/authentication.md)'
      throw new CollectorError('PERMISSION_DENIED', message, { retryable: false })
    }
    // Of two values none is taken: a proxy in front may have checked the other one.
    const given = authorization.length === 1 ? authorization[0] : undefined
    const presented = /^Bearer +(\S+)$/i.exec(given ?? '')?.[1]
    const actor = access.admit(presented, 'ingest', address)
    access.rates.admit(actor.id)
    return (bytes) => access.rates.countBytes(actor.id, bytes)
  }
}

function toListenError(cause: unknown, host: string, port: number): CollectorError {
  const text = cause instanceof Error ? cause.message : String(cause)
  const reasons: readonly (readonly [code: string, reason: string])[] = [
    [
      'EADDRINUSE',
      `${VARIABLE} is ${port}, which another process already listens on at ${host}; stop that one, or set ${VARIABLE} to a free port (0 takes any)`
    ],
    [
      'EACCES',
      `${VARIABLE} is ${port}, which this user may not listen on; a port from 1024 to 65535 is right`
    ]
  ]
  const reason = reasons.find(([code]) => text.includes(code))?.[1]
  const message = reason ?? `cannot listen on ${host}:${port} (${VARIABLE}): ${text}`
  return new CollectorError('SETTINGS_INVALID', message, { retryable: false, cause })
}
