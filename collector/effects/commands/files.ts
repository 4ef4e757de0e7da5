// Commands that make, move, change or remove files, and the editors.

import type { CommandRule, RuleTable } from './rule.ts'

const WRITES: CommandRule = { effect: 'change', stage: 'implementation', operands: 'written' }
const MOVES: CommandRule = {
  effect: 'change',
  stage: 'implementation',
  operands: 'read-then-written'
}

export const FILE_COMMANDS: RuleTable = [
  [
    'touch mkdir rmdir mkfifo mknod unlink shred',
    { ...WRITES, valued: '-m -d -r -t --mode --date --reference' }
  ],
  ['mktemp', { ...WRITES, operands: 'none' }],
  ['rm trash', { effect: 'change', stage: 'implementation', operands: 'written' }],
  [
    'cp mv rename',
    { ...MOVES, valued: '-t -S --target-directory', writes: '-t --target-directory' }
  ],
  ['ln link', MOVES],
  ['install', { ...MOVES, valued: '-m -o -g -t', writes: '-t' }],
  [
    'rsync scp sftp rclone',
    { ...MOVES, valued: '-e -i -P -p -o --exclude --include --rsh', explores: '-n --dry-run' }
  ],
  [
    'chmod chown chgrp chattr setfacl setfattr setcap',
    { ...WRITES, operands: 'mode-then-written', valued: '--reference' }
  ],
  ['tee', { ...WRITES, reader: 'tee' }],
  ['sponge', WRITES],
  ['truncate', { ...WRITES, valued: '-s -r --size --reference' }],
  ['fallocate', { ...WRITES, valued: '-l -o -n' }],
  ['split csplit', { effect: 'change', stage: 'implementation', valued: '-b -l -n -a -C' }],
  ['dd', { effect: 'explore', stage: 'inspection', reader: 'copy-blocks' }],
  [
    'sed gsed',
    {
      effect: 'explore',
      stage: 'inspection',
      operands: 'pattern-then-read',
      valued: '-e -f -l --expression --file',
      reads: '-f --file',
      changes: '-i --in-place',
      reader: 'edit-stream'
    }
  ],
  ['apply_patch applypatch', { effect: 'change', stage: 'implementation', reader: 'patch' }],
  [
    'patch',
    {
      effect: 'change',
      stage: 'implementation',
      operands: 'written',
      valued: '-p -d -D -o -r -F',
      reads: '-i --input',
      explores: '--dry-run',
      reader: 'patch'
    }
  ],
  [
    'ed ex vi vim nvim emacs nano pico micro hx joe',
    {
      effect: 'change',
      stage: 'implementation',
      operands: 'written',
      valued: '-c -S -u -s -f --eval',
      explores: '-R'
    }
  ],
  ['dos2unix unix2dos iconv recode', { ...WRITES, valued: '-f -t -c', writes: '-o' }],
  ['code subl open xdg-open', { effect: 'explore', stage: 'inspection' }],
  [
    'mount',
    { effect: 'change', stage: 'environment', valued: '-t -o', explores: '-l', bareExplores: true }
  ],
  [
    'umount losetup mkfs mkfs.ext4 mkswap swapon swapoff fdisk parted e2fsck fsck resize2fs cryptsetup',
    { effect: 'change', stage: 'environment', explores: '-l --list' }
  ],
  [
    'prettier gofmt goimports rustfmt clang-format shfmt',
    {
      effect: 'explore',
      stage: 'verification',
      operands: 'read',
      changes: '-w --write -i',
      verifies: true
    }
  ],
  [
    'black isort autopep8 yapf autoflake pyupgrade',
    {
      effect: 'change',
      stage: 'implementation',
      operands: 'written',
      explores: '--check --diff --check-only -c'
    }
  ]
]
