// Composes the room: each bridge finds its framework by itself, when and if the program loads it.

import { bridgeAiSdk } from './ai-sdk.ts'
import { BridgeRoom } from './bridge-room.ts'
import { wantLangChain } from './langchain.ts'
import { wantMcpClient } from './mcp-client.ts'
import { bridgeOpenAiAgents } from './openai-agents.ts'
import type { Bridges, BridgesOptions } from './options.ts'
import { reachModules } from './reach-modules.ts'

export function installBridges(options: BridgesOptions): Bridges {
  const room = new BridgeRoom(options)
  const removals = [
    room.safely(() => bridgeOpenAiAgents(room)),
    room.safely(() => bridgeAiSdk(room)),
    room.safely(() => reachModules([wantMcpClient(room), wantLangChain(room)]))
  ]
  return {
    activeContext: () => room.activeContext(),
    uninstall() {
      for (const remove of removals) room.safely(() => remove?.())
    }
  }
}
