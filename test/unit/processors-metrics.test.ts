// Rates about agents: each verdict counts once, however often its run is analysed, and no label is a name
// that whoever sends spans may choose.

import t from 'tap'

import { createMetrics } from '../../collector/metrics.ts'
import type { Analysis } from '../../collector/model/index.ts'
import { fromUnixMillis } from '../../collector/model/index.ts'
import { createAnalysisMetrics } from '../../processors/analysis-metrics.ts'
import { aFailedAnalysis, ALERTS_START, withoutOnset } from '../support/alerter.ts'

function seenAt(analysis: Analysis): Analysis {
  return { ...analysis, ingestedThrough: fromUnixMillis(ALERTS_START) }
}

t.test('a run counts once, and again when what is said of it changes', async (t) => {
  const metrics = createMetrics()
  t.teardown(() => metrics.close())
  const counted = createAnalysisMetrics(metrics.meter('processors'))
  const valueOf = async (series: string): Promise<number> => {
    const lines = (await metrics.expose()).split('\n')
    return Number(lines.find((line) => line.startsWith(`${series} `))?.split(' ')[1] ?? Number.NaN)
  }
  t.equal(await valueOf('onset_processors_runs_total{outcome="error"}'), 0, 'there from the start')

  const failed = seenAt(aFailedAnalysis({ service: 'a service', agent: 'an agent' }))
  for (let times = 0; times < 3; times += 1) counted.record(failed, ALERTS_START + 2_000)
  counted.record(seenAt(aFailedAnalysis()), ALERTS_START + 2_000)
  const onsets =
    'onset_processors_onsets_total{category="mislocalized_edit",stage="implementation"}'
  t.equal(await valueOf('onset_processors_runs_total{outcome="error"}'), 2)
  t.equal(await valueOf(onsets), 2)
  t.equal(await valueOf('onset_processors_waste_steps_total{category="mislocalized_edit"}'), 6)
  t.equal(await valueOf('onset_processors_waste_tokens_total{category="mislocalized_edit"}'), 2_468)
  t.equal(await valueOf('onset_processors_lag_seconds_sum'), 8)

  counted.record(withoutOnset(failed, 'ok'), ALERTS_START)
  t.equal(await valueOf('onset_processors_runs_total{outcome="ok"}'), 1)
  counted.record(failed, ALERTS_START)
  t.equal(await valueOf(onsets), 3, 'it failed again')
  t.notMatch(await metrics.expose(), /a service|an agent/)
})
