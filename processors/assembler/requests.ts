// Which model call asked for a tool: by the id of the call, else by its tool and arguments.

import type { ClassifiedStep } from '@onset/collector/model'

export interface Request<N> {
  readonly from: N
  /** Among the calls that were asked for with it. */
  readonly position: number
}

export interface Requests<N> {
  /** Id, tool and arguments: where producers count ids anew each turn, the id alone is not enough. */
  readonly whole: ReadonlyMap<string, Request<N>>
  readonly byId: ReadonlyMap<string, Request<N>>
  readonly byCall: ReadonlyMap<string, Request<N>>
}

/** Of several requests that look the same the first one of `nodes`. */
export function addRequests<N extends { readonly step: ClassifiedStep }>(
  nodes: readonly N[]
): Requests<N> {
  const whole = new Map<string, Request<N>>()
  const byId = new Map<string, Request<N>>()
  const byCall = new Map<string, Request<N>>()
  for (const from of nodes) {
    for (const [
      position,
      { id, name, arguments: given }
    ] of from.step.requestedToolCalls.entries()) {
      const request = { from, position }
      const call = callKey(name, given)
      addFirst(byCall, call, request)
      if (!id) continue
      addFirst(byId, id, request)
      addFirst(whole, `${id} ${call}`, request)
    }
  }
  return { whole, byId, byCall }
}

export function findRequest<N>(
  { whole, byId, byCall }: Requests<N>,
  { toolCallId, tool, arguments: given }: ClassifiedStep
): Request<N> | undefined {
  if (toolCallId)
    return whole.get(`${toolCallId} ${callKey(tool ?? '', given)}`) ?? byId.get(toolCallId)
  return tool === undefined ? undefined : byCall.get(callKey(tool, given))
}

function addFirst<N>(requests: Map<string, Request<N>>, key: string, request: Request<N>): void {
  if (!requests.has(key)) requests.set(key, request)
}

/** Arguments are indented JSON in one place and compact in the other. */
function callKey(tool: string, given: string): string {
  return `${tool} ${given.replaceAll(/\s/g, '')}`
}
