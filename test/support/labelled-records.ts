// Records of labelled runs as their datasets write them, one JSON object each, with plausible defaults.
// The runs are made up: a coding agent asked for a word counter, two experts who add numbers, a shop's
// clerk.

export interface OnsetsCall {
  readonly tool?: string
  readonly arguments?: Readonly<Record<string, unknown>>
  readonly thought?: string
  readonly observation?: string | null
  readonly is_error?: boolean
  readonly sidechain?: boolean
  readonly end?: number | null
}

const FIRST_CALL_SECONDS = 1_780_000_000

/** A failed run of four calls whose onset is its only write, step 2. */
export function anOnsetsRecord(
  overrides: Readonly<Record<string, unknown>> = {},
  calls: readonly OnsetsCall[] = [
    { tool: 'Read', arguments: { file_path: '/app/words.txt' } },
    { tool: 'Write', arguments: { file_path: '/app/count.py', content: 'print(len(open(0)))' } },
    { tool: 'Bash', arguments: { command: 'python count.py' }, is_error: true },
    { tool: 'Bash', arguments: { command: 'ls' } }
  ]
): Record<string, unknown> {
  return {
    id: 'agent_a/count-words',
    agent: 'claude-code',
    model: 'agent_a',
    task_id: 'count-words',
    task: 'Count the words of /app/words.txt with count.py.',
    solved: false,
    failure_mode: 'unset',
    tests: { test_count: 'failed' },
    test_output: 'FAILED test_count - assert 3 == 4',
    steps: calls.map((call, position) => ({
      index: position + 1,
      time: FIRST_CALL_SECONDS + position,
      end: FIRST_CALL_SECONDS + position + 0.5,
      thought: '',
      tool: 'Bash',
      arguments: {},
      observation: 'done',
      is_error: false,
      turn: `turn_${position}`,
      sidechain: false,
      ...call
    })),
    final_message: 'The counter is done.',
    meta: {},
    label: anOnsetsLabel({ stages: [{ name: 'implementation', start: 1, end: calls.length }] }),
    ...overrides
  }
}

export function anOnsetsLabel(
  overrides: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> {
  return {
    attributable: true,
    onset_step: 2,
    acceptable_onsets: [],
    incorrect_steps: [2],
    unuseful_steps: [],
    category: 'requirement_missed',
    stages: [],
    confidence: 3,
    reason: 'It counts lines.',
    ...overrides
  }
}

/** As they stand in a file. */
export function toJsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
