// Verbs in names: of tools (`cancel_order`), of subcommands (`put-bucket-policy`). The first verb decides.

import type { Effect } from '../model/index.ts'

const CHANGING = new Set(
  (
    'create update delete remove cancel modify send book exchange return add insert set put post patch write edit ' +
    'save upload submit apply move rename copy replace append install uninstall deploy start stop restart kill run ' +
    'execute enable disable assign unassign transfer pay refund charge order purchase buy sell schedule reschedule ' +
    'confirm approve reject accept decline close reopen open merge commit push publish archive restore reset clear ' +
    'register subscribe unsubscribe invite grant revoke lock unlock block reserve checkout rate reply forward like ' +
    'follow unfollow share comment change turn toggle switch click type press fill drag navigate toggle mark sync import ' +
    'mb rb mv rm cp mkdir rmdir chmod format drop make init bootstrap upgrade downgrade reload'
  ).split(' ')
)

const READING = new Set(
  (
    'get list search find lookup look calculate read fetch show view check query describe count verify validate test ' +
    'compare analyze inspect explore retrieve browse scan detect status info help think plan summarize translate ' +
    'compute evaluate estimate convert parse extract load download select filter is has can who what where which ' +
    'ask explain review monitor watch wait sleep preview screenshot snapshot ping history diff log logs grep glob cat ls stat info tail head ps top describe configtest ' +
    'active enabled failed units version versions current'
  ).split(' ')
)

/** Names are short; words after these say what is acted on, not what is done. */
const WORDS_MAX = 12
const NAME_CHARS_MAX = 256

export function judgeVerb(name: string): Effect | undefined {
  return judgeWords(wordsOf(name))
}

export function judgeWords(words: readonly string[]): Effect | undefined {
  for (const word of words) {
    if (CHANGING.has(word)) return 'change'
    if (READING.has(word)) return 'explore'
  }
  return undefined
}

/** `getUserDetails`, `get_user-details` → get, user, details. */
export function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, NAME_CHARS_MAX)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX)
}
