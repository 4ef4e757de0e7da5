// The file system as it was when this module was loaded: what the room reads itself is not seen by it.

import fs from 'node:fs'

export const {
  closeSync,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  statSync
} = fs
