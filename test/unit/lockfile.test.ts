// Reads package-lock.json as npm does: an optional package that is not listed is never installed,
// whatever the platform, and npm says nothing.

import { readFileSync } from 'node:fs'
import t from 'tap'

interface LockedPackage {
  readonly version?: string
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly resolved?: string
  readonly optional?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const lockfile = JSON.parse(
  readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')
) as { readonly packages: Readonly<Record<string, LockedPackage>> }

const ENGINES = [
  { name: '@chdb/lib-linux-x64-gnu', os: 'linux', cpu: 'x64' },
  { name: '@chdb/lib-linux-arm64-gnu', os: 'linux', cpu: 'arm64' },
  { name: '@chdb/lib-darwin-arm64', os: 'darwin', cpu: 'arm64' },
  { name: '@chdb/lib-darwin-x64', os: 'darwin', cpu: 'x64' }
]

for (const { name, os, cpu } of ENGINES) {
  t.test(`the lockfile installs the embedded engine on ${os} ${cpu}, and only there`, async (t) => {
    const wanted = lockfile.packages['node_modules/chdb']?.optionalDependencies?.[name]
    const locked = lockfile.packages[`node_modules/${name}`]
    t.type(wanted, 'string', 'chdb still has a library of this name')
    t.equal(locked?.version, wanted)
    t.same(locked?.os, [os])
    t.same(locked?.cpu, [cpu])
    t.equal(locked?.optional, true, 'an install against a ClickHouse server can omit it')
  })
}

t.test('linter and formatter are locked for the platforms people develop on', async (t) => {
  for (const tool of ['@oxlint/binding', '@oxfmt/binding']) {
    for (const platform of ['linux-x64-gnu', 'linux-arm64-gnu', 'darwin-arm64', 'darwin-x64']) {
      t.ok(lockfile.packages[`node_modules/${tool}-${platform}`], `${tool}-${platform}`)
    }
  }
})

t.test('the lockfile names no download host', async (t) => {
  const named = Object.entries(lockfile.packages).filter(([, entry]) =>
    entry.resolved?.startsWith('http')
  )
  t.same(named, [])
})
