// The files of deploy/ without what would run them: they parse, and whatever they name is there. Each check is
// also shown a planted offender, so that none of them can pass by not looking.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import t from 'tap'
import { TABLES_SECLUDED } from '../../collector/gateway/sql/names.ts'
import { readSettings } from '../../collector/settings.ts'
import { checkCompose } from '../support/check-compose.ts'
import { checkDockerfile } from '../support/check-dockerfile.ts'
import { checkKustomization, readKustomization } from '../support/check-kubernetes.ts'
import {
  checkXml,
  dig,
  isSetting,
  listOf,
  readText,
  readYaml,
  ROOT,
  textsOf,
  variablesOf,
  type Node
} from '../support/deploy-files.ts'

const COMPOSE = ['docker-compose.yml', 'deploy/compose/server.yml']
const KUSTOMIZATIONS = ['deploy/kubernetes/server', 'deploy/kubernetes/single']
const IGNORED = readText('deploy/Dockerfile.dockerignore').split('\n')

/** What deploy/compose/make-env prints. */
const MADE = new Map(
  execFileSync('sh', [join(ROOT, 'deploy/compose/make-env')], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string])
)

t.test('every YAML file below deploy parses', async (t) => {
  const files = globSync('deploy/**/*.{yml,yaml}', { cwd: ROOT })
  t.ok(files.length > 12)
  for (const file of [...files, 'docker-compose.yml']) t.ok(readYaml(file).length > 0, file)
})

t.test('XML that closes what it opens', async (t) => {
  const files = globSync('deploy/**/*.xml', { cwd: ROOT })
  t.equal(files.length, 2)
  for (const file of files) t.strictSame(checkXml(readText(file)), [], file)
  t.strictSame(checkXml('<a><b></a>'), ['</a> closes <b>'])
  t.strictSame(checkXml('<a><b/>'), ['<a> is not closed'])
})

for (const path of COMPOSE) {
  t.test(`${path}: what it names is there`, async (t) => {
    const [file = {}] = readYaml(path)
    t.strictSame(checkCompose(file, path), [])
    const needed = variablesOf(readText(path)).filter((name) => name !== 'ONSET_DISK_BUDGET_BYTES')
    for (const name of needed) t.ok(MADE.has(name), `make-env prints ${name}`)
  })

  t.test(`${path}: Grafana is given what its provisioning asks for`, async (t) => {
    const [file = {}] = readYaml(path)
    const grafana = dig(file, 'services', 'grafana') as Node
    const given = Object.keys(grafana['environment'] as Node)
    const sources = path.startsWith('deploy')
      ? globSync('deploy/grafana/provisioning/**/*.yaml', { cwd: ROOT })
      : (grafana['volumes'] as string[])
          .map((volume) => (volume.split(':')[0] ?? '').replace('./', ''))
          .flatMap((source) =>
            source.endsWith('.yaml') ? [source] : globSync(`${source}/**/*.yaml`, { cwd: ROOT })
          )
    t.ok(sources.length >= 3)
    const asked = sources.flatMap((source) => variablesOf(readText(source)))
    t.ok(asked.length > 0)
    for (const name of asked) t.ok(given.includes(name), name)
  })

  t.test(`${path}: the keys of make-env are settings that Onset starts with`, async (t) => {
    const [file = {}] = readYaml(path)
    const services = Object.values(file['services'] as Record<string, Node>)
    const ours = services.filter((service) => String(service['image']).startsWith('onset'))
    t.ok(ours.length > 0)
    for (const service of ours) {
      const env = Object.fromEntries(
        Object.entries(service['environment'] as Record<string, string>).map(([name, value]) => [
          name,
          value.replaceAll(
            /\$\{(\w+)(?::-(\w*)|[^}]*)\}/g,
            (_, key, otherwise) => MADE.get(key) ?? otherwise
          )
        ])
      )
      const settings = readSettings({ ONSET_HOST: '0.0.0.0', ...env })
      t.equal(settings.accessKeys.length, 3)
    }
  })
}

t.test('secrets are new each time and long enough', async (t) => {
  for (const value of MADE.values()) t.match(value, /^[0-9a-f]{32}$/)
  t.equal(new Set(MADE.values()).size, MADE.size)
})

