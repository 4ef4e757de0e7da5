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
  --category C      as "onset show" names it, requirement_missed
  --comment TEXT    why
  --author NAME     the newest word of each author on a run counts
  --revision N      of the run as it was looked at; refused when there is a newer one
  --json            the API's own answer

ONSET_URL says where Onset runs (http://127.0.0.1:4318), ONSET_API_KEY carries a key of scope ingest.
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
  if ((onset === undefined) === (none !== true)) return 'either --onset or --none is right'
  if (typeof onset === 'string' && !STEP.test(onset)) {
    return `--onset is ${JSON.stringify(onset)}; the number of a step, from 1, is right`
  }
  if (typeof revision === 'string' && !STEP.test(revision)) {
    return `--revision is ${JSON.stringify(revision)}; a number from 1 is right`
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
    ? 'the run has not been analyzed to its end, so no localizer is judged by it'
    : `it judges localizer ${judged.localizerVersion}, revision ${judged.revision}`
}
