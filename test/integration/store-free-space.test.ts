// When the disk is looked at, on a small file system of its own that is filled behind the back of the guard.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { FreeSpace } from '../../collector/store/disk/free-space.ts'

const MEBIBYTE = 1_048_576
const FULL = { code: 'STORE_DISK_FULL', retryable: true }

const folder = mkdtempSync(join(tmpdir(), 'onset-small-'))
let isMounted = true
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder], { stdio: 'ignore' })
} catch {
  isMounted = false
}
t.teardown(() => {
  if (isMounted) execFileSync('umount', ['-l', folder])
  rmdirSync(folder)
})

const skip = isMounted ? false : 'mounting a small file system is not permitted here'
const ballast = join(folder, 'ballast')

function fill(): void {
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - MEBIBYTE / 4)))
}

t.test('a disk that fills is noticed within a second, and so is room', { skip }, async (t) => {
  let now = 1_000_000
  const freeSpace = new FreeSpace({ folder, now: () => now })
  await freeSpace.requireRoom()
  fill()
  now += 999
  await freeSpace.requireRoom()
  now += 1
  await t.rejects(freeSpace.requireRoom(), FULL)
  rmSync(ballast)
  await freeSpace.requireRoom()
})

t.test('a clock that is set back does not keep it from looking', { skip }, async (t) => {
  let now = 10_000_000
  const freeSpace = new FreeSpace({ folder, now: () => now })
  await freeSpace.requireRoom()
  fill()
  now -= 3_600_000
  await t.rejects(freeSpace.requireRoom(), FULL)
  rmSync(ballast)
})
