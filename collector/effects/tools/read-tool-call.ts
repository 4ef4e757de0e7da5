// What one tool call does: its rule by name, its arguments by the names that tools give them.

import type { Step } from '../../model/index.ts'
import { NO_ACTION } from '../action-effects.ts'
import type { ActionEffects } from '../action-effects.ts'
import { readCode } from '../commands/inline-code.ts'
import { changesDatabase } from '../commands/sql.ts'
import { FileList } from '../files.ts'
import { readKeystrokes } from '../keystrokes.ts'
import { lineEffects } from '../line-effects.ts'
import { readPatch } from '../patch-text.ts'
import { readShell } from '../shell/read-shell.ts'
import { findTool } from './find-tool.ts'
import { readArguments } from './tool-arguments.ts'
import type { ToolArguments } from './tool-arguments.ts'
import type { ToolReading } from './tool-rule.ts'
import { judgeToolName } from './tool-words.ts'

export function readToolCall(step: Step): ActionEffects {
  const name = step.tool ?? step.name.replace(/^(?:execute_tool|tools?\/call)\s+/, '')
  const call: Call = { name, step, given: readArguments(step.arguments) }
  const rule = findTool(name)
  return TOOL_READERS[rule.reading](call, {
    ...NO_ACTION,
    effect: rule.effect,
    stage: rule.stage,
    verifies: rule.verifies === true
  })
}

interface Call {
  readonly name: string
  readonly step: Step
  readonly given: ToolArguments
}

type ToolReader = (call: Call, plain: ActionEffects) => ActionEffects

const TOOL_READERS: Readonly<Record<ToolReading, ToolReader>> = {
  shell: readLine,
  keystrokes: readTyped,
  code: (call, plain) => codeEffects(textOf(call, CODE_KEYS) ?? '', plain),
  sql: (call, plain) => sqlEffects(textOf(call, SQL_KEYS) ?? '', plain),
  read: (call, plain) => ({ ...plain, filesRead: paths(call, PATH_KEYS) }),
  write: written,
  editor: (call, plain) =>
    /^(?:view|read|open|show)$/.test(call.given.find('command', 'action') ?? '')
      ? { ...plain, effect: 'explore', stage: 'inspection', filesRead: paths(call, PATH_KEYS) }
      : written(call, plain),
  patch: patched,
  move: (call, plain) => ({
    ...plain,
    filesRead: paths(call, ['source', 'from', 'old_path', 'src']),
    filesWritten: paths(call, ['destination', 'to', 'new_path', 'dst', 'target'])
  }),
  none: (_call, plain) => plain
}

const COMMAND_KEYS = [
  'command',
  'cmd',
  'shell_command',
  'bash_command',
  'commands',
  'script',
  'input',
  'code'
]
const KEYS_KEYS = ['keystrokes', 'keys', 'chars', 'text', ...COMMAND_KEYS]
const CODE_KEYS = ['code', 'python_code', 'source', 'script', 'input', 'command', 'cell']
const SQL_KEYS = ['sql', 'query', 'statement', 'sql_query']
const PATH_KEYS = [
  'file_path',
  'filePath',
  'path',
  'filename',
  'file_name',
  'fileName',
  'target_file',
  'targetFile',
  'notebook_path',
  'absolute_path',
  'absolutePath',
  'file',
  'filepath',
  'relative_workspace_path',
  'paths',
  'file_paths',
  'files',
  'uri'
]
const TEXT_KEYS = [
  'content',
  'contents',
  'new_string',
  'newString',
  'new_str',
  'file_text',
  'newText',
  'new_text',
  'insert_text',
  'new_source',
  'code_edit',
  'replacement',
  'replace',
  'new_content',
  'newCode',
  'text',
  'code',
  'file_content',
  'string'
]
const PATCH_KEYS = ['input', 'patch', 'diff', 'patchText', 'patch_text', 'explanation']

/** The argument that matters, or the arguments themselves when they are no JSON, or the action. */
function textOf({ given, step, name }: Call, keys: readonly string[]): string | undefined {
  const found = given.find(...keys)
  if (found !== undefined) return found
  const raw = step.arguments.trim()
  if (raw !== '' && !/^[[{]/.test(raw)) return step.arguments
  if (raw !== '') return undefined
  return step.action.startsWith(`${name}: `) ? step.action.slice(name.length + 2) : step.action
}

/** Claude Code, Gemini CLI and editors have an argument for what a shell writes as `&`. */
const IN_BACKGROUND =
  /"(?:run_in_background|is_background|isBackground|background)"\s{0,4}:\s{0,4}true\b/

function readLine(call: Call): ActionEffects {
  const text = textOf(call, COMMAND_KEYS)
  if (text === undefined) return byName(call)
  // OpenHands sends a signal to the running command through the same tool.
  if (/^\s*C-[a-z\\]\s*$/i.test(text)) return readTyped(call)
  const purpose = call.given.find('description') ?? call.step.thought
  const { observation } = call.step
  const background = IN_BACKGROUND.test(call.step.arguments)
  return lineEffects(readShell(text), { observation, purpose, background, staysOpen: false })
}

function readTyped(call: Call): ActionEffects {
  const text = textOf(call, KEYS_KEYS)
  return text === undefined ? NO_ACTION : readKeystrokes(text, call.step.observation)
}

/** A tool named `execute` that is given no command: its name alone speaks. */
function byName(call: Call): ActionEffects {
  const { effect, stage, verifies } = judgeToolName(call.name)
  return { ...NO_ACTION, effect, stage, verifies: verifies === true }
}

function codeEffects(code: string, plain: ActionEffects): ActionEffects {
  const { changes, reads, writes } = readCode(code)
  return {
    ...plain,
    effect: changes ? 'change' : 'explore',
    stage: changes ? 'implementation' : plain.stage,
    filesRead: listed(reads),
    filesWritten: listed(writes),
    writtenText: changes ? code : ''
  }
}

function sqlEffects(sql: string, plain: ActionEffects): ActionEffects {
  if (!changesDatabase(sql)) return plain
  return { ...plain, effect: 'change', stage: 'implementation', writtenText: sql }
}

function written(call: Call, plain: ActionEffects): ActionEffects {
  return {
    ...plain,
    edits: true,
    filesWritten: paths(call, PATH_KEYS),
    writtenText: call.given.findAll(...TEXT_KEYS).join('\n')
  }
}

function patched(call: Call, plain: ActionEffects): ActionEffects {
  const patch = readPatch(textOf(call, PATCH_KEYS) ?? '')
  return { ...plain, edits: true, filesWritten: listed(patch.files), writtenText: patch.added }
}

function paths(call: Call, keys: readonly string[]): readonly string[] {
  return listed(call.given.findAll(...keys))
}

function listed(names: readonly string[]): readonly string[] {
  const list = new FileList()
  for (const name of names) list.add('', name.replace(/^file:\/\//, ''))
  return list.toArray()
}
