// Writes the manifest of the published package beside the compiled JavaScript, in dist/ or the folder that is
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
    return [door, { types: `${path}.d.ts`, default: `${path}.js` }]
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
  sideEffects: ['./register.js', './onset.js', './telemetry/last-upload.js'],
  files: ['**/*.js', '**/*.d.ts', 'README.md'],
  dependencies
}
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'dist'))
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
copyFileSync(join(import.meta.dirname, 'README.md'), join(folder, 'README.md'))
