// `onset eval` on small made-up files: what it prints, what it refuses, and that labels stay out of it.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { assembleRun } from '../../processors/assembler/index.ts'
import { analyzeRuns } from '../../processors/evaluation/analyzed-run.ts'
import { crossValidatedMethod, toCases, toExample } from '../../processors/evaluation/cases.ts'
import { readDataset } from '../../processors/evaluation/datasets/dataset.ts'
import { PRODUCTION } from '../../processors/evaluation/eval-command.ts'
import { createEvalCommand, evalCommand } from '../../processors/evaluation/index.ts'
import type {
  Localize,
  ProductionPath,
  TrainingExample
} from '../../processors/evaluation/index.ts'
import { anOnset, someEffects } from '../support/builders.ts'
import {
  aHandCraftedRecord,
  anAgentRxTauRecord,
  anOnsetsLabel,
  anOnsetsRecord,
  aStepKindsRecord,
  aWhoAndWhenRecord,
  toJsonLines
} from '../support/labelled-records.ts'

/** Blames the step `pick` chooses in every failed run. */
function blaming(pick: (stepCount: number) => number): Localize {
  return ({ run, steps }) => {
    if (run.outcome !== 'error') {
      return { onsets: [], abstention: 'nothing failed', incorrectSteps: [], unusefulSteps: [] }
    }
    const stepIndex = pick(steps.length)
    const onset = anOnset({ rank: 1, stepIndex, confidence: 0.4, category: 'requirement_missed' })
    return {
      onsets: [onset],
      abstention: undefined,
      incorrectSteps: [stepIndex],
      unusefulSteps: []
    }
  }
}

function aPath(overrides: Partial<ProductionPath> = {}): ProductionPath {
  return {
    classifyStep: (step) =>
      step.tool === 'Write'
        ? someEffects({ effect: 'change', stage: 'implementation', filesWritten: ['count.py'] })
        : someEffects(),
    assembleRun,
    localize: blaming(() => 2),
    fitLocalizer: undefined,
    ...overrides
  }
}

async function evaluate(args: readonly string[], options: EvaluateOptions = {}) {
  let stdout = ''
  let stderr = ''
  const exitCode = await createEvalCommand(options.path ?? aPath()).run(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: options.env ?? {}
  })
  return { exitCode, stdout, stderr }
}

interface EvaluateOptions {
  readonly path?: ProductionPath
  readonly env?: Readonly<Record<string, string>>
}

async function aFile(t: Test, records: readonly unknown[]): Promise<string> {
  const path = join(t.testdir({}), 'runs.jsonl')
  await writeFile(path, toJsonLines(records))
  return path
}

/** Six failed runs of three tasks and a solved one. */
function someRuns(): Record<string, unknown>[] {
  const failed = [1, 2, 3, 4, 5, 6].map((run) =>
    anOnsetsRecord({ id: `run-${run}`, task_id: `task-${run % 3}` })
  )
  return [...failed, anOnsetsRecord({ id: 'solved', solved: true, label: null })]
}

interface JsonReport {
  readonly sections: readonly {
    readonly title: string
    readonly rows: readonly {
      readonly name: string
      readonly figures: Record<string, { value: number; n: number; interval: object }>
    }[]
  }[]
}

function figure(json: string, section: string, row: string) {
  const report = JSON.parse(json) as JsonReport
  const found = report.sections.find(({ title }) => title.startsWith(section))
  return found?.rows.find(({ name }) => name === row)?.figures ?? {}
}

t.test('the table stands within 100 columns and names every method', async (t) => {
  const file = await aFile(t, someRuns())
  const { exitCode, stdout, stderr } = await evaluate([file, '--errors'])
  t.equal(exitCode, 0)
  t.equal(stderr, '')
  t.match(stdout, /7 runs of 4 tasks/)
  for (const name of [
    'first write',
    'last step',
    'prior on step number',
    'localizer, as shipped'
  ]) {
    t.match(stdout, name)
  }
  t.match(stdout, 'Misses: none')
  t.same(
    stdout.split('\n').filter((line) => line.length > 100),
    []
  )
})

