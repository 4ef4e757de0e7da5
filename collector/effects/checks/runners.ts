// Test runners and how they are narrowed. Data only.

import type { Options } from '../commands/rule.ts'

export interface TestRunner {
  readonly language: string
  /** What the project calls its tests; which runner that is, the line does not say. */
  readonly isProject?: true
  /** The words that make it run tests, where it does more than that: `cargo test`. */
  readonly subcommands?: readonly string[]
  /** Options whose value narrows what is run. */
  readonly filters?: Options
  /** Other options that take the next word. */
  readonly valued?: Options
  /** Its operands are names of tests, not paths. */
  readonly namesTests?: true
}

const JS_FILTERS = '-t -g -f --grep --fgrep --testNamePattern --test-name-pattern --filter'
const PYTEST: TestRunner = {
  language: 'python',
  filters: '-k -m --deselect --ignore --ignore-glob',
  valued: '-p -c -n -o -W --tb --maxfail --rootdir --cov --timeout --durations --junitxml'
}
const UNITTEST: TestRunner = { language: 'python', filters: '-k -p', valued: '-s -t' }
const TASKS = ['test', 'tests', 'check', 'verify', 'spec', 'unittest', 'e2e', 't', 'tst'] as const
const JVM: TestRunner = {
  language: 'jvm',
  isProject: true,
  subcommands: ['test', 'check', 'verify', 'integration-test'],
  filters: '--tests -Dtest -pl',
  valued: '-f -p'
}

/** Names separated by blanks. */
const TABLE: readonly (readonly [names: string, runner: TestRunner])[] = [
  ['pytest py.test', PYTEST],
  ['unittest nose nosetests nose2 trial stestr doctest', UNITTEST],
  ['behave robot', { language: 'python', filters: '-n -t -i --tags --include --name' }],
  ['tox nox', { language: 'python', isProject: true, filters: '-e -s', valued: '-c -f' }],
  [
    'mocha',
    {
      language: 'js',
      filters: '-g -f --grep --fgrep',
      valued: '-r --require -t --timeout -R --reporter --config -u --ui'
    }
  ],
  [
    'jest vitest ava jasmine karma cypress playwright qunit lab tape tap wdio testcafe',
    { language: 'js', filters: JS_FILTERS, valued: '-c --config --reporter --project --timeout' }
  ],
  [
    'npm pnpm yarn',
    {
      language: 'js',
      isProject: true,
      subcommands: TASKS,
      filters: '-w --workspace -F --filter --prefix -C --dir --cwd -g -t --grep'
    }
  ],
  ['bun deno', { language: 'js', subcommands: ['test'], filters: JS_FILTERS }],
  [
    'cargo',
    {
      language: 'rust',
      subcommands: ['test', 't', 'nextest'],
      filters: '-p --package --test --bin --skip --exclude -E',
      valued: '--features --target --manifest-path -j',
      namesTests: true
    }
  ],
  [
    'go',
    {
      language: 'go',
      subcommands: ['test'],
      filters: '-run --run -skip',
      valued: '-timeout -count -tags -p -coverprofile'
    }
  ],
  ['mvn mvnw gradle gradlew ant sbt lein mill', JVM],
  ['rspec minitest cucumber', { language: 'ruby', filters: '-e -t --tag --example -n' }],
  ['rake rails', { language: 'ruby', isProject: true, subcommands: TASKS }],
  [
    'phpunit pest codecept artisan',
    { language: 'php', filters: '--filter --group --testsuite', valued: '-c --configuration' }
  ],
  ['ctest', { language: 'c', filters: '-R -L -E -I', valued: '-j --timeout --test-dir -C' }],
  [
    'dotnet swift mix flutter dart zig',
    { language: 'other', subcommands: ['test'], filters: '--filter --only --name' }
  ],
  ['bats shunit2 prove busted', { language: 'shell', filters: '-f --filter' }],
  [
    'make gmake bmake ninja just task invoke bazel buck2 meson scons waf',
    { language: '', isProject: true, subcommands: TASKS, valued: '-C -f -j' }
  ]
]

export const RUNNERS: ReadonlyMap<string, TestRunner> = new Map(
  TABLE.flatMap(([names, runner]) => names.split(' ').map((name) => [name, runner]))
)

/** `npx mocha`, `pnpm exec vitest`: words before the runner. */
export const LAUNCHERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['npx', ['']],
  ['bunx', ['']],
  ['pnpx', ['']],
  ['pnpm', ['exec', 'dlx']],
  ['yarn', ['exec', 'dlx', 'run', '']],
  ['npm', ['exec']],
  ['coverage', ['run']],
  ['c8', ['']],
  ['nyc', ['']]
])
