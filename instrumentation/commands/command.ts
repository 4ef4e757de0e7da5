// What a command of `onset` is. Commands live in the room they belong to and are composed at the root;
// each room declares this shape itself rather than share a package for three fields.

/** Exit codes, the same for every command. */
export const EXIT_OK = 0
/** The server answered with an error, or none answered. */
export const EXIT_FAILED = 1
/** The command line was wrong; nothing was done. */
export const EXIT_USAGE = 2

export interface CommandIo {
  readonly stdout: {
    write(text: string | Uint8Array): unknown
    readonly isTTY?: boolean
    readonly columns?: number
  }
  readonly stderr: { write(text: string): unknown }
  readonly env: Readonly<Record<string, string | undefined>>
}

export interface Command {
  readonly name: string
  /** One line for `onset --help`. */
  readonly summary: string
  /** What `onset <name> --help` prints. */
  readonly usage: string
  run(args: readonly string[], io: CommandIo): Promise<number>
}
