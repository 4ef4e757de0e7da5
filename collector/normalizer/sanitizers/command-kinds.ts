// Secrets that commands are given without a name of their own: `curl -u user:password`, `mysql -ppassword`.

import type { SecretKind } from './secret-kind.ts'
import { LIST_SEPARATOR } from './secret-kind.ts'
import { isPlaceholder } from './secret-values.ts'

/** Other arguments of the same command, up to the option; a backslash continues a command on the next line. */
const ARGUMENTS = String.raw`(?:[^\n|]|(?<=\\)\n){0,256}?`
/** Before an option: a blank, or the quote of a list of arguments. */
const BEFORE = String.raw`(?<=[\s"'])`
const BLANK = String.raw`(?:[ \t]{1,4}\\{0,8}["']?|${LIST_SEPARATOR})`
/** The same, or nothing between. */
const OPTIONAL_BLANK = String.raw`(?:[ \t]{1,4}|${LIST_SEPARATOR})?\\{0,8}["']?`
const ARGUMENT = String.raw`[^\s"'\x60\\|;&<>)]`

const USER = String.raw`(?:-[a-zA-Z]{0,8}u${OPTIONAL_BLANK}|-U${BLANK}|--(?:proxy-)?user(?:=|${BLANK}))`

export const COMMAND_KINDS: readonly SecretKind[] = [
  {
    kind: 'command_password',
    covers:
      '`curl -u user:password`, `mysql -ppassword` and its relatives, `sshpass -p`, `docker login -p`, `openssl -pass pass:…`',
    begins: [
      'curl',
      'mysql',
      ...[' ', '-', '"', "'", '\\'].map((next) => `mariadb${next}`),
      'sshpass',
      'docker login',
      '-pass'
    ],
    pattern: new RegExp(
      String.raw`(curl(?=[\s"'\\])${ARGUMENTS}${BEFORE}${USER}[^\s:"'\\$]{0,64}:|` +
        String.raw`(?:mysql|mariadb)(?:dump|admin|import|-dump|-admin)?(?=[\s"'\\])(?:[^\n|;&]|(?<=\\)\n){0,256}?${BEFORE}-p\\{0,8}["']?(?!assword)|` +
        String.raw`sshpass${BLANK}-p${OPTIONAL_BLANK}|` +
        String.raw`docker login(?=\s)${ARGUMENTS}${BEFORE}-p${OPTIONAL_BLANK}|` +
        String.raw`-pass(?:in|out)?${BLANK}pass:)(${ARGUMENT}{3,})`,
      'g'
    ),
    accepts: (secret, { kept }) => !isPlaceholder(secret) && !isOther(kept, secret)
  }
]

/** Ports, ids of a user and a group, folders, options. */
function isOther(kept: string, secret: string): boolean {
  return /^(?:\d+:\d+$|[/~-])/.test(secret) || (/\d:$/.test(kept) && /^\d+$/.test(secret))
}
