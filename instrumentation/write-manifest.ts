// Writes the manifest of the published package beside its JavaScript, in dist/ or the folder that is
// named. The workspace's own manifest points at the sources, which Node refuses to strip of types inside
// node_modules.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly description: string
  readonly engines: Readonly<Record<string, string>>
  readonly exports: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
}

const from = new URL('package.json', import.meta.url)
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own manifest, in this folder
const manifest = JSON.parse(readFileSync(from, 'utf8')) as Manifest
const { name, version, license, description, engines, dependencies } = manifest
const exports = Object.fromEntries(
  Object.entries(manifest.exports).map(([door, source]) => {
    const path = source.replace(/\.ts$/, '')
    // `commands/index.ts` is written as `commands.js`: all JavaScript is in one folder.
    const file = path.replace(/(?<=\w)\/index$/, '')
    return [door, { types: `${path}.d.ts`, default: `${file}.js` }]
  })
)
const published = {
  name,
  version,
  description,
  license,
  type: 'module',
  engines,
  exports,
  bin: { onset: './onset.js' },
  // The preload and the last upload are run for what they do, not for what they export.
  sideEffects: ['./register.js', './onset.js', './last-upload.js'],
  files: ['*.js', '*.cjs', '**/*.d.ts', 'README.md', 'LICENSE-opentelemetry'],
  // The rest of OpenTelemetry is in the files themselves; the API's types are in our declarations.
  dependencies: Object.fromEntries(
    Object.entries(dependencies).filter(([dependency]) => dependency === '@opentelemetry/api')
  )
}
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist'))
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
copyFileSync(join(import.meta.dirname, 'README.md'), join(folder, 'README.md'))
