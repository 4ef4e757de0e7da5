// Keys typed into a terminal that stays open. Most are shell lines; the rest are signals (`C-c`), commands
// of an editor, or lines for whatever program is in front.

import { NO_ACTION } from './action-effects.ts'
import type { ActionEffects } from './action-effects.ts'
import { readCode } from './commands/inline-code.ts'
import { changesDatabase } from './commands/sql.ts'
import { lineEffects } from './line-effects.ts'
import { readShell } from './shell/read-shell.ts'

export function readKeystrokes(text: string, observation: string): ActionEffects {
  return (
    readKeys(text) ??
    readEditorCommand(text.trim()) ??
    readProgramLine(text.trim()) ??
    lineEffects(readShell(text), { observation, purpose: '', background: false, staysOpen: true })
  )
}

/** tmux's names for interrupt, end of file, suspend and quit; `^C` is how terminals show them. */
const SIGNAL = /^(?:c-[cdz\\]|\^[cdz\\])$/i
const SIGNAL_CODES: ReadonlySet<number> = new Set([0x03, 0x04, 0x1a, 0x1c])

/** Other named keys, and single characters: they move, answer or do nothing that shows. */
const KEY =
  /^(?:(?:[cms]-)?(?:enter|escape|esc|tab|btab|space|bspace|up|down|left|right|home|end|pageup|pagedown|f\d{1,2})|[cms]-.|\^.|.)$/i

/** A line of more keys than this is text. */
const KEYS_MAX = 32
const KEY_LINE_CHARS_MAX = 512

function readKeys(text: string): ActionEffects | undefined {
  if (text.length > KEY_LINE_CHARS_MAX) return text.trim() === '' ? NO_ACTION : undefined
  const keys = text.split(/\s+/).filter((key) => key !== '')
  if (keys.length > KEYS_MAX || !keys.every((key) => isSignal(key) || KEY.test(key))) {
    return undefined
  }
  // A signal stops or suspends what runs in front.
  return keys.some(isSignal) ? { ...NO_ACTION, effect: 'change', stage: 'environment' } : NO_ACTION
}

function isSignal(key: string): boolean {
  return SIGNAL.test(key) || (key.length === 1 && SIGNAL_CODES.has(key.charCodeAt(0)))
}

/** vi's `:wq`, `:%s/a/b/`: with `w` or `x` it writes, with `s`, `d`, `m` it edits. */
function readEditorCommand(text: string): ActionEffects | undefined {
  const match = /^:(?:[%\d,.$' ]{0,16})?([a-z]{1,12})?!?(?:\s|\/|$)/i.exec(text)
  if (match === null || /^:\s/.test(text) || text === ':') return undefined
  const writes = /^(?:w|wq|wqa|x|xa|update|s|d|g|normal|norm|m|t|put)$/.test(match[1] ?? '')
  return writes ? { ...NO_ACTION, effect: 'change', stage: 'implementation' } : NO_ACTION
}

/** Lines for an interpreter or a database client in front, told by a form that no shell line has. */
const STATEMENT =
  /^(?:import \w|from [\w.]{1,64} import |library\(|print\(|[A-Za-z_][\w.]{0,64}\(.{0,2000}\)$|[A-Za-z_][\w.]{0,64} (?:=|<-) \S|(?:def|class) \w{1,64}.{0,200}:$|select\s.{1,2000};$|\.(?:tables|schema|mode|headers|quit|exit)\b)/is

/** A here-document's last line that arrives alone: `EOF`, `PY`. */
const TERMINATOR = /^[A-Z]{2,12}$/

function readProgramLine(text: string): ActionEffects | undefined {
  if (TERMINATOR.test(text)) return NO_ACTION
  if (!STATEMENT.test(text)) return undefined
  const { changes, reads, writes } = readCode(text)
  if (!changes && !changesDatabase(text)) return { ...NO_ACTION, filesRead: reads }
  return {
    ...NO_ACTION,
    effect: 'change',
    stage: 'implementation',
    filesRead: reads,
    filesWritten: writes,
    writtenText: text
  }
}
