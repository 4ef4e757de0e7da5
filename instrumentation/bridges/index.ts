// The door of the room that records what frameworks do: agents, tools, handoffs, calls of MCP servers.

export { installBridges } from './install-bridges.ts'
export type { Bridges, BridgesOptions } from './options.ts'
