// Loaded before everything else in a collector under test (`node --import`): its clock is as far off as a file
// says. The file is read at start and again on SIGUSR2, so that the clock can jump while the process runs. Only
// the clock of JavaScript is moved; the engine's own `now()` is the machine's, as of a server elsewhere.

import { readFileSync } from 'node:fs'

const path = process.env['SOAK_CLOCK_FILE'] ?? ''
const realNow = Date.now.bind(Date)
let shiftMs = 0

function readShift(): void {
  try {
    shiftMs = Number(readFileSync(path, 'utf8')) || 0
  } catch {
    shiftMs = 0
  }
}

readShift()
process.on('SIGUSR2', readShift)
Date.now = () => realNow() + shiftMs
