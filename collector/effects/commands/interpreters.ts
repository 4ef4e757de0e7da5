// Interpreters: what they do is what their program does, named or given inline.

import type { CommandRule, RuleTable } from './rule.ts'

const RUNS: CommandRule = {
  effect: 'run',
  stage: 'verification',
  operands: 'program',
  reader: 'code'
}

export const INTERPRETER_COMMANDS: RuleTable = [
  // Modules run by `python -m`.
  ['http.server SimpleHTTPServer smtpd', { effect: 'change', stage: 'environment' }],
  [
    'json.tool timeit calendar site sysconfig zipfile tarfile dis ast tokenize',
    { effect: 'explore', stage: 'inspection' }
  ],
  [
    'py_compile compileall doctest tabnanny',
    { effect: 'explore', stage: 'verification', verifies: true }
  ],
  ['ensurepip build', { effect: 'change', stage: 'dependencies' }],
  ['cProfile pdb trace', { effect: 'explore', stage: 'verification', operands: 'read' }],
  ['python python2 python3 pypy pypy3 ipython', { ...RUNS, valued: '-c -m -W -X' }],
  [
    'node nodejs tsx ts-node',
    { ...RUNS, valued: '-e -p -r --eval --print --import --require --loader --env-file' }
  ],
  ['ruby irb', { ...RUNS, valued: '-e -r -I' }],
  ['java', { ...RUNS, wordOptions: true, valued: '-cp -classpath --class-path' }],
  ['perl', { ...RUNS, valued: '-M -I -e -E' }],
  [
    'php lua luajit Rscript R julia octave octave-cli matlab scala groovy elixir racket guile sbcl clisp swipl ghci runghc runhaskell ocaml tclsh expect wish dart kotlin gnuplot maxima sage gp',
    { ...RUNS, valued: '-e -r -E --eval -cp -classpath' }
  ],
  ['bash sh zsh dash ksh ash fish', { ...RUNS, valued: '-O -o --rcfile --init-file' }],
  ['wasmtime wasmer wine qemu-user mono', { ...RUNS, valued: '--dir --mapdir -L' }]
]
