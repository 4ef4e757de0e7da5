// Package managers and language tool chains: what installs and what only tells.

import type { CommandRule, RuleTable } from './rule.ts'

const INSTALLS: CommandRule = { effect: 'change', stage: 'dependencies' }
const TELLS: CommandRule = { effect: 'explore', stage: 'dependencies' }
const BUILDS: CommandRule = { effect: 'change', stage: 'implementation', verifies: true }
const TESTS: CommandRule = { effect: 'explore', stage: 'verification', verifies: true }
const RUNS: CommandRule = { effect: 'run', stage: 'verification' }

function all(names: string, rule: CommandRule): Record<string, CommandRule> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]))
}

const SYSTEM_MANAGER: CommandRule = {
  ...INSTALLS,
  valued: '-o -t -c --option --target-release',
  explores: '-s --simulate --dry-run --just-print -l --list',
  subcommands: all(
    'list search show info policy provides repolist depends rdepends showpkg madison changelog check why deplist whatprovides history query',
    TELLS
  )
}

const NODE_SCRIPTS: Record<string, CommandRule> = {
  ...all('test t tst check lint typecheck type-check types tsc verify e2e unit coverage', TESTS),
  ...all('build compile bundle dist prepare', BUILDS)
}

const NODE_MANAGER: CommandRule = {
  ...INSTALLS,
  valued: '-C -w --prefix --workspace --registry --filter',
  explores: '--dry-run',
  subcommands: {
    ...all(
      'ls list ll la view info show v outdated audit why explain search bin root prefix ping whoami fund config get doctor licenses help',
      TELLS
    ),
    ...all('test t tst', TESTS),
    ...all('start serve dev preview', { effect: 'change', stage: 'verification' }),
    ...all('run run-script', { ...RUNS, subcommands: NODE_SCRIPTS }),
    ...all('exec x dlx', { ...RUNS, subcommands: NODE_SCRIPTS }),
    ...all('build', BUILDS),
    init: { effect: 'change', stage: 'implementation' },
    publish: { effect: 'change', stage: 'delivery' }
  }
}

export const PACKAGE_COMMANDS: RuleTable = [
  [
    'apt apt-get aptitude yum dnf microdnf zypper apk snap flatpak brew port nix-env yay emerge tdnf',
    SYSTEM_MANAGER
  ],
  ['pacman', { ...SYSTEM_MANAGER, explores: '-Q -Qi -Ql -Ss -Si -Qs' }],
  ['apt-cache apt-file apt-config dpkg-query pkg-config repoquery', TELLS],
  [
    'apt-mark apt-key add-apt-repository',
    { ...INSTALLS, subcommands: all('showmanual showauto showhold', TELLS) }
  ],
  [
    'dpkg',
    {
      ...TELLS,
      changes:
        '-i --install -r --remove -P --purge --configure -x --extract --add-architecture --unpack -a'
    }
  ],
  ['rpm', { ...TELLS, changes: '-i -U -e -ivh -Uvh --install --upgrade --erase --import' }],
  [
    'pip pipx',
    {
      ...INSTALLS,
      valued: '-r -c -i -e -t --index-url --target --requirement --python --proxy --timeout',
      reads: '-r --requirement -c --constraint',
      explores: '--dry-run',
      subcommands: {
        ...all('list show freeze check search index inspect config debug hash cache help', TELLS),
        run: RUNS
      }
    }
  ],
  ['easy_install', INSTALLS],
  [
    'conda mamba micromamba',
    {
      ...INSTALLS,
      explores: '--dry-run',
      valued: '-n -p -c',
      subcommands: {
        ...all('list info search config', TELLS),
        ...all('activate deactivate', { effect: 'change', stage: 'environment', idle: true }),
        env: { ...INSTALLS, subcommands: all('list export', TELLS) }
      }
    }
  ],
  [
    'uv poetry pipenv pdm rye hatch pixi',
    {
      ...INSTALLS,
      explores: '--dry-run',
      subcommands: {
        ...all('tree show check list', TELLS),
        pip: { ...INSTALLS, subcommands: all('list show freeze check tree', TELLS) },
        init: { effect: 'change', stage: 'implementation' },
        build: BUILDS,
        publish: { effect: 'change', stage: 'delivery' },
        test: TESTS
      }
    }
  ],
  ['virtualenv venv pyvenv', INSTALLS],
  [
    'pyenv nvm fnm volta rbenv asdf mise sdk rustup elan ghcup opam juliaup',
    { ...INSTALLS, reader: 'verbs' }
  ],
  ['npm pnpm yarn bun', NODE_MANAGER],
  [
    'deno',
    {
      ...RUNS,
      valued: '-c --config',
      subcommands: {
        ...all('test lint check bench', TESTS),
        ...all('run eval serve', RUNS),
        ...all('install add cache remove upgrade', INSTALLS),
        fmt: { effect: 'change', stage: 'implementation', explores: '--check' },
        ...all('info doc types', TELLS)
      }
    }
  ],
  [
    'npx bunx pnpx',
    {
      ...RUNS,
      subcommands: {
        ...all('jest vitest mocha tap ava tsc eslint playwright cypress oxlint biome', TESTS)
      }
    }
  ],
  [
    'cargo',
    {
      effect: 'change',
      stage: 'implementation',
      subcommands: {
        ...all('test t nextest check c clippy bench miri', { ...TESTS }),
        ...all('build b rustc doc', BUILDS),
        ...all('run r', RUNS),
        ...all('add remove rm install uninstall update fetch vendor generate-lockfile', INSTALLS),
        ...all('tree search metadata info help version', TELLS),
        ...all('new init fix fmt clean', { effect: 'change', stage: 'implementation' }),
        publish: { effect: 'change', stage: 'delivery' }
      }
    }
  ],
  [
    'go',
    {
      effect: 'change',
      stage: 'implementation',
      subcommands: {
        ...all('test vet', TESTS),
        ...all('build install generate', BUILDS),
        run: RUNS,
        get: INSTALLS,
        mod: { ...INSTALLS, subcommands: all('graph why verify', TELLS) },
        ...all('env version list doc help tool', { effect: 'explore', stage: 'environment' }),
        ...all('fmt fix clean work', { effect: 'change', stage: 'implementation' })
      }
    }
  ],
  [
    'gem bundle bundler composer cabal stack mix rebar3 luarocks cpan cpanm vcpkg conan opkg tlmgr julia-pkg nuget choco winget scoop',
    {
      ...INSTALLS,
      subcommands: {
        ...all('list show search info outdated', TELLS),
        ...all('test', TESTS),
        ...all('build compile', BUILDS),
        ...all('run exec', RUNS)
      }
    }
  ],
  [
    'dotnet swift',
    {
      ...BUILDS,
      subcommands: {
        ...all('test', TESTS),
        run: RUNS,
        ...all('restore add', INSTALLS),
        ...all('--info --version list', TELLS)
      }
    }
  ]
]
