// What a compose file names and nobody has: volumes, secrets, services, settings, files.

import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import {
  checkCommand,
  dig,
  isSetting,
  keysOf,
  readText,
  ROOT,
  textsOf,
  type Node,
  type Say
} from './deploy-files.ts'

export function checkCompose(file: Node, path: string): readonly string[] {
  const problems: string[] = []
  const folder = resolve(ROOT, dirname(path))
  for (const [name, service] of Object.entries((file['services'] ?? {}) as Record<string, Node>)) {
    const say: Say = (problem) => problems.push(`${name}: ${problem}`)
    checkBounds(service, say)
    checkVolumes(service, { file, folder, say })
    checkNames(service, file, say)
    checkBuild(service, folder, say)
    checkEnvironment(service, say)
    if (isOurs(service)) checkCommand(service['command'], say)
  }
  return problems
}

function isOurs(service: Node): boolean {
  return String(service['image']).startsWith('onset')
}

function checkBounds(service: Node, say: Say): void {
  const image = String(service['image'])
  if (!/:v?\d+(\.\d+)+$/.test(image)) say(`${image} is not pinned`)
  if (service['mem_limit'] === undefined) say('no limit on memory')
  if (!textsOf(service['cap_drop']).includes('ALL')) say('keeps capabilities')
  // Our own images bring a health check along.
  if (!isOurs(service) && service['healthcheck'] === undefined) say('no health check')
  for (const port of textsOf(service['ports'])) {
    if (!/^127\.0\.0\.1:\d+:\d+$/.test(port)) say(`port ${port} is not on the loopback`)
  }
}

interface VolumeSurroundings {
  readonly file: Node
  readonly folder: string
  readonly say: Say
}

function checkVolumes(service: Node, { file, folder, say }: VolumeSurroundings): void {
  for (const volume of textsOf(service['volumes'])) {
    const [source = ''] = volume.split(':')
    if (!source.startsWith('.')) {
      if (!keysOf(file['volumes']).includes(source)) say(`volume ${source} is not declared`)
      continue
    }
    if (!existsSync(resolve(folder, source))) say(`${source} does not exist`)
    if (!volume.endsWith(':ro')) say(`${source} is mounted writable`)
  }
}

function checkNames(service: Node, file: Node, say: Say): void {
  for (const secret of textsOf(service['secrets'])) {
    if (!keysOf(file['secrets']).includes(secret)) say(`secret ${secret} is not declared`)
  }
  for (const other of keysOf(service['depends_on'])) {
    if (!keysOf(file['services']).includes(other)) say(`depends on ${other}, which is no service`)
  }
}

function checkBuild(service: Node, folder: string, say: Say): void {
  const dockerfile = dig(service, 'build', 'dockerfile')
  if (typeof dockerfile !== 'string') return
  const context = resolve(folder, String(dig(service, 'build', 'context')))
  if (!existsSync(join(context, dockerfile))) say(`${dockerfile} does not exist`)
  const target = String(dig(service, 'build', 'target'))
  if (!readText('deploy/Dockerfile').includes(` AS ${target}\n`)) say(`no target ${target}`)
}

function checkEnvironment(service: Node, say: Say): void {
  for (const [variable, value] of Object.entries((service['environment'] ?? {}) as Node)) {
    if (isOurs(service) && variable.startsWith('ONSET_') && !isSetting(variable)) {
      say(`${variable} is no setting`)
    }
    if (/PASSWORD|KEY/.test(variable) && !/\$\{\w+:\?/.test(String(value))) {
      say(`${variable} has a value in the file`)
    }
  }
}
