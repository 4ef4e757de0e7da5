// Settings of the judge, the one part of Onset that may send what runs say to another machine, and only
// when an endpoint is named here. Spread into the schema of settings-schema.ts.

import { Type, type Static } from 'typebox'

/** Above what a thousand runs a day may cost. */
const TOKENS_MAX = 1_000_000_000
const USD_MAX = 1_000_000

export const JUDGE_SETTINGS = {
  ONSET_JUDGE_BASE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^\\s@?#]+$',
      maxLength: 500,
      expects: 'an address as https://api.openai.com/v1 or http://127.0.0.1:11434/v1',
      description:
        'OpenAI-compatible endpoint of the model that chooses among the suspects of unsure runs. Without it no model is asked and nothing leaves this machine. [judge.md](judge.md) explains it.'
    })
  ),
  ONSET_JUDGE_API_KEY: Type.Optional(
    Type.String({
      secret: true,
      minLength: 1,
      expects: 'the key of that endpoint',
      description: 'Key of that endpoint, when it wants one.'
    })
  ),
  ONSET_JUDGE_MODEL: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{1,100}$',
      expects: 'the name of a model as that endpoint knows it',
      description: 'Model that is asked.'
    })
  ),
  ONSET_JUDGE_SAMPLES: Type.Integer({
    default: 3,
    minimum: 1,
    maximum: 9,
    expects: 'a number of answers from 1 to 9',
    description:
      'Independent answers asked for each run; their agreement is how sure the judge is. All of them share the budget of the run.'
  }),
  ONSET_JUDGE_SUSPECTS: Type.Integer({
    default: 5,
    minimum: 2,
    maximum: 5,
    expects: 'a number of suspects from 2 to 5',
    description: 'The judge chooses among so many of the first suspects, and names no other step.'
  }),
  ONSET_JUDGE_BELOW_CONFIDENCE: Type.Number({
    default: 0.8,
    minimum: 0,
    maximum: 1,
    expects: 'a confidence from 0 (no run) to 1 (each failed run)',
    description: 'Runs whose best suspect is at least this sure without a judge are not judged.'
  }),
  ONSET_JUDGE_TOKENS_PER_RUN: Type.Integer({
    default: 30_000,
    minimum: 5_000,
    maximum: 10_000_000,
    unit: 'tokens',
    expects: 'a number of tokens from 5000 to 10000000',
    description:
      'Input and output of all that is asked about one run. What does not fit is not asked.'
  }),
  ONSET_JUDGE_TOKENS_PER_HOUR: Type.Integer({
    default: 600_000,
    minimum: 0,
    maximum: TOKENS_MAX,
    unit: 'tokens',
    expects: `a number of tokens from 0 to ${TOKENS_MAX}`,
    description: 'Of all runs in an hour of the clock; beyond it the deterministic answers stand.'
  }),
  ONSET_JUDGE_TOKENS_PER_DAY: Type.Integer({
    default: 3_000_000,
    minimum: 0,
    maximum: TOKENS_MAX,
    unit: 'tokens',
    expects: `a number of tokens from 0 to ${TOKENS_MAX}`,
    description:
      'Of all runs in a day of UTC; beyond it the deterministic answers stand. Each process counts for itself and from its start.'
  }),
  ONSET_JUDGE_USD_PER_DAY: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: USD_MAX,
      unit: 'US dollars',
      expects: `a sum from 0 to ${USD_MAX}`,
      description: 'Of all runs in a day of UTC; needs both prices.'
    })
  ),
  ONSET_JUDGE_INPUT_USD_PER_MILLION: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: USD_MAX,
      unit: 'US dollars',
      expects: `a price from 0 to ${USD_MAX}`,
      description: 'Price of a million input tokens, for metrics, budget and `onset eval --judge`.'
    })
  ),
  ONSET_JUDGE_OUTPUT_USD_PER_MILLION: Type.Optional(
    Type.Number({
      minimum: 0,
      maximum: USD_MAX,
      unit: 'US dollars',
      expects: `a price from 0 to ${USD_MAX}`,
      description: 'Price of a million output tokens.'
    })
  ),
  ONSET_JUDGE_TIMEOUT_MS: Type.Integer({
    default: 60_000,
    minimum: 1_000,
    maximum: 600_000,
    unit: 'milliseconds',
    expects: 'a number of milliseconds from 1000 to 600000',
    description: 'Of one request; a run gets three times this.'
  })
}

