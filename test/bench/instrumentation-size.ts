// Prints what installing @onset/instrumentation brings, in bytes on disk, and ends with 1 above the bound:
// `npm run size -w @onset/instrumentation`.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildInstrumentation } from '../support/built-instrumentation.ts'
import { installedPackages, PACKAGE_BYTES_MAX } from '../support/installed-size.ts'

const base = join(import.meta.dirname, '..', '..', '.tap', 'size')
mkdirSync(base, { recursive: true })
const folder = mkdtempSync(join(base, 'built-'))
try {
  const packages = installedPackages(buildInstrumentation(folder))
  const megabytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(2)} MB`
  for (const { name, version, bytes } of packages.toSorted((a, b) => b.bytes - a.bytes)) {
    process.stdout.write(`${megabytes(bytes).padStart(9)}  ${name} ${version}\n`)
  }
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0)
  process.stdout.write(
    `${megabytes(total).padStart(9)}  in all; at most ${megabytes(PACKAGE_BYTES_MAX)}\n`
  )
  process.exitCode = total <= PACKAGE_BYTES_MAX ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