t.test(
  'a localizer that is always right scores 100 and is compared with the best baseline',
  async (t) => {
    const { stdout } = await evaluate([await aFile(t, someRuns()), '--json'])
    t.match(figure(stdout, 'Onset exact', 'localizer, as shipped'), { exact1: { value: 1, n: 6 } })
    t.match(figure(stdout, 'Onset exact', 'first write'), { exact1: { value: 1 } })
    t.match(figure(stdout, 'Onset exact', 'last step'), { exact1: { value: 0 } })
    t.match(figure(stdout, 'localizer, as shipped, minus', 'exact, top-1'), {
      difference: { value: 0, interval: { low: 0, high: 0 } }
    })
  }
)

t.test('a suspicion on the closing message counts for the last labelled step', async (t) => {
  const label = anOnsetsLabel({ onset_step: 4, incorrect_steps: [4] })
  const path = aPath({ localize: blaming((stepCount) => stepCount) })
  const { stdout } = await evaluate([await aFile(t, [anOnsetsRecord({ label })]), '--json'], {
    path
  })
  t.match(figure(stdout, 'Onset exact', 'localizer, as shipped'), { exact1: { value: 1 } })
})

t.test(
  'an onset on a solved run is a false alarm, silence on a failed one an abstention',
  async (t) => {
    const alarmed = aPath({
      localize: (tree) => {
        const loud = tree.run.outcome === 'ok'
        return {
          onsets: loud ? [anOnset({ stepIndex: 1 })] : [],
          abstention: loud ? undefined : 'not sure',
          incorrectSteps: [],
          unusefulSteps: []
        }
      }
    })
    const file = await aFile(t, someRuns())
    const { stdout } = await evaluate([file, '--json'], { path: alarmed })
    const silence = 'Alarms and silence'
    t.match(figure(stdout, silence, 'solved, onset raised'), { share: { value: 1, n: 1 } })
    t.match(figure(stdout, silence, 'attributable, abstained'), { share: { value: 1, n: 6 } })
  }
)

t.test(
  'what a run tells of its outcome is read without the report that it is compared with',
  async (t) => {
    const checked = (observation: string) => [
      { tool: 'Write', arguments: { file_path: '/app/count.py', content: 'x' } },
      { tool: 'Bash', arguments: { command: 'pytest' }, observation }
    ]
    const label = {
      ...anOnsetsLabel({
        onset_step: 1,
        acceptable_onsets: [],
        incorrect_steps: [1],
        unuseful_steps: [],
        stages: null
      })
    }
    const file = await aFile(t, [
      anOnsetsRecord({ id: 'red', label }, checked('1 failed, 2 passed in 0.1s')),
      anOnsetsRecord({ id: 'misread', label }, checked('3 passed in 0.1s')),
      anOnsetsRecord({ id: 'silent', label }, checked('')),
      anOnsetsRecord({ id: 'green', solved: true, label: null }, checked('3 passed in 0.1s'))
    ])
    const { stdout } = await evaluate([file, '--json'], { path: PRODUCTION })
    const outcome = 'Outcome as the run alone tells it'
    const third = { value: 1 / 3, n: 3 }
    t.match(figure(stdout, outcome, 'failed'), { ok: third, error: third, unknown: third })
    t.match(figure(stdout, outcome, 'solved'), { ok: { value: 1, n: 1 }, runs: { value: 1 } })
  }
)

t.test(
  'what the localizer misses is listed with what it said and where the truth stands',
  async (t) => {
    const path = aPath({ localize: blaming(() => 1) })
    const file = await aFile(t, someRuns())
    const { stdout } = await evaluate([file, '--errors', '--limit', '1'], { path })
    t.match(stdout, 'run-1: said 1, is 2, not among the suspects')
  }
)

t.test('a localizer that can be fitted is fitted on other tasks and headlines', async (t) => {
  const fittedOn: string[][] = []
  const path = aPath({
    localize: blaming(() => 1),
    fitLocalizer: (examples) => {
      fittedOn.push(examples.map(({ tree }) => tree.run.task))
      return blaming(() => examples[0]?.onsetStepIndex ?? 1)
    }
  })
  const runs = Array.from({ length: 18 }, (_, run) =>
    anOnsetsRecord({ id: `run-${run}`, task_id: `task-${run % 9}`, task: `task-${run % 9}` })
  )
  const { stdout, stderr } = await evaluate([await aFile(t, runs), '--json'], { path })
  t.match(stderr, /fitting the localizer on other tasks, 0 of 27 times done/)
  t.match(figure(stdout, 'Onset exact', 'localizer, cross-validated'), { exact1: { value: 1 } })
  t.match(figure(stdout, 'Onset exact', 'localizer, as shipped'), { exact1: { value: 0 } })
  t.match(figure(stdout, 'localizer, cross-validated, minus', 'exact, top-1'), {
    difference: { value: 0 }
  })
  t.ok(fittedOn.length > 0)
  for (const tasks of fittedOn) t.equal(tasks.length, 16, 'the two runs of one task are left out')
})

