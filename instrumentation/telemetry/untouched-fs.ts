// The file system as it was when this module was loaded: whoever watches the agent's files afterwards
// does not see, and does not record, the recorder's own.

import fs from 'node:fs'

export const {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync
} = fs
