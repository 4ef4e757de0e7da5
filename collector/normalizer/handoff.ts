// Handing the task to another agent shows as a call of a tool with a telling name, in the frameworks
// that have handoffs: OpenAI Agents and LangGraph (`transfer_to_<agent>`), Google ADK (`transfer_to_agent`),
// AutoGen and Microsoft's framework (`handoff_to_<agent>`), OpenInference (`handoff to <agent>`).

const HANDOFF_NAME = /^(?:transfer|handoff|hand_off|transfer_back)[ _-]to[ _-]/i

export function isHandoff(tool: string | undefined): boolean {
  return tool !== undefined && HANDOFF_NAME.test(tool)
}