t.test('too few tasks to cross-validate are said, not shown as zeros', async (t) => {
  const path = aPath({ fitLocalizer: () => blaming(() => 1) })
  const few = await evaluate([await aFile(t, someRuns())], { path })
  t.match(few.stdout.replaceAll(/\s+/g, ' '), /Too few tasks to cross-validate \(3; 9 at least\)/)
  t.notMatch(few.stdout, 'localizer, cross-validated')
  const one = await evaluate([await aFile(t, [anOnsetsRecord()])], { path })
  t.match(one.stdout, /Too few tasks/)
  t.notMatch(one.stdout, 'prior on step number')
})

t.test('labelled effects and stages are measured beside the majority', async (t) => {
  const runs = [1, 2, 3].map((run) => aStepKindsRecord({ run: `${run}`, task: `${run}` }))
  const { stdout } = await evaluate([await aFile(t, runs), '--json'])
  t.match(figure(stdout, 'Explore or change', 'classifier'), {
    accuracy: { value: 0.5, n: 3 },
    recall: { value: 0 }
  })
  t.match(figure(stdout, 'Explore or change', 'always explore'), { accuracy: { value: 0.5 } })
  t.match(figure(stdout, 'Stages', 'one stage'), { boundaryF1: { value: 0 } })
  t.match(figure(stdout, 'Stages', 'even stages'), { boundaryF1: { value: 1 } })
})

t.test('category and confidence are those of the best suspect', async (t) => {
  const wrong = anOnsetsLabel({ category: 'other', onset_step: 1 })
  const others = someRuns().slice(0, 3)
  const alone = anOnsetsRecord({ id: 'wrong', label: wrong, task_id: 'wrong' })
  const { stdout } = await evaluate([await aFile(t, [...others, alone]), '--json'])
  const category = 'Category of the onset'
  t.match(figure(stdout, category, 'localizer, as shipped'), { accuracy: { value: 0.75, n: 4 } })
  t.match(figure(stdout, category, 'always requirement_missed'), { accuracy: { value: 0.75 } })
  const confidence = 'Confidence of the best suspect'
  t.match(figure(stdout, confidence, '0.4 to 0.6'), {
    runs: { value: 4 },
    predicted: { value: 0.4 },
    exact: { value: 0.75 }
  })
  t.match(figure(stdout, confidence, '0.2 to 0.4'), { runs: { value: 0 }, exact: undefined })
})

t.test('a confidence of 1 is in the last bin', async (t) => {
  const path = aPath({
    localize: () => ({
      onsets: [anOnset({ stepIndex: 2, confidence: 1 })],
      abstention: undefined,
      incorrectSteps: [],
      unusefulSteps: []
    })
  })
  const { stdout } = await evaluate([await aFile(t, [anOnsetsRecord()]), '--json'], { path })
  t.match(figure(stdout, 'Confidence', '0.8 to 1'), { runs: { value: 1 } })
})

t.test('unuseful steps and the effect of wrong ones stand beside trivial rules', async (t) => {
  const label = anOnsetsLabel({ unuseful_steps: [3], incorrect_steps: [2, 4] })
  const path = aPath({
    localize: () => ({
      onsets: [],
      abstention: undefined,
      incorrectSteps: [],
      unusefulSteps: [3, 4]
    })
  })
  const { stdout } = await evaluate([await aFile(t, [anOnsetsRecord({ label })]), '--json'], {
    path
  })
  const unuseful = 'Set of unuseful steps'
  t.match(figure(stdout, unuseful, 'localizer, as shipped'), {
    precision: { value: 0.5 },
    recall: { value: 1 }
  })
  t.match(figure(stdout, unuseful, 'every step'), { precision: { value: 0.25 } })
  t.match(figure(stdout, unuseful, 'every error'), { f1: { value: 1 } })
  t.match(figure(stdout, 'Classified as change', '2 incorrect steps'), { share: { value: 0.5 } })
  t.match(figure(stdout, 'Classified as change', 'all steps'), { share: { value: 0.25 } })
})

