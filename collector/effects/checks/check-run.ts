// One check of the work as a step ran it: which check it is, so that another step can be told to have run the same
// one or a wider one, and how it ended.

/** `nothing`: no test ran, which is neither a pass nor a failure. */
export type CheckEnding = 'ok' | 'error' | 'unknown' | 'nothing'

/**
 * `tests`: a test runner, by name or through the project's own command. `script`: a program named as a check.
 * `other`: linters, type checkers, builds, requests to a service, and programs that are run to look.
 */
export type CheckKind = 'tests' | 'script' | 'other'

export interface CheckIdentity {
  readonly kind: CheckKind
  /** `pytest`, `npm`, `./check.sh`. */
  readonly runner: string
  /** `js`, `python`…; empty when the runner may run any. */
  readonly language: string
  /** What the project calls its tests (`npm test`, `make check`): the runner behind it is not known. */
  readonly isProject: boolean
  /** Where it ran, as far as the line says; empty: where the shell stood. */
  readonly directory: string
  /** Files, folders and tests it was narrowed to, seen from where the shell stood; empty: all there are. */
  readonly selection: readonly string[]
  /** Names or marks it was narrowed to, `-k cart`; empty: none. */
  readonly filter: string
}

export interface CheckRun extends CheckIdentity {
  readonly ending: CheckEnding
}
