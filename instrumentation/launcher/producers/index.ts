// Every producer the launcher knows.

import type { Producer } from '../producer.ts'
import { claudeCode } from './claude-code.ts'
import { codex } from './codex.ts'
import { copilotCli } from './copilot-cli.ts'
import { geminiCli } from './gemini-cli.ts'
import { node } from './node.ts'
import { openHands } from './openhands.ts'
import { python } from './python.ts'

export const PRODUCERS: readonly Producer[] = [
  claudeCode,
  codex,
  geminiCli,
  copilotCli,
  openHands,
  node,
  python
]

export { node } from './node.ts'
export { python } from './python.ts'
export { unknown } from './unknown.ts'
