// The instrumentation as it is published: bundled, in a folder named as npm would, with its manifest.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const WORKSPACE = join(ROOT, 'instrumentation')

/** Builds it below `folder`, where programs in that folder find it by its name. */
export function buildInstrumentation(folder: string): string {
  const built = join(folder, 'node_modules', '@onset', 'instrumentation')
  mkdirSync(built, { recursive: true })
  const tsc = join(ROOT, 'node_modules', 'typescript', 'lib', 'tsc.js')
  const project = join(WORKSPACE, 'tsconfig.build.json')
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', built], { cwd: WORKSPACE })
  for (const script of ['bundle.ts', 'write-manifest.ts']) {
    execFileSync(process.execPath, [join(WORKSPACE, script), built])
  }
  return built
}

/** Every Node on the path and the one that runs this, one for each version. */
export function availableNodes(): readonly { readonly path: string; readonly version: string }[] {
  const found = new Map<string, string>([[process.version, process.execPath]])
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (!existsSync(path)) continue
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim()
    if (!found.has(version)) found.set(version, path)
  }
  return [...found].map(([version, path]) => ({ version, path }))
}