t.test('the .env that make-env is written to goes into no commit and no image', async (t) => {
  t.ok(IGNORED.includes('.env'))
  t.ok(readText('.gitignore').split('\n').includes('.env'))
})

t.test('planted mistakes in a compose file are caught', async (t) => {
  const [file = {}] = readYaml('docker-compose.yml')
  const plant = (changes: Node): readonly string[] => {
    const service = { ...(dig(file, 'services', 'onset') as Node), ...changes }
    return checkCompose({ ...file, services: { onset: service } }, 'docker-compose.yml')
  }
  t.strictSame(plant({}), [])
  t.match(plant({ ports: ['4318:4318'] }), [/loopback/])
  t.match(plant({ image: 'onset:latest' }), [/not pinned/])
  t.match(plant({ volumes: ['absent:/data'] }), [/absent is not declared/])
  t.match(plant({ volumes: ['./absent:/x:ro'] }), [/absent does not exist/])
  t.match(plant({ environment: { ONSET_FLUX: '1' } }), [/ONSET_FLUX is no setting/])
  t.match(plant({ environment: { ONSET_API_KEYS: 'changeme' } }), [/value in the file/])
  t.match(plant({ command: ['npm', 'start'] }), [/not node/, /start does not exist/])
  t.match(plant({ depends_on: { redis: {} } }), [/redis, which is no service/])
  t.match(plant({ secrets: ['x'], cap_drop: [], mem_limit: undefined }), [
    /memory/,
    /cap/,
    /secret/
  ])
})

t.test('the server of the compose file gives its users the passwords they ask for', async (t) => {
  const asked = [...readText('deploy/clickhouse/users.xml').matchAll(/from_env="(\w+)"/g)]
  const [file = {}] = readYaml('deploy/compose/server.yml')
  const given = Object.keys(dig(file, 'services', 'clickhouse', 'environment') as Node)
  t.equal(asked.length, 2)
  for (const [, name = ''] of asked) t.ok(given.includes(name), name)
  t.notMatch(readText('deploy/clickhouse/users.xml'), /<password>/, 'no password in the file')
})

t.test('the user of the store may read what its statements read of system', async (t) => {
  const onset =
    /<onset>\s*<password[^]*?<\/onset>/.exec(readText('deploy/clickhouse/users.xml'))?.[0] ?? ''
  const granted = [...onset.matchAll(/GRANT SELECT ON system\.(\w+)/g)].map(([, name]) => name)
  // Backups are the server's own; the disk budget is of the embedded engine, and reads no more than the parts do.
  const sources = globSync('collector/store/**/*.ts', { cwd: ROOT, exclude: ['**/backup'] })
  const read = sources.flatMap((path) => [...readText(path).matchAll(/^FROM system\.(\w+)/gm)])
  t.ok(read.length > 0)
  t.same(new Set(read.map(([, name]) => name)), new Set(granted))
})

t.test('the user of Grafana may read all tables but those of keys and of the audit', async (t) => {
  const xml = readText('deploy/clickhouse/users.xml')
  const grafana = /<grafana>\s*<password[^]*?<\/grafana>/.exec(xml)?.[0] ?? ''
  const granted = [...grafana.matchAll(/GRANT SELECT ON otel\.(\S+)</g)].map(([, name]) => name)
  const made = globSync('collector/store/migrations/*.sql', { cwd: ROOT }).flatMap((path) => [
    ...readText(path).matchAll(/^CREATE TABLE IF NOT EXISTS \{\{database\}\}\.(\w+)/gm)
  ])
  const open = made.map(([, name = '']) => name).filter((name) => !TABLES_SECLUDED.has(name))
  t.equal(made.length - open.length, TABLES_SECLUDED.size)
  t.same(new Set(granted), new Set(open))
  const documented = [...readText('docs/grafana.md').matchAll(/^REVOKE SELECT ON otel\.(\w+)/gm)]
  t.same(new Set(documented.map(([, name]) => name)), TABLES_SECLUDED)
})

