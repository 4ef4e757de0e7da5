// Writes docs/configuration.md, and the table in the README, from the schema of the settings (`npm run
// docs`); a test fails when a committed file is not what this makes.

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { FOREIGN_VARIABLES, readAnnotations, SETTINGS_SCHEMA } from './settings-schema.ts'

export const CONFIGURATION_PATH = fileURLToPath(
  new URL('../docs/configuration.md', import.meta.url)
)

export const README_PATH = fileURLToPath(new URL('../README.md', import.meta.url))

/** What stands between these in the README is made here. */
const TABLE_MARKERS = /(<!-- settings: npm run docs -->\n)[^]*?(<!-- end of settings -->)/

/** What most people set; docs/configuration.md has all. */
const README_SETTINGS = [
  'ONSET_HOST',
  'ONSET_PORT',
  'ONSET_GRPC_PORT',
  'ONSET_CLICKHOUSE_HTTP_PORT',
  'ONSET_DATA_DIR',
  'ONSET_CLICKHOUSE_URL',
  'ONSET_API_KEYS',
  'ONSET_PUBLIC_URL',
  'ONSET_ALERT_RULES',
  'ONSET_RAW_TTL_DAYS',
  'ONSET_RUN_TTL_DAYS',
  'ONSET_DISK_BUDGET_BYTES',
  'ONSET_COMPLETION_QUIET_MS',
  'ONSET_LOG_LEVEL'
] as const satisfies readonly (keyof typeof SETTINGS_SCHEMA.properties)[]

/** `readme` with its table of settings as the schema has it now. */
export function renewSettingsTable(readme: string): string {
  const rows = README_SETTINGS.map((name) => {
    const { default: value, unit, description } = readAnnotations(SETTINGS_SCHEMA.properties[name])
    const shown = value === undefined ? '' : `\`${value}\`${unit === undefined ? '' : ` ${unit}`}`
    return `| \`${name}\` | ${shown} | ${firstSentence(description)} |`
  })
  const table = ['| setting | default | what it is |', '|---|---|---|', ...rows].join('\n')
  return readme.replace(TABLE_MARKERS, (_, start, end) => `${start}${table}\n${end}`)
}

function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/.exec(text)?.[0] ?? text
}

export function describeSettings(): string {
  const rows = Object.entries(SETTINGS_SCHEMA.properties).map(([name, schema]) => {
    const setting = readAnnotations(schema)
    const unit = setting.unit === undefined ? '' : ` ${setting.unit}`
    const value = setting.default === undefined ? 'none' : `\`${setting.default}\`${unit}`
    const secret = setting.secret ? ' Never logged.' : ''
    return `| \`${name}\` | ${value} | ${setting.expects} | ${setting.description}${secret} |`
  })
  return `# Configuration

Settings are environment variables. None is required: \`npm start\` listens on this machine only and keeps
its data in \`./data\`. An empty variable counts as unset. A variable that begins with \`ONSET_\` and is not
in this list, or a value that cannot be right, stops the process at start with a line that says what to
change.

| variable | default | right values | what it is |
|---|---|---|---|
${rows.join('\n')}

${FOREIGN_VARIABLES.map((name) => `\`${name}\``).join(', ')} belong to the agent's side and the tests; the collector ignores them.

This file is made by \`npm run docs\` from \`collector/settings-schema.ts\`.
`
}

if (import.meta.main) {
  await writeFile(CONFIGURATION_PATH, describeSettings())
  await writeFile(README_PATH, renewSettingsTable(await readFile(README_PATH, 'utf8')))
}
