// Codex: its exporter is set by configuration alone, here by overrides on the command line, which end with the
// process. Its spans carry no content and stay off; the key goes through the environment, where other users
// cannot read it.

import { exporterVariables, type Producer } from '../producer.ts'

const OVERRIDE_FLAGS = ['-c', '--config']

export const codex: Producer = {
  name: 'Codex',
  documentation: 'https://developers.openai.com/codex/config-reference',
  versionRead: 'config reference of 2026-11; source at 058195b',
  commands: ['codex'],
  packages: ['@openai/codex'],
  // The originator of its requests, which the interactive interface has changed over time.
  services: ['codex_cli_rs', 'codex-tui', 'codex_exec', 'codex'],
  setUp: ({ endpoint, program, hasContent }) => {
    const given = overriddenKeys(program.args)
    const overrides = [
      ['otel.exporter', `{otlp-http={endpoint="${endpoint}/v1/logs",protocol="binary"}}`],
      ...(hasContent ? [['otel.log_user_prompt', 'true']] : [])
    ]
    return {
      variables: exporterVariables(endpoint),
      args: overrides
        .filter(
          ([key = '']) => !given.some((other) => other === key || other.startsWith(`${key}.`))
        )
        .flatMap(([key, value]) => ['-c', `${key}=${value}`])
    }
  }
}

/** Keys the user overrides: `-c key=value`, `--config=key=value`. */
function overriddenKeys(args: readonly string[]): readonly string[] {
  return args.flatMap((arg, at) => {
    const previous = args[at - 1] ?? ''
    const text = OVERRIDE_FLAGS.includes(previous) ? arg : /^(?:-c|--config=)(.+)$/.exec(arg)?.[1]
    const key = text?.split('=', 1)[0]?.trim()
    return key === undefined ? [] : [key]
  })
}