t.test('Prometheus of the compose file scrapes services that are there', async (t) => {
  const [compose = {}] = readYaml('deploy/compose/server.yml')
  const [prometheus = {}] = readYaml('deploy/compose/prometheus.yml')
  const jobs = [
    ...listOf(prometheus['scrape_configs']),
    ...listOf(dig(prometheus, 'alerting', 'alertmanagers'))
  ]
  const targets = jobs
    .flatMap((job) => listOf(job['static_configs']))
    .flatMap((config) => config['targets'] as string[])
  t.equal(targets.length, 3)
  for (const target of targets) {
    t.ok(dig(compose, 'services', target.split(':')[0] ?? '') !== undefined, target)
  }
})

for (const folder of KUSTOMIZATIONS) {
  t.test(`${folder}: every reference resolves`, async (t) => {
    t.strictSame(checkKustomization(readKustomization(folder)), [])
    const [file = {}] = readYaml(`${folder}/kustomization.yaml`)
    const listed = file['resources'] as string[]
    const present = globSync('*.yaml', { cwd: join(ROOT, folder) })
    t.strictSame(
      [...listed, 'kustomization.yaml'].toSorted(),
      present.toSorted(),
      'no file is left out'
    )
    const images = listOf(file['images'])
    t.ok(images.length > 0 && images.every(({ newTag }) => newTag !== 'latest'))
  })
}

t.test('the settings of Kubernetes are ones that a collector starts with', async (t) => {
  const lines = readText('deploy/kubernetes/server/onset.env').trim().split('\n')
  const env = Object.fromEntries(lines.map((line) => line.split('=', 2) as [string, string]))
  const settings = readSettings({
    ...env,
    ONSET_HOST: '0.0.0.0',
    ONSET_API_KEYS: 'read:0123456789abcdef',
    ONSET_CLICKHOUSE_USER: 'onset',
    ONSET_CLICKHOUSE_PASSWORD: 'x'
  })
  t.match(settings.clickhouseUrl, /^http/)
})