t.test('agents of talks are measured beside the most blamed one', async (t) => {
  const runs = [1, 2, 3].map((run) => aWhoAndWhenRecord({ question_ID: `q${run}` }))
  const { stdout } = await evaluate([await aFile(t, runs), '--json'])
  t.match(figure(stdout, 'Agent', 'localizer, as shipped'), { agent: { value: 0 } })
  t.match(figure(stdout, 'Agent', 'most blamed agent'), {
    agent: { value: 1 },
    exact1: { value: 1 }
  })
})

t.test('no label changes what is predicted', async (t) => {
  // The same runs with other labels; whatever the production path is given must not differ in a byte.
  const pairs: [readonly unknown[], readonly unknown[]][] = [
    [
      [anOnsetsRecord()],
      [
        anOnsetsRecord({
          label: anOnsetsLabel({
            onset_step: 4,
            category: 'other',
            reason: 'x',
            incorrect_steps: [1]
          })
        })
      ]
    ],
    [
      [aWhoAndWhenRecord()],
      [aWhoAndWhenRecord({ mistake_step: '0', mistake_agent: 'Reading_Expert', ground_truth: '1' })]
    ],
    [[aHandCraftedRecord()], [aHandCraftedRecord({ mistake_step: '1', mistake_reason: '' })]],
    [[anAgentRxTauRecord()], [anAgentRxTauRecord({ label: null })]],
    [
      [aStepKindsRecord()],
      [aStepKindsRecord({ stages: [[1, 4]], steps: withKind(aStepKindsRecord(), 'change') })]
    ]
  ]
  for (const [runs, relabelled] of pairs) {
    t.same(await seenByPath(t, relabelled), await seenByPath(t, runs))
  }
})

t.test("a run's own label does not reach the weights that judge it", async (t) => {
  // Method: the localizer is fitted for real; only the label of the first run differs.
  const fit = PRODUCTION.fitLocalizer ?? (() => PRODUCTION.localize)
  const held: unknown[] = []
  const leaked: unknown[] = []
  for (const step of [2, 4]) {
    const cases = await casesWithFirstBlamed(t, step)
    const folds = { name: 'fitted', seed: 1, repeats: 2 }
    const { localizations } = await crossValidatedMethod(cases, fit, folds)
    held.push(localizations.map(([first]) => first))
    t.ok(localizations.every(([first]) => (first?.onsets.length ?? 0) > 0))
    // What a leak looks like: the same run judged by weights that were fitted on it.
    const [first] = cases
    if (first) leaked.push(await fit(cases.map(toExample))(first.analyzed.tree))
  }
  t.same(held[1], held[0])
  t.notSame(leaked[1], leaked[0])
})

t.test('each repeat of cross-validation assigns the tasks anew', async (t) => {
  // Ten tasks in nine folds: which two share one is up to the seed.
  const cases = await casesWithFirstBlamed(t, 2)
  const pairs = new Set<string>()
  const fit = (examples: readonly TrainingExample[]) => {
    const seen = new Set(examples.map(({ tree }) => tree.run.task))
    if (seen.size === 8) pairs.add([...seen].toSorted((a, b) => a.localeCompare(b)).join())
    return PRODUCTION.localize
  }
  await crossValidatedMethod(cases, fit, { name: 'fitted', seed: 1, repeats: 4 })
  t.ok(pairs.size > 1)
})

t.test('production itself measures a small file', async (t) => {
  let stdout = ''
  const exitCode = await evalCommand.run([await aFile(t, someRuns()), '--json'], {
    stdout: { write: (text) => (stdout += text) },
    stderr: process.stderr,
    env: {}
  })
  t.equal(exitCode, 0)
  t.match(figure(stdout, 'Onset exact', 'localizer, as shipped'), { exact1: { n: 6 } })
  t.match(figure(stdout, 'Alarms', 'solved, onset raised'), { share: { value: 0, n: 1 } })
})

t.test('the same seed prints the same report, apart from speed', async (t) => {
  const file = await aFile(t, someRuns())
  const withoutSpeed = async (seed: string) => {
    const { stdout } = await evaluate([file, '--json', '--seed', seed])
    return { ...(JSON.parse(stdout) as object), speed: undefined }
  }
  t.same(await withoutSpeed('3'), await withoutSpeed('3'))
})