const SCHEMA = Type.Object(JUDGE_SETTINGS)
type Variables = Static<typeof SCHEMA>

export interface JudgeSettings {
  /** Undefined: no judge. */
  readonly endpoint: JudgeEndpoint | undefined
  readonly limits: {
    readonly samples: number
    readonly suspects: number
    readonly belowConfidence: number
    readonly tokensPerRun: number
    readonly tokensPerHour: number
    readonly tokensPerDay: number
    readonly usdPerDay: number | undefined
    readonly requestTimeoutMs: number
  }
  /** US dollars for a million tokens. */
  readonly prices: { readonly input: number; readonly output: number } | undefined
}

export interface JudgeEndpoint {
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly model: string
}

export function toJudgeSettings(variables: Variables): JudgeSettings {
  const { ONSET_JUDGE_BASE_URL: baseUrl, ONSET_JUDGE_MODEL: model } = variables
  const input = variables.ONSET_JUDGE_INPUT_USD_PER_MILLION
  const output = variables.ONSET_JUDGE_OUTPUT_USD_PER_MILLION
  return {
    endpoint:
      baseUrl === undefined || model === undefined
        ? undefined
        : { baseUrl, model, apiKey: variables.ONSET_JUDGE_API_KEY },
    limits: {
      samples: variables.ONSET_JUDGE_SAMPLES,
      suspects: variables.ONSET_JUDGE_SUSPECTS,
      belowConfidence: variables.ONSET_JUDGE_BELOW_CONFIDENCE,
      tokensPerRun: variables.ONSET_JUDGE_TOKENS_PER_RUN,
      tokensPerHour: variables.ONSET_JUDGE_TOKENS_PER_HOUR,
      tokensPerDay: variables.ONSET_JUDGE_TOKENS_PER_DAY,
      usdPerDay: variables.ONSET_JUDGE_USD_PER_DAY,
      requestTimeoutMs: variables.ONSET_JUDGE_TIMEOUT_MS
    },
    prices: input === undefined || output === undefined ? undefined : { input, output }
  }
}

/** What each value allows alone and two values do not allow together. */
export function findJudgeConflict(variables: Variables): string | undefined {
  const { ONSET_JUDGE_BASE_URL: baseUrl, ONSET_JUDGE_MODEL: model } = variables
  if (baseUrl !== undefined && !URL.canParse(baseUrl)) {
    return 'ONSET_JUDGE_BASE_URL is no address; one as https://api.openai.com/v1 is right'
  }
  if (baseUrl !== undefined && model === undefined) {
    return 'ONSET_JUDGE_BASE_URL is set, but ONSET_JUDGE_MODEL is not: name the model to ask there'
  }
  if (baseUrl === undefined && (model ?? variables.ONSET_JUDGE_API_KEY) !== undefined) {
    const name = model === undefined ? 'ONSET_JUDGE_API_KEY' : 'ONSET_JUDGE_MODEL'
    return `${name} is set, but ONSET_JUDGE_BASE_URL is not: there is no endpoint it could be for`
  }
  return findPriceConflict(variables)
}

function findPriceConflict(variables: Variables): string | undefined {
  const input = variables.ONSET_JUDGE_INPUT_USD_PER_MILLION
  const output = variables.ONSET_JUDGE_OUTPUT_USD_PER_MILLION
  if ((input === undefined) !== (output === undefined)) {
    return 'ONSET_JUDGE_INPUT_USD_PER_MILLION and ONSET_JUDGE_OUTPUT_USD_PER_MILLION belong together: set both or none'
  }
  if (variables.ONSET_JUDGE_USD_PER_DAY !== undefined && input === undefined) {
    return 'ONSET_JUDGE_USD_PER_DAY is set, but there are no prices to count with; set ONSET_JUDGE_INPUT_USD_PER_MILLION and ONSET_JUDGE_OUTPUT_USD_PER_MILLION'
  }
  return undefined
}
