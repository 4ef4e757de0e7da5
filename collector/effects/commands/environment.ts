// Commands that ask the machine about itself, and the shell's own words.

import type { CommandRule, RuleTable } from './rule.ts'

const ASKS: CommandRule = { effect: 'explore', stage: 'environment' }
const SETS: CommandRule = { effect: 'change', stage: 'environment' }

export const ENVIRONMENT_COMMANDS: RuleTable = [
  [
    'pwd uname hostname hostnamectl whoami id groups who w users last uptime arch nproc getconf lscpu',
    ASKS
  ],
  [
    'lsmem lspci lsusb lsmod free vmstat iostat mpstat sar dmidecode nvidia-smi rocm-smi lsb_release',
    ASKS
  ],
  ['which whereis command type hash compgen printenv env locale localectl tty stty tput', ASKS],
  ['date cal timedatectl', { ...ASKS, changes: '-s --set set-time set-timezone' }],
  [
    'jps ps top htop pgrep pidof pstree jobs lsof ss netstat ip ifconfig route arp iwconfig',
    { ...ASKS, valued: '-p -o -u -C -n -d -i' }
  ],
  ['ulimit umask getent history alias dirs times', ASKS],
  [
    'dmesg journalctl',
    { effect: 'explore', stage: 'inspection', valued: '-u -n -p --since --until' }
  ],
  ['fuser', { ...ASKS, changes: '-k --kill' }],
  ['sysctl', { ...ASKS, changes: '-w -p --system --write' }],
  [
    'ldconfig update-alternatives update-ca-certificates locale-gen dpkg-reconfigure',
    { effect: 'change', stage: 'environment', explores: '-p --print-cache --display --list' }
  ],
  // They change the shell itself, which matters only where the shell stays open (on the labelled runs a
  // line of nothing but `cd` is a change in 62 % of 723, `export` or `source` in 98 % of 81).
  [
    'cd pushd popd export unset declare typeset local readonly set unalias setopt shopt source . exec fg bg disown exit logout',
    { ...SETS, idle: true }
  ],
  [
    'echo printf : true false test [ read sleep wait clear reset return break continue shift trap let yes',
    { effect: 'explore', stage: 'inspection', idle: true }
  ],
  // Wrappers with nothing inside: a shell of another user or host, or no more than what a pipe brings.
  ['sudo su doas ssh chroot runuser newgrp login script', { ...SETS, idle: true, explores: '-l' }],
  [
    'xargs time timeout nice nohup stdbuf watch',
    { effect: 'explore', stage: 'inspection', idle: true }
  ]
]
