// `onset feedback <run>`: what a person says of a run's onset.

import {
  createApiClient,
  type FeedbackJson,
  type FeedbackRequestJson
} from '../api-client/index.ts'
import { EXIT_OK, EXIT_USAGE } from './command.ts'
import { defineCommand, type Values } from './run-command.ts'
import { refuseUnknownRun } from './unknown-run.ts'

const STEP = /^[1-9]\d{0,8}$/

export const feedbackCommand = defineCommand({
  name: 'feedback',
  summary: 'say which step of a run went wrong, or that none did',
  usage: `onset feedback <run> --onset <step> | --none [--category C] [--comment TEXT] [--author NAME]

  --onset STEP      the step to blame, as "onset show" numbers it
  --none            no step is to blame: the environment, the verifier, or nothing failed
  --category C      a category as "onset show" prints it, for example requirement_missed
  --comment TEXT    why
  --author NAME     who says so; each author's newest feedback on a run counts
  --revision N      revision you looked at; refused if the run has a newer one
  --json            print the API's JSON answer

ONSET_URL: where Onset runs (http://127.0.0.1:4318). ONSET_API_KEY: a key with the scope ingest.
Exit codes: 0 stored, 1 unknown run or no answer, 2 wrong usage.`,
  options: {
    onset: { type: 'string' },
    none: { type: 'boolean' },
    category: { type: 'string' },
    comment: { type: 'string' },
    author: { type: 'string' },
    revision: { type: 'string' },
    json: { type: 'boolean' }
  },
  positionals: ['run'],
  act: async ([given = ''], values, io) => {
    const problem = findProblem(values)
    if (problem !== undefined) {
      io.stderr.write(`onset feedback: ${problem}\nSee "onset feedback --help".\n`)
      return EXIT_USAGE
    }
    const client = createApiClient(io.env)
    const { id: runId, isKnown } = await client.lookUpRun(given)
    if (isKnown === false) return refuseUnknownRun('feedback', given, io)
    const feedback = await client.giveFeedback(runId, toRequest(values))
    if (values['json'] === true) io.stdout.write(`${JSON.stringify(feedback)}\n`)
    else io.stdout.write(`stored; ${describeJudged(feedback)}\n`)
    return EXIT_OK
  }
})

function findProblem({ onset, none, revision }: Values): string | undefined {
  if ((onset === undefined) === (none !== true)) return 'give either --onset or --none'
  if (typeof onset === 'string' && !STEP.test(onset)) {
    return `--onset is ${JSON.stringify(onset)}; expected the number of a step, from 1`
  }
  if (typeof revision === 'string' && !STEP.test(revision)) {
    return `--revision is ${JSON.stringify(revision)}; expected a number from 1`
  }
  return undefined
}

function toRequest(values: Values): FeedbackRequestJson {
  const { onset, revision } = values
  const said: Record<string, string> = {}
  for (const name of ['category', 'comment', 'author']) {
    const value = values[name]
    if (typeof value === 'string') said[name] = value
  }
  return {
    onsetStepIndex: typeof onset === 'string' ? Number(onset) : null,
    ...said,
    ...(typeof revision === 'string' ? { revision: Number(revision) } : {})
  }
}

function describeJudged({ judged }: FeedbackJson): string {
  return judged === undefined
    ? "the run's analysis is not final, so this does not count in the precision"
    : `it counts for localizer ${judged.localizerVersion}, revision ${judged.revision}`
}
