// The files for Prometheus and Alertmanager, read by those programs themselves, over metrics of a real Onset.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

import { findFreePort, findProgram, runProgram, startProgram } from '../support/debian-tools.ts'
import { sendFailingRun } from '../support/failing-run.ts'
import { aDataDir, startOnset } from '../support/onset-process.ts'
import { waitFor } from '../support/wait-for.ts'

const deployed = (path: string): string =>
  fileURLToPath(new URL(`../../deploy/${path}`, import.meta.url))

const promtool = findProgram('promtool')
const prometheus = findProgram('prometheus')
const amtool = findProgram('amtool')

const missing = (program: string | undefined, name: string): string | false =>
  program === undefined ? `${name} is not installed` : false

t.test(
  'promtool takes rules and configuration',
  { skip: missing(promtool, 'promtool') },
  async (t) => {
    for (const args of [
      ['check', 'rules', deployed('prometheus/rules.yml')],
      ['check', 'config', deployed('prometheus/prometheus.yml')]
    ]) {
      const { code, output } = await runProgram(promtool ?? '', args)
      t.equal(code, 0, output)
    }
  }
)

t.test('the rules do what their tests say', { skip: missing(promtool, 'promtool') }, async (t) => {
  const args = ['test', 'rules', deployed('prometheus/rules.test.yml')]
  const { code, output } = await runProgram(promtool ?? '', args)
  t.equal(code, 0, output)
})

t.test('Alertmanager takes its file', { skip: missing(amtool, 'amtool') }, async (t) => {
  const args = ['check-config', deployed('alertmanager/alertmanager.yml')]
  const { code, output } = await runProgram(amtool ?? '', args)
  t.equal(code, 0, output)
})

interface QueryAnswer {
  readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] }
}

interface RulesAnswer {
  readonly data: {
    readonly groups: readonly {
      readonly rules: readonly { readonly name: string; readonly health: string }[]
    }[]
  }
}

t.test(
  'a real Prometheus reads a real Onset and evaluates every rule',
  { skip: missing(prometheus, 'prometheus') },
  async (t) => {
    const folder = aDataDir(t)
    const onset = await startOnset(t, {
      dataDir: join(folder, 'data'),
      env: { ONSET_COMPLETION_SETTLE_MS: '100' }
    })
    const port = await findFreePort()
    const config = join(folder, 'prometheus.yml')
    const text = readFileSync(deployed('prometheus/prometheus.yml'), 'utf8')
    writeFileSync(
      config,
      text
        .replaceAll('15s', '1s')
        .replace('127.0.0.1:4318', new URL(onset.url).host)
        .replace('- rules.yml', `- ${deployed('prometheus/rules.yml')}`)
    )
    startProgram(t, prometheus ?? '', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'tsdb')}`,
      `--web.listen-address=127.0.0.1:${port}`
    ])
    await sendFailingRun(onset.url, 'c3'.repeat(16))
    const url = `http://127.0.0.1:${port}/api/v1`
    const query = (expr: string, isRight: (value: number) => boolean) =>
      waitFor(expr, async () => {
        const answer = await fetch(`${url}/query?query=${encodeURIComponent(expr)}`).catch(
          () => undefined
        )
        if (answer?.ok !== true) return undefined
        const { data } = (await answer.json()) as QueryAnswer
        const value = data.result[0]?.value[1]
        return value !== undefined && isRight(Number(value)) ? Number(value) : undefined
      })
    t.equal(await query('up{job="onset"}', (up) => up === 1), 1)
    t.equal(await query('onset_processors_runs_total{outcome="error"}', (runs) => runs === 1), 1)
    t.equal(await query('sum(onset:onsets:increase1h)', (onsets) => onsets === 1), 1)
    t.ok(await query('onset_store_disk_free_bytes', (bytes) => bytes > 0))

    const healthy = await waitFor('the rules', async () => {
      const answer = await fetch(`${url}/rules`)
      const { data } = (await answer.json()) as RulesAnswer
      const rules = data.groups.flatMap((group) => group.rules)
      return rules.length > 0 && rules.every(({ health }) => health !== 'unknown')
        ? rules
        : undefined
    })
    t.same(
      healthy.filter(({ health }) => health !== 'ok').map(({ name }) => name),
      []
    )
    const { text: exposition } = { text: await (await fetch(`${onset.url}/metrics`)).text() }
    t.notMatch(
      exposition,
      /c3c3c3|checkout-agent|coder/,
      'no series names a run, a service or an agent'
    )
  }
)