t.test('baselines alone need no localizer', async (t) => {
  const path = aPath({
    localize: () => {
      throw new Error('the localizer was asked')
    }
  })
  const file = await aFile(t, someRuns())
  const { exitCode, stdout } = await evaluate([file, '--baselines-only'], { path })
  t.equal(exitCode, 0)
  t.match(stdout, 'first write')
  t.notMatch(stdout, 'localizer, as shipped')
})

t.test('a folder is all its datasets, and a name is looked for in ONSET_DATA', async (t) => {
  const folder = t.testdir({ sets: { 'notes.md': '', 'b.jsonl': '', 'a.jsonl': '' } })
  await writeFile(join(folder, 'sets/a.jsonl'), toJsonLines(someRuns()))
  await writeFile(join(folder, 'sets/b.jsonl'), toJsonLines([aStepKindsRecord()]))
  const { exitCode, stdout } = await evaluate(['sets', '--json'], { env: { ONSET_DATA: folder } })
  t.equal(exitCode, 0)
  const names = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { dataset: string }).dataset)
  t.same(names, ['sets/a', 'sets/b'])
})

t.test('a wrong command line says what would be right, and nothing is measured', async (t) => {
  const file = await aFile(t, someRuns())
  const wrong: [readonly string[], RegExp][] = [
    [[], /which dataset/],
    [[file, '--jsno'], /--jsno/],
    [[file, '--limit', '0'], /--limit takes a number of 1\.\./],
    [[file, '--limit', '1e3'], /--limit takes/],
    [[file, '--seed', '-1'], /seed/],
    [[file, '--errors', '--baselines-only'], /leave out --baselines-only/]
  ]
  for (const [args, message] of wrong) {
    const { exitCode, stdout, stderr } = await evaluate(args)
    t.equal(exitCode, 2, args.join(' '))
    t.equal(stdout, '')
    t.match(stderr, message)
    t.match(stderr, 'onset eval <dataset>')
  }
})

t.test('a dataset that cannot be read ends with 2 and names file and line', async (t) => {
  const missing = await evaluate([join(t.testdir({}), 'none.jsonl')])
  t.equal(missing.exitCode, 2)
  t.match(missing.stderr, /onset eval: cannot read .*none\.jsonl/)
  const malformed = await evaluate([await aFile(t, [anOnsetsRecord(), { a: 1 }])])
  t.equal(malformed.exitCode, 2)
  t.match(malformed.stderr, /runs\.jsonl:2 /)
  const empty = await evaluate([t.testdir({})])
  t.equal(empty.exitCode, 2)
  t.match(empty.stderr, /holds no \.jsonl/)
})

t.test('help goes to standard output', async (t) => {
  const { exitCode, stdout } = await evaluate(['--help'])
  t.equal(exitCode, 0)
  t.match(stdout, '--baselines-only')
})

/** Twenty failed runs of ten tasks; the first is labelled as told, all others as they are. */
async function casesWithFirstBlamed(t: Test, step: number) {
  const records = Array.from({ length: 20 }, (_, run) => {
    const task = `task ${run % 10}`
    return anOnsetsRecord({ id: `run-${run}`, task, task_id: task })
  })
  const label = anOnsetsLabel({ onset_step: step, incorrect_steps: [step] })
  const file = await aFile(t, [{ ...records[0], label }, ...records.slice(1)])
  const { runs } = await readDataset(file)
  const { localize } = PRODUCTION
  return toCases((await analyzeRuns(runs, PRODUCTION, { localize, now: () => 0 })).runs)
}

/** Everything that the rooms under measurement were given. */
async function seenByPath(t: Test, records: readonly unknown[]): Promise<readonly string[]> {
  const seen: string[] = []
  const path = aPath({
    classifyStep: (step) => {
      seen.push(toText(step))
      return someEffects()
    },
    assembleRun: (steps, options) => {
      seen.push(toText([steps, options]))
      return assembleRun(steps, options)
    },
    localize: (tree) => {
      seen.push(toText(tree))
      return blaming(() => 1)(tree)
    }
  })
  const { exitCode } = await evaluate([await aFile(t, records)], { path })
  t.equal(exitCode, 0)
  t.ok(seen.length > 0)
  return seen
}

function toText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'bigint' ? String(part) : part
  )
}

function withKind(record: Record<string, unknown>, kind: string) {
  return (record['steps'] as object[]).map((step) => ({ ...step, kind, intent: 'x' }))
}
