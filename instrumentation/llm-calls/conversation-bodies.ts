// Bodies of requests as values. A conversation is sent again with each call, longer by what is new: what the
// call before had in common, to the letter, is not parsed again, only compared, which takes a twentieth.

import { toJson } from './capture.ts'
import type { JsonRecord } from './facts.ts'
import { parseJson, recordOf } from './json.ts'

/** Conversations that a program holds at a time; sub-agents have theirs. */
const CONVERSATIONS_MAX = 4

/** Characters of all bodies that are remembered; with what they say they take about three times as much memory. */
const CHARS_MAX = 2 * 1024 * 1024

/** Shorter ones are parsed before one is found that they continue. */
const CHARS_MIN = 4096

/** Under which names the protocols have the conversation. */
const LIST_KEYS = ['messages', 'input', 'contents']

interface Known {
  /** The body up to the end of the conversation's last message. */
  readonly begin: string
  /** The body after it: the list's end and the members that follow. */
  readonly end: string
  readonly key: string
  readonly body: JsonRecord
  readonly list: readonly unknown[]
}

export class ConversationBodies {
  /** The newest last. */
  #known: Known[] = []

  read(text: string): JsonRecord {
    if (text.length < CHARS_MIN) return recordOf(parseJson(text))
    const continued = this.#continue(text)
    if (continued !== undefined) return continued
    const body = recordOf(parseJson(text))
    const known = dissect(text, body)
    if (known !== undefined) this.#remember(known)
    return body
  }

  #continue(text: string): JsonRecord | undefined {
    for (const before of this.#known.toReversed()) {
      const { begin, end, key } = before
      if (!text.endsWith(end) || text.length - end.length <= begin.length) continue
      // Compared whole, which the engine does by words; `startsWith` looks at each character.
      if (text.charAt(begin.length) !== ',' || text.slice(0, begin.length) !== begin) continue
      const added = parseJson(`[${text.slice(begin.length + 1, text.length - end.length)}]`)
      // What is no list of values alone has closed the list: it is another body.
      if (!Array.isArray(added) || added.length === 0) continue
      const list: readonly unknown[] = [...before.list, ...added]
      const body = { ...before.body, [key]: list }
      this.#known = this.#known.filter((known) => known !== before)
      this.#remember({ begin: text.slice(0, -end.length), end, key, body, list })
      return body
    }
    return undefined
  }

  #remember(known: Known): void {
    if (known.begin.length > CHARS_MAX) return
    this.#known.push(known)
    let chars = this.#known.reduce((sum, { begin }) => sum + begin.length, 0)
    while (chars > CHARS_MAX || this.#known.length > CONVERSATIONS_MAX) {
      chars -= this.#known.shift()?.begin.length ?? 0
    }
  }
}

/**
 * Where the conversation ends in the text. The text must end as the members after the list are written: then the
 * bracket before them closes a list, and what stands before it must be the last of its values. Only in a body that
 * names a member twice, which no writer of JSON makes, could it still be another list's.
 */
function dissect(text: string, body: JsonRecord): Known | undefined {
  const keys = Object.keys(body)
  const at = keys.findIndex((name) => LIST_KEYS.includes(name) && Array.isArray(body[name]))
  const key = keys[at]
  const list = key === undefined ? undefined : body[key]
  if (key === undefined || !Array.isArray(list) || list.length === 0) return undefined
  const after = keys.slice(at + 1).map((name) => [name, body[name]] as const)
  const end = after.length === 0 ? ']}' : `],${toJson(Object.fromEntries(after)).slice(1)}`
  const last = toJson(list.at(-1))
  if (!text.endsWith(end) || !text.endsWith(last, text.length - end.length)) return undefined
  return { begin: text.slice(0, -end.length), end, key, body, list }
}
