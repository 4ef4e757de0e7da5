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

/** A failed talk of two experts and a terminal; the second expert's message, 2, is the mistake. */
export function aWhoAndWhenRecord(
  overrides: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> {
  return {
    is_correct: false,
    question: 'What is the sum of the numbers in the file?',
    question_ID: 'question-sum',
    ground_truth: '12',
    history: [
      {
        content: 'Load it.\n```python\nprint(open("numbers").read())\n```',
        name: 'Reading_Expert',
        role: 'assistant'
      },
      {
        content: 'exitcode: 1 (execution failed)\nCode output: no such file',
        name: 'Computer_terminal',
        role: 'user'
      },
      { content: 'I take it to be 10.', name: 'Adding_Expert', role: 'user' },
      { content: 'Then 10 it is. TERMINATE', name: 'Reading_Expert', role: 'assistant' }
    ],
    mistake_agent: 'Adding_Expert',
    mistake_step: '2',
    mistake_reason: 'It guessed.',
    ...overrides
  }
}

/** The other spelling of the same format: roles with asides, the human first. */
export function aHandCraftedRecord(
  overrides: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> {
  return {
    history: [
      { content: 'When does the shop open?', role: 'human' },
      { content: 'Plan: ask the web.', role: 'Orchestrator (thought)' },
      { content: 'Look it up.', role: 'Orchestrator (-> WebSurfer)' },
      { content: 'I clicked on an advertisement.', role: 'WebSurfer' },
      { content: 'No answer.', role: 'Orchestrator (termination condition)' }
    ],
    question: 'When does the shop open?',
    ground_truth: '9',
    is_corrected: false,
    question_ID: 'question-shop',
    mistake_agent: 'WebSurfer',
    mistake_step: '3',
    mistake_reason: 'It clicked on an advertisement.',
    ...overrides
  }
}

/** A clerk who cancels the wrong order in message 6: the third step of the run. */
export function anAgentRxTauRecord(
  overrides: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> {
  return {
    task_id: 4,
    reward: 0,
    traj: [
      { role: 'system', content: 'You sell kettles. Cancel nothing unasked.', index: 1 },
      { role: 'user', content: 'Cancel order 7, please.', index: 2 },
      { role: 'assistant', content: null, tool_calls: [aCall('call_a', 'find')], index: 3 },
      { role: 'tool', tool_call_id: 'call_a', name: 'find', content: '{"order":7}', index: 4 },
      { role: 'user', content: 'And hurry.', index: 5 },
      { role: 'assistant', content: 'Done.', tool_calls: [aCall('call_b', 'cancel')], index: 6 },
      { role: 'tool', tool_call_id: 'call_b', name: 'cancel', content: 'Error: sent', index: 7 },
      { role: 'assistant', content: 'It is cancelled.', tool_calls: null, index: 8 }
    ],
    label: {
      trajectory_id: 4,
      failures: [
        aFailure(11, { step_number: 5, failed_agent: 'User' }),
        aFailure(12, { step_number: 6, failed_agent: 'Assistant' })
      ],
      root_cause: { failure_id: 12, reason_for_root_cause: 'It cancelled the wrong order.' },
      failure_summary: 'The wrong order was cancelled.'
    },
    ...overrides
  }
}

function aCall(id: string, name: string) {
  return { id, type: 'function', function: { name, arguments: '{"order":7}' } }
}

function aFailure(id: number, where: Readonly<Record<string, unknown>>) {
  return { failure_id: id, step_reason: '', failure_category: '', category_reason: '', ...where }
}

/** Four commands in two stages. */
export function aStepKindsRecord(
  overrides: Readonly<Record<string, unknown>> = {}
): Record<string, unknown> {
  const commands = [
    ['ls', 'explore'],
    ['cat notes.txt', 'explore'],
    ['mkdir out', 'change'],
    ['echo 1 > out/one', 'change']
  ]
  return {
    run: 'miniswe-model-notes',
    framework: 'miniswe',
    model: 'model',
    task: 'notes',
    task_description: 'Write down one.',
    steps: commands.map(([command, kind], position) => ({
      index: position + 1,
      command,
      thought: '',
      observation: '',
      kind,
      intent: 'work'
    })),
    stages: [
      [1, 2],
      [3, 4]
    ],
    ...overrides
  }
}

/** As they stand in a file. */
export function toJsonLines(records: readonly unknown[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('')
}
