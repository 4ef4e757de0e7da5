// Programs that run another program given in their words. Data only: how many words to step over
// until the inner command begins, or where its text stands.

export interface Wrapper {
  /** Options that take the next word, so that it is not mistaken for the inner command. */
  readonly valued?: readonly string[]
  /** Words of its own before the inner command, `timeout 5`. */
  readonly operands?: number
}

const NONE: Wrapper = {}

/** `wrapper [options] [operands] [NAME=value…] command…` */
export const WRAPPERS: ReadonlyMap<string, Wrapper> = new Map<string, Wrapper>([
  ['sudo', { valued: ['-u', '-g', '-h', '-p', '-C', '-r', '-t', '-T', '-U', '-D', '--user'] }],
  ['doas', { valued: ['-u', '-C'] }],
  ['env', { valued: ['-u', '-C', '--unset', '--chdir'] }],
  ['time', { valued: ['-f', '-o', '--format', '--output'] }],
  ['nohup', NONE],
  ['setsid', NONE],
  ['timeout', { valued: ['-s', '-k', '--signal', '--kill-after'], operands: 1 }],
  ['gtimeout', { valued: ['-s', '-k', '--signal', '--kill-after'], operands: 1 }],
  ['nice', { valued: ['-n', '--adjustment'] }],
  ['ionice', { valued: ['-c', '-n', '-p'] }],
  ['chrt', { operands: 1 }],
  ['taskset', { operands: 1 }],
  ['numactl', { valued: ['-N', '-m', '-C'] }],
  ['stdbuf', { valued: ['-i', '-o', '-e'] }],
  ['unbuffer', NONE],
  ['rlwrap', NONE],
  ['faketime', { operands: 1 }],
  ['fakeroot', NONE],
  ['xvfb-run', { valued: ['-n', '-s', '-f', '-e', '--server-num', '--server-args'] }],
  ['dbus-run-session', NONE],
  ['catchsegv', NONE],
  ['command', NONE],
  ['builtin', NONE],
  ['exec', { valued: ['-a'] }],
  ['caffeinate', NONE],
  ['flock', { valued: ['-w', '-E'], operands: 1 }],
  ['chroot', { operands: 1 }],
  ['proot', { valued: ['-r', '-b', '-w', '-R', '-S'] }],
  ['busybox', NONE],
  [
    'xargs',
    {
      valued: [
        '-a',
        '-d',
        '-E',
        '-I',
        '-L',
        '-n',
        '-P',
        '-s',
        '--max-args',
        '--max-procs',
        '--replace'
      ]
    }
  ],
  ['parallel', { valued: ['-j', '-a', '-N', '--jobs', '--colsep', '--joblog', '--delay'] }],
  ['torsocks', NONE],
  ['proxychains', NONE],
  ['proxychains4', NONE],
  ['winpty', NONE],
  [
    'mpirun',
    { valued: ['-np', '-n', '-c', '-H', '--host', '-hostfile', '--hostfile', '--mca', '-x'] }
  ],
  [
    'mpiexec',
    { valued: ['-np', '-n', '-c', '-H', '--host', '-hostfile', '--hostfile', '--mca', '-x'] }
  ]
])

/** `runner subcommand [options] command…`: package managers that run a program of the project. */
export const RUNNERS: ReadonlyMap<string, ReadonlyMap<string, Wrapper>> = new Map([
  [
    'uv',
    new Map<string, Wrapper>([
      ['run', { valued: ['--with', '--python', '-p', '--extra', '--group', '--directory'] }]
    ])
  ],
  ['poetry', new Map<string, Wrapper>([['run', NONE]])],
  ['pipenv', new Map<string, Wrapper>([['run', NONE]])],
  ['pdm', new Map<string, Wrapper>([['run', NONE]])],
  ['rye', new Map<string, Wrapper>([['run', NONE]])],
  ['hatch', new Map<string, Wrapper>([['run', NONE]])],
  ['pixi', new Map<string, Wrapper>([['run', NONE]])],
  [
    'conda',
    new Map<string, Wrapper>([['run', { valued: ['-n', '-p', '--name', '--prefix', '--cwd'] }]])
  ],
  ['mamba', new Map<string, Wrapper>([['run', { valued: ['-n', '-p', '--name', '--prefix'] }]])],
  ['bundle', new Map<string, Wrapper>([['exec', NONE]])],
  ['nix', new Map<string, Wrapper>([['develop', { valued: ['-c', '--command'] }]])],
  [
    'docker',
    new Map<string, Wrapper>([
      ['exec', { valued: ['-e', '-u', '-w', '--env', '--user', '--workdir'], operands: 1 }]
    ])
  ],
  [
    'podman',
    new Map<string, Wrapper>([
      ['exec', { valued: ['-e', '-u', '-w', '--env', '--user', '--workdir'], operands: 1 }]
    ])
  ],
  [
    'kubectl',
    new Map<string, Wrapper>([
      ['exec', { valued: ['-n', '-c', '--namespace', '--container'], operands: 1 }]
    ])
  ]
])

/** Programs whose command is one text: after an option, or all operands joined. */
export interface TextWrapper {
  /** Options that announce the text; without one the operands are joined. */
  readonly option?: readonly string[]
  readonly valued?: readonly string[]
  /** Operands before the text, `ssh host`. */
  readonly operands?: number
}

export const TEXT_WRAPPERS: ReadonlyMap<string, TextWrapper> = new Map<string, TextWrapper>([
  ['bash', { option: ['-c', '-lc', '-ic', '-xc', '-ec', '-cx', '-lic', '-euc', '-euxc', '-uc'] }],
  ['sh', { option: ['-c', '-lc', '-xc', '-ec', '-ic', '-euc', '-euxc'] }],
  ['zsh', { option: ['-c', '-lc', '-ic', '-lic'] }],
  ['dash', { option: ['-c'] }],
  ['ksh', { option: ['-c'] }],
  ['ash', { option: ['-c'] }],
  ['fish', { option: ['-c'] }],
  ['su', { option: ['-c', '--command'] }],
  ['runuser', { option: ['-c', '--command'] }],
  ['script', { option: ['-c', '-qc', '-qec', '--command'] }],
  ['eval', {}],
  ['watch', { valued: ['-n', '--interval'] }],
  [
    'ssh',
    {
      valued: ['-p', '-i', '-o', '-l', '-F', '-J', '-L', '-R', '-D', '-W', '-b', '-c'],
      operands: 1
    }
  ]
])

/** Shells that run what they read when no script file is named. */
export const SHELLS: ReadonlySet<string> = new Set([
  'bash',
  'sh',
  'zsh',
  'dash',
  'ksh',
  'ash',
  'fish'
])