t.test('planted mistakes in Kubernetes objects are caught', async (t) => {
  const given = readKustomization('deploy/kubernetes/server')
  const plant = (change: (object: Node) => unknown, kind: string): readonly string[] => {
    const objects = structuredClone(given.objects)
    const object = objects.find((candidate) => candidate['kind'] === kind)
    if (object === undefined) throw new Error(`no ${kind}`)
    change(object)
    return checkKustomization({ ...given, objects })
  }
  const container = (object: Node): Node =>
    dig(object, 'spec', 'template', 'spec', 'containers', 0) as Node
  const inContainer = (changes: Node) =>
    plant((object) => Object.assign(container(object), changes), 'Deployment')
  t.match(inContainer({ env: [{ name: 'ONSET_FLUX', value: '1' }] }), [/ONSET_FLUX is no setting/])
  t.match(inContainer({ env: [{ name: 'ONSET_API_KEYS', value: 'x' }] }), [/come from a secret/])
  t.match(inContainer({ envFrom: [{ configMapRef: { name: 'x' } }] }), [/config map x/])
  t.match(inContainer({ volumeMounts: [{ name: 'x' }] }), [/volume x/])
  t.match(inContainer({ command: ['node', 'absent.ts'] }), [/absent.ts does not exist/])
  t.match(inContainer({ livenessProbe: { httpGet: { path: '/', port: 'http' } } }), [/asks \//])
  t.match(inContainer({ resources: {}, securityContext: {} }), [/memory/, /root/, /privileges/])
  t.match(
    plant((object) => Object.assign(object['spec'] as Node, { selector: { a: 'b' } }), 'Service'),
    [/Service onset: selects 0 workloads/]
  )
  t.match(
    plant((object) => {
      ;(dig(object, 'spec', 'ports', 0) as Node)['targetPort'] = 'metrics'
    }, 'Service'),
    [/no pod has the port metrics/]
  )
  t.match(
    plant((object) => {
      ;(dig(object, 'spec', 'podSelector') as Node)['matchLabels'] = { a: 'b' }
    }, 'NetworkPolicy'),
    [
      /selects no workload/,
      /onset-collector: no policy on Egress/,
      /onset-processors: no policy on Ingress/,
      /onset-processors: no policy on Egress/
    ]
  )
  t.match(
    plant((object) => {
      ;(dig(object, 'spec', 'ingress', 0, 'ports', 0) as Node)['port'] = 'grpc'
    }, 'NetworkPolicy'),
    [/not every pod has the port grpc/]
  )
  t.match(
    plant((object) => {
      ;(dig(object, 'spec', 'template', 'spec') as Node)['serviceAccountName'] = 'x'
    }, 'StatefulSet'),
    [/service account x/]
  )
})

t.test('the Dockerfile copies what is there, as nobody, from pinned images', async (t) => {
  t.strictSame(checkDockerfile(readText('deploy/Dockerfile'), IGNORED), [])
  const planted = (lines: string) =>
    checkDockerfile(`FROM node:24.1.0-slim AS base\n${lines}\n`, IGNORED)
  t.strictSame(planted('COPY main.ts ./'), [])
  t.match(planted('COPY absent.ts ./'), [/does not exist/])
  t.match(planted('COPY test test'), [/left out of the context/])
  t.match(planted('ENV ONSET_FLUX=1'), [/ONSET_FLUX is no setting/])
  t.match(planted('CMD ["node", "main.ts"]'), [/runs as root/])
  t.match(planted('USER node\nCMD ["npm", "start"]'), [/runs npm/, /start does not exist/])
  t.match(checkDockerfile('FROM node:latest', IGNORED), [/not pinned/])
})

t.test('OTLP over gRPC is reached wherever OTLP over HTTP is', async (t) => {
  const { port } = readSettings({}).grpc ?? {}
  t.equal(port, 4317)
  const dockerfile = readText('deploy/Dockerfile')
  t.match(dockerfile, /^EXPOSE 4318 4317$/m)
  t.match(dockerfile, /ONSET_GRPC_PORT=4317/, 'a port that cannot be had stops the start')
  for (const path of COMPOSE) {
    const [file = {}] = readYaml(path)
    const services = Object.values(file['services'] as Record<string, Node>)
    const open = services.map(({ ports }) => textsOf(ports)).filter((ports) => ports.length > 0)
    const receiving = open.filter((ports) => ports.some((text) => text.endsWith(':4318')))
    t.equal(receiving.length, 1)
    for (const ports of receiving) t.ok(ports.includes('127.0.0.1:4317:4317'), path)
  }
  for (const folder of KUSTOMIZATIONS) {
    const { objects } = readKustomization(folder)
    const service = objects.find(
      (object) => object['kind'] === 'Service' && dig(object, 'metadata', 'name') === 'onset'
    )
    const ports = listOf(dig(service, 'spec', 'ports'))
    t.match(
      ports.filter(({ name }) => name === 'grpc'),
      [{ port: 4317, targetPort: 'grpc' }],
      folder
    )
    const allowed = objects
      .filter(({ kind }) => kind === 'NetworkPolicy')
      .flatMap((policy) => listOf(dig(policy, 'spec', 'ingress')))
      .flatMap((rule) => listOf(rule['ports']))
    t.ok(
      allowed.some((rule) => rule['port'] === 'grpc'),
      folder
    )
  }
})

t.test('everything that main.ts imports is in the image', async (t) => {
  const copied = [...readText('deploy/Dockerfile').matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(
    ([, sources = '']) => sources.split(' ')
  )
  for (const file of ['main.ts', 'onset.ts', 'collector', 'processors', 'instrumentation']) {
    t.ok(copied.includes(file), file)
  }
})

t.test('the systemd unit starts a file that is there, with settings that are', async (t) => {
  const unit = readText('deploy/systemd/onset.service')
  const script = /^ExecStart=\/usr\/bin\/node \/opt\/onset\/(\S+)$/m.exec(unit)?.[1] ?? ''
  t.ok(readFileSync(join(ROOT, script)).length > 0)
  const names = [...unit.matchAll(/\b(ONSET_[A-Z_]+)=/g)].map(([, name = '']) => name)
  t.ok(names.length >= 2)
  for (const name of names) t.ok(isSetting(name), name)
  const grace = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1])
  t.ok(grace * 1_000 > readSettings({}).shutdownMs, 'time to stop is more than requests may take')
})
