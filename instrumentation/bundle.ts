// Writes the JavaScript of the published package into dist/ or the folder that is named. A module costs the
// start of an agent about 0.3 ms, and with those of OpenTelemetry there are 250: what the preload loads is one
// file. It is CommonJS because an ES module's imports of Node evaluate all that Node's modules offer.

import { copyFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'

const SOURCE = import.meta.dirname
const API = '@opentelemetry/api'
const API_FILE = 'otel-api.cjs'
const KERNEL_FILE = 'kernel.cjs'
const folder = resolve(process.argv[2] ?? join(SOURCE, 'dist'))

/** One copy for the kernel and for what applications import: it remembers the globals it has found. */
const sharedApi: Plugin = {
  name: 'shared-api',
  setup(plugin) {
    const filter = new RegExp(`^${API}$`)
    plugin.onResolve({ filter }, () => ({ path: `./${API_FILE}`, external: true }))
  }
}

/** Not by `import`, which reads a CommonJS file twice: on Node 20 that takes as long as all the rest. */
const requiredKernel: Plugin = {
  name: 'required-kernel',
  setup(plugin) {
    plugin.onResolve({ filter: /^\.\/start-instrumentation\.ts$/ }, ({ path }) => ({
      path,
      namespace: 'kernel'
    }))
    plugin.onLoad({ filter: /./, namespace: 'kernel' }, () => ({
      contents: `import { createRequire } from 'node:module'
        export const { startInstrumentation } = createRequire(import.meta.url)('./${KERNEL_FILE}')`
    }))
  }
}

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  logLevel: 'warning'
} as const satisfies BuildOptions

/** Names of files beside each other, and the sources they begin with. */
const ENTRIES = {
  index: 'index.ts',
  onset: 'onset.ts',
  commands: 'commands/index.ts',
  'launch-command': 'launch-command.ts',
  'last-upload': 'telemetry/last-upload.ts'
}

await build({
  ...common,
  format: 'cjs',
  stdin: { contents: `export * from '${API}'`, resolveDir: SOURCE },
  outfile: join(folder, API_FILE)
})
await build({
  ...common,
  format: 'cjs',
  entryPoints: [join(SOURCE, 'start-instrumentation.ts')],
  outfile: join(folder, KERNEL_FILE),
  plugins: [sharedApi],
  define: { 'import.meta.url': 'kernelUrl' },
  banner: { js: "const kernelUrl = require('node:url').pathToFileURL(__filename).href;" }
})
await build({
  ...common,
  format: 'esm',
  entryPoints: [join(SOURCE, 'register.ts')],
  outdir: folder,
  plugins: [requiredKernel]
})
await build({
  ...common,
  format: 'esm',
  splitting: true,
  entryPoints: Object.fromEntries(
    Object.entries(ENTRIES).map(([name, file]) => [name, join(SOURCE, file)])
  ),
  outdir: folder,
  plugins: [sharedApi]
})

// What is taken in of OpenTelemetry stays under its own license.
const { resolve: find } = createRequire(import.meta.url)
copyFileSync(
  join(dirname(find('@opentelemetry/sdk-trace')), '..', 'LICENSE'),
  join(folder, 'LICENSE-opentelemetry')
)
