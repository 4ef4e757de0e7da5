// Adds to package-lock.json the platform packages that npm left out, so that one lockfile installs on
// Linux x64, Linux arm64 and macOS. npm records only those optional packages that the registry it was
// run against serves; a mirror without macOS builds makes a lockfile that silently installs no
// engine there. Run after any `npm install` that changes versions: `node .ci/complete-lockfile.js`.
// An added entry has the exact version and the platform it is for, but no hash: npm then verifies it
// by the registry's own and not by ours.

import { readFileSync, writeFileSync } from 'node:fs'

const PATH = new URL('../package-lock.json', import.meta.url)
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const CPUS = ['arm64', 'arm', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']
// What Onset is run and developed on; a package for anything else is left to npm.
const SUPPORTED = new Set(['linux/x64', 'linux/arm64', 'darwin/arm64', 'darwin/x64'])

const lock = JSON.parse(readFileSync(PATH, 'utf8'))
const added = []

for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const platform = platformOf(name)
    if (platform === undefined || isLocked(path, name)) continue
    if (!SUPPORTED.has(`${platform.os}/${platform.cpu}`)) continue
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [platform.cpu],
      ...(entry.dev === true ? { dev: true } : {}),
      ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
      optional: true,
      os: [platform.os]
    }
    added.push(`${name}@${version}`)
  }
}

const sorted = Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1))
lock.packages = Object.fromEntries(sorted)
writeFileSync(PATH, `${JSON.stringify(lock, undefined, 2)}\n`)
console.log(added.length === 0 ? 'package-lock.json is complete' : `added ${added.join(', ')}`)

function isLocked(path, name) {
  return `node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages
}

/** @returns {{ os: string, cpu: string, libc: string | undefined } | undefined} */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-')
  const os = words.find((word) => SYSTEMS.includes(word))
  const cpu = words.find((word) => CPUS.includes(word))
  if (os === undefined || cpu === undefined) return undefined
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined
  return { os, cpu, libc }
}
