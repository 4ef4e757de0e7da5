// Stands before each call: whoever may not send is refused on the metadata, before a byte of the message is
// taken, and a call whose message does not come is ended.

import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status as Status
} from '@grpc/grpc-js'
import { signalOfPath } from './export-services.ts'
import type { Receiver } from '../receiver.ts'
import { logOutcome, outcomeOf } from '../request-outcome.ts'
import { type GrpcStatus, toGrpcStatus } from './grpc-status.ts'

/** Who asks, as far as the wire tells. */
export interface GrpcCaller {
  /** All values of the metadata `authorization`. */
  readonly authorization: readonly string[]
  /** Of the connection's other end, without port. */
  readonly address: string
  /** What the caller calls this server, with port. */
  readonly authority: string
}

/**
 * Lets the caller in, or says why not. What it returns is told the bytes of the message.
 *
 * @throws CollectorError UNAUTHENTICATED, PERMISSION_DENIED, RATE_LIMITED, STORE_UNAVAILABLE
 */
export type AdmitCaller = (caller: GrpcCaller) => (bytes: number) => void

/** As over HTTP: a message of 64 MiB over a slow uplink of 5 Mbit/s. */
const MESSAGE_TIMEOUT_MS = 120_000

/** Held for a call whose message is on its way: a batch of 512 spans has about this before compression. */
const EXPECTED_BYTES = 1_048_576

export function createCallGuard(receiver: Receiver, admit: AdmitCaller): ServerInterceptor {
  return (method, call) => {
    const expected = receiver.inflight.open()
    let timer: NodeJS.Timeout | undefined
    const settle = (): void => {
      clearTimeout(timer)
      expected.release()
    }
    let countBytes: ReturnType<AdmitCaller> | undefined
    const refuse = (error: unknown): void => {
      settle()
      call.sendStatus(refuseCall(receiver, method.path, error))
    }
    return new ServerInterceptingCall(call, {
      start: (next) => {
        next({
          onReceiveMetadata: (metadata, mdNext) => {
            try {
              countBytes = admit(toCaller(metadata, call.getPeer(), call.getHost()))
              expected.reserve(Math.min(EXPECTED_BYTES, receiver.options.bodyBytesMax))
            } catch (error) {
              refuse(error)
              return
            }
            timer = setTimeout(() => {
              settle()
              call.sendStatus({
                code: Status.DEADLINE_EXCEEDED,
                details: 'no message came in time'
              })
            }, MESSAGE_TIMEOUT_MS)
            timer.unref()
            mdNext(metadata)
          },
          onReceiveMessage: (message: unknown, msgNext) => {
            // The handler reserves what the message really takes.
            settle()
            if (message instanceof Uint8Array) countBytes?.(message.length)
            msgNext(message)
          },
          onCancel: settle
        })
      },
      sendStatus: (status, next) => {
        settle()
        next(status)
      }
    })
  }
}

function refuseCall({ options, metrics, log }: Receiver, path: string, error: unknown): GrpcStatus {
  const status = options.httpStatusOf(error)
  const outcome = outcomeOf(status.status)
  metrics.countRequest(signalOfPath(path) ?? 'traces', 'grpc', outcome)
  logOutcome(log, outcome, error)
  return toGrpcStatus(status, error)
}

function toCaller(metadata: Metadata, peer: string, authority: string): GrpcCaller {
  return {
    authorization: metadata.get('authorization').map(String),
    // `127.0.0.1:50312`, `[::1]:50312`.
    address: peer.replace(/:\d+$/, '').replaceAll(/[[\]]/g, ''),
    authority
  }
}
