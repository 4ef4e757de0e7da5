// What Kubernetes objects name and nobody has: config maps, volumes, ports, pods, settings, files.

import {
  checkCommand,
  dig,
  isSetting,
  listOf,
  readYaml,
  textsOf,
  type Node,
  type Say
} from './deploy-files.ts'

/** Paths that a process answers without a key. */
const PROBE_PATHS = ['/livez', '/readyz']

export interface Kustomization {
  readonly objects: readonly Node[]
  /** Names of the ConfigMaps it generates. */
  readonly configMaps: readonly string[]
}

/** What `kubectl kustomize` would put together, before names and labels are changed. */
export function readKustomization(folder: string): Kustomization {
  const [file = {}] = readYaml(`${folder}/kustomization.yaml`)
  return {
    objects: textsOf(file['resources']).flatMap((path) => readYaml(`${folder}/${path}`)),
    configMaps: listOf(file['configMapGenerator']).map(({ name }) => String(name))
  }
}

export function checkKustomization(kustomization: Kustomization): readonly string[] {
  const problems: string[] = []
  const { objects } = kustomization
  const workloads = objects.filter((object) => isWorkload(object))
  for (const object of objects) {
    const say: Say = (problem) =>
      problems.push(`${String(object['kind'])} ${nameOf(object)}: ${problem}`)
    if (object['apiVersion'] === undefined) say('no apiVersion')
    if (isWorkload(object)) checkWorkload(object, kustomization, say)
    if (object['kind'] === 'Service' || object['kind'] === 'PodDisruptionBudget') {
      checkSelection(object, workloads, say)
    }
    if (object['kind'] === 'NetworkPolicy') checkPolicy(object, workloads, say)
  }
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  for (const workload of workloads) {
    for (const direction of ['Ingress', 'Egress']) {
      const isClosed = policies.some(
        (policy) =>
          selects(podsOf(policy), workload) &&
          textsOf(dig(policy, 'spec', 'policyTypes')).includes(direction)
      )
      if (!isClosed) problems.push(`${nameOf(workload)}: no policy on ${direction}`)
    }
  }
  return problems
}

function isWorkload({ kind }: Node): boolean {
  return kind === 'Deployment' || kind === 'StatefulSet'
}

function nameOf(object: Node): string {
  return String(dig(object, 'metadata', 'name'))
}

function isDeclared(objects: readonly Node[], kind: string, name: unknown): boolean {
  return objects.some((object) => object['kind'] === kind && nameOf(object) === name)
}

function checkWorkload(workload: Node, { objects, configMaps }: Kustomization, say: Say): void {
  const pod = dig(workload, 'spec', 'template', 'spec') as Node
  const account = pod['serviceAccountName']
  const service = dig(workload, 'spec', 'serviceName')
  if (!selects(dig(workload, 'spec', 'selector', 'matchLabels'), workload)) {
    say('does not select its own pods')
  }
  if (typeof account === 'string' && !isDeclared(objects, 'ServiceAccount', account)) {
    say(`service account ${account} is not declared`)
  }
  if (workload['kind'] === 'StatefulSet' && !isDeclared(objects, 'Service', service)) {
    say(`service ${String(service)} is not declared`)
  }
  if (dig(pod, 'securityContext', 'runAsNonRoot') !== true) say('may run as root')
  const claims = listOf(dig(workload, 'spec', 'volumeClaimTemplates'))
  const volumes = [...listOf(pod['volumes']).map(({ name }) => name), ...claims.map(nameOf)]
  for (const container of listOf(pod['containers'])) {
    checkProbes(container, say)
    checkEnvironment(container, configMaps, say)
    checkBounds(container, say)
    checkCommand(container['command'], say)
    for (const { name } of listOf(container['volumeMounts'])) {
      if (!volumes.includes(name)) say(`volume ${String(name)} is not declared`)
    }
  }
}

function checkProbes(container: Node, say: Say): void {
  const ports = listOf(container['ports']).map(({ name }) => name)
  for (const kind of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
    const path = String(dig(container, kind, 'httpGet', 'path'))
    const port = dig(container, kind, 'httpGet', 'port')
    if (!PROBE_PATHS.includes(path)) say(`${kind} asks ${path}`)
    if (!ports.includes(port)) say(`${kind} asks at the port ${String(port)}`)
  }
}

function checkEnvironment(container: Node, configMaps: readonly string[], say: Say): void {
  for (const variable of listOf(container['env'])) {
    const name = String(variable['name'])
    if (!isSetting(name)) say(`${name} is no setting`)
    const isSecret = /PASSWORD|KEY/.test(name)
    if (isSecret && dig(variable, 'valueFrom', 'secretKeyRef', 'key') === undefined) {
      say(`${name} does not come from a secret`)
    }
  }
  for (const source of listOf(container['envFrom'])) {
    const name = String(dig(source, 'configMapRef', 'name'))
    if (!configMaps.includes(name)) say(`config map ${name} is not declared`)
  }
}

function checkBounds(container: Node, say: Say): void {
  const security = container['securityContext']
  if (dig(container, 'resources', 'limits', 'memory') === undefined) say('no limit on memory')
  if (dig(security, 'readOnlyRootFilesystem') !== true) say('its root is writable')
  if (dig(security, 'allowPrivilegeEscalation') !== false) say('may gain privileges')
}

function checkSelection(object: Node, workloads: readonly Node[], say: Say): void {
  const selector = dig(object, 'spec', 'selector')
  const labels = object['kind'] === 'Service' ? selector : dig(selector, 'matchLabels')
  const chosen = workloads.filter((workload) => selects(labels, workload))
  if (chosen.length !== 1) say(`selects ${chosen.length} workloads`)
  for (const { targetPort } of listOf(dig(object, 'spec', 'ports'))) {
    if (!chosen.some((workload) => portsOf(workload).includes(targetPort))) {
      say(`no pod has the port ${String(targetPort)}`)
    }
  }
}

function checkPolicy(policy: Node, workloads: readonly Node[], say: Say): void {
  const chosen = workloads.filter((workload) => selects(podsOf(policy), workload))
  if (chosen.length === 0) say('selects no workload')
  for (const { port } of listOf(dig(policy, 'spec', 'ingress')).flatMap((rule) =>
    listOf(rule['ports'])
  )) {
    if (!chosen.every((workload) => portsOf(workload).includes(port))) {
      say(`not every pod has the port ${String(port)}`)
    }
  }
}

function podsOf(policy: Node): unknown {
  return dig(policy, 'spec', 'podSelector', 'matchLabels')
}

function portsOf(workload: Node): readonly unknown[] {
  return listOf(dig(workload, 'spec', 'template', 'spec', 'containers')).flatMap((container) =>
    listOf(container['ports']).map(({ name }) => name)
  )
}

function selects(labels: unknown, workload: Node): boolean {
  const own = dig(workload, 'spec', 'template', 'metadata', 'labels')
  const wanted = Object.entries((labels ?? {}) as Node)
  return wanted.length > 0 && wanted.every(([name, value]) => dig(own, name) === value)
}
