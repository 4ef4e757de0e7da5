// Builders for what the API answers about a run, as commands read it.

import type { OnsetJson, RunDetail, StepJson } from '../../instrumentation/api-client/index.ts'

export function aStepJson(index: number, overrides: Partial<StepJson> = {}): StepJson {
  return {
    index,
    kind: 'tool',
    effect: 'explore',
    stage: 'inspection',
    tool: 'run_command',
    action: `run_command: step ${index}`,
    outcome: 'ok',
    durationMs: 10,
    ...overrides
  }
}

export function anOnsetJson(stepIndex: number, overrides: Partial<OnsetJson> = {}): OnsetJson {
  return {
    rank: 1,
    stepIndex,
    stage: 'implementation',
    category: 'incorrect_hypothesis',
    confidence: 0.72,
    summary: 'Step wrote milliseconds where the test wants seconds.',
    chain: [stepIndex],
    symptomStepIndex: stepIndex,
    evidence: [],
    caveats: [],
    waste: { steps: 0, tokens: {}, ms: 0 },
    provisional: false,
    ...overrides
  }
}

export function aRunDetail(
  steps: readonly StepJson[],
  onsets: readonly OnsetJson[] = [],
  run: Partial<RunDetail['run']> = {}
): RunDetail {
  return {
    run: {
      id: 'a'.repeat(32),
      service: 'shop',
      agent: 'coder',
      models: ['m-1'],
      task: 'make the tests pass',
      outcome: onsets.length > 0 ? 'error' : 'ok',
      outcomeSource: 'verification',
      startedAt: '2026-01-02T03:04:05.000Z',
      endedAt: '2026-01-02T03:05:05.000Z',
      stepCount: steps.length,
      tokens: { input: 41_000, output: 200 },
      completeness: 1,
      incompleteReasons: [],
      state: 'complete',
      revision: 1,
      ...run
    },
    stages: [
      { index: 1, name: 'inspection', firstStepIndex: 1, lastStepIndex: Math.max(1, steps.length) }
    ],
    steps,
    onsets
  }
}
