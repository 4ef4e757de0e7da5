// What a Dockerfile copies, sets and starts and nobody has. No linter: syntax is for those who build it.

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkCommand, isSetting, ROOT, type Say } from './deploy-files.ts'

/** Of a Dockerfile, and the folders that its context leaves out. */
export function checkDockerfile(text: string, ignored: readonly string[]): readonly string[] {
  const problems: string[] = []
  const say: Say = (problem) => problems.push(problem)
  const stages = new Set([...text.matchAll(/ AS (\S+)$/gm)].map(([, name = '']) => name))
  let user = ''
  for (const line of text.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
    const [instruction = '', first = '', ...rest] = line.split(/\s+/)
    if (instruction === 'FROM') {
      user = ''
      checkImage(first, stages, say)
    }
    if (instruction === 'USER') user = first
    if (instruction === 'COPY') checkCopy([first, ...rest], ignored, say)
    if (instruction === 'CMD') {
      if (user !== 'node') say('a final stage runs as root')
      checkCommand(JSON.parse(line.slice('CMD'.length)), say)
    }
    for (const [, name = ''] of line.matchAll(/\b(ONSET_[A-Z_]+)=/g)) {
      if (!isSetting(name)) say(`${name} is no setting`)
    }
  }
  return problems
}

function checkImage(image: string, stages: ReadonlySet<string>, say: Say): void {
  if (!stages.has(image) && !/:\d+\.\d+\.\d+-/.test(image)) say(`${image} is not pinned`)
}

/** From the context; what another stage made is that stage's. */
function checkCopy(words: readonly string[], ignored: readonly string[], say: Say): void {
  if (words[0]?.startsWith('--from') === true) return
  for (const source of words.slice(0, -1)) {
    const [folder = ''] = source.split('/')
    if (!existsSync(join(ROOT, source))) say(`COPY ${source}: does not exist`)
    if (ignored.includes(folder)) say(`COPY ${source}: is left out of the context`)
  }
}
