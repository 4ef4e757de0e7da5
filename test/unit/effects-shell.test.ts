// Reads whole command lines and looks at what is left of them: names, words, files, directories.

import t from 'tap'
import { readShell } from '../../collector/effects/index.ts'
import type { ShellCommand } from '../../collector/effects/index.ts'
import { SHELL_CHARS_MAX, SHELL_COMMANDS_MAX } from '../../collector/effects/shell/program.ts'
import { resolvePath } from '../../collector/effects/shell/words.ts'

function namesIn(line: string): readonly string[] {
  return readShell(line).commands.map(({ name }) => name)
}

function firstOf(line: string): ShellCommand {
  const [command] = readShell(line).commands
  if (command === undefined) throw new Error(`no command in ${line}`)
  return command
}

function lastOf(line: string): ShellCommand {
  const command = readShell(line).commands.at(-1)
  if (command === undefined) throw new Error(`no command in ${line}`)
  return command
}

/** Directory of the last command. */
function cwdOf(line: string): string {
  return lastOf(line).cwd
}

t.test('a line is its simple commands in the order they are read', async (t) => {
  const lines: readonly (readonly [line: string, names: readonly string[]])[] = [
    ['ls', ['ls']],
    ['ls | sort | head -3', ['ls', 'sort', 'head']],
    ['make && ./app || echo no; true', ['make', 'app', 'echo', 'true']],
    ['(cd a && make)', ['cd', 'make']],
    ['{ date; pwd; }', ['date', 'pwd']],
    [
      'if test -f x; then rm x; elif ls; then pwd; else touch x; fi',
      ['test', 'rm', 'ls', 'pwd', 'touch']
    ],
    ['for f in $(ls); do wc $f; done', ['ls', 'wc']],
    ['while read l; do echo $l; done < in.txt', ['read', 'echo', '']],
    ['until curl -s h; do sleep 1; done', ['curl', 'sleep']],
    ['case $x in a) rm a;; b) rm b;; esac', ['rm', 'rm']],
    ['[[ -f $(which gcc) ]] && gcc a.c', ['which', 'gcc']],
    ['(( x = 1 ))', []],
    ['x=$(grep -c a b)', ['grep', '']],
    ['echo `hostname` "$(id -u)"', ['hostname', 'id', 'echo']],
    ['diff <(sort a) <(sort b)', ['sort', 'sort', 'diff']],
    ['ls # rm -rf /', ['ls']],
    ['sleep 5 & wait', ['sleep', 'wait']],
    ['', []],
    ['   \n\n  ', []],
    ['# only a comment', []]
  ]
  for (const [line, names] of lines) t.same(namesIn(line), names, line)
})

t.test('words lose their quotes and keep what they mean', async (t) => {
  const { args } = firstOf(`echo 'a b' "c d" e\\ f $'g\\th' "i"'j' k`)
  t.same(args, ['a b', 'c d', 'e f', 'g\th', 'ij', 'k'])
})

t.test(
  'a variable set to a literal in the line is put in; any other stays as written',
  async (t) => {
    t.same(lastOf('F=/app/x.txt; cat $F ${F}.bak').args, ['/app/x.txt', '/app/x.txt.bak'])
    t.same(lastOf('export D=/srv && ls "$D/www"').args, ['/srv/www'])
    t.same(lastOf("F=a; echo '$F'").args, ['$F'], 'single quotes keep the dollar')
    t.same(lastOf('cat $HOME/.profile').args, ['$HOME/.profile'])
    t.same(lastOf('F=$(mktemp); cat $F').args, ['$F'], 'a value that only a run would know')
  }
)

t.test('redirections are files with a direction; moved descriptors are not files', async (t) => {
  t.same(firstOf('a > out 2>&1').redirects, [{ mode: 'write', descriptor: 1, target: 'out' }])
  t.same(firstOf('a >> log 2> err').redirects, [
    { mode: 'append', descriptor: 1, target: 'log' },
    { mode: 'write', descriptor: 2, target: 'err' }
  ])
  t.same(firstOf('a &> both').redirects, [{ mode: 'write', descriptor: 1, target: 'both' }])
  t.same(firstOf('a < in').redirects, [{ mode: 'read', descriptor: 0, target: 'in' }])
  t.same(firstOf('a 2>&- 1>&2').redirects, [])
  t.same(firstOf('> empty').redirects, [{ mode: 'write', descriptor: 1, target: 'empty' }])
  t.same(lastOf('{ a; b; } > all').redirects, [{ mode: 'write', descriptor: 1, target: 'all' }])
})

t.test('here-documents and here-strings are the input of their command', async (t) => {
  t.equal(firstOf("cat > f <<'EOF'\nline $x\nEOF").input, 'line $x\n')
  t.equal(firstOf('python3 - <<E > out\nprint(1)\nE').input, 'print(1)\n')
  t.equal(firstOf('wc -c <<< "some text"').input, 'some text')
  t.equal(firstOf('cat <<A\nnever closed').input, 'never closed')
  t.equal(firstOf('cat f').input, undefined)
})

t.test('what echo, printf and cat print is the input of the command behind the pipe', async (t) => {
  t.equal(lastOf('echo "select 1;" | sqlite3 a.db').input, 'select 1;')
  t.equal(lastOf('cat <<E | sh -e\nls\nE').name, 'ls', 'a shell reads it as commands')
  t.equal(lastOf('ls | wc').input, undefined)
})

t.test('wrappers are taken off and remembered', async (t) => {
  const lines: readonly (readonly [line: string, name: string, wrappers: readonly string[]])[] = [
    ['sudo -u www rm x', 'rm', ['sudo']],
    ['sudo env A=b timeout -s KILL 5 make', 'make', ['sudo', 'env', 'timeout']],
    ['nohup nice -n 5 ./serve', 'serve', ['nohup', 'nice']],
    ['time python3 a.py', 'python3', []],
    ['xargs -0 -n1 rm -f', 'rm', ['xargs']],
    ['python3 -m pytest -q', 'pytest', ['python3']],
    ['python -u -m http.server', 'http.server', ['python']],
    ['uv run pytest', 'pytest', ['uv']],
    ['poetry run python a.py', 'python', ['poetry']],
    ['docker exec -it web ls /', 'ls', ['docker']],
    ['conda run -n x python a.py', 'python', ['conda']],
    ['stdbuf -oL ./a.out', 'a.out', ['stdbuf']],
    ['command -v git', 'command', []],
    ['sudo', 'sudo', []],
    ['env', 'env', []]
  ]
  for (const [line, name, wrappers] of lines) {
    t.equal(firstOf(line).name, name, line)
    t.same(firstOf(line).wrappers, wrappers, line)
  }
})

t.test('text that a command would read as shell is read as shell', async (t) => {
  const lines: readonly (readonly [line: string, names: readonly string[]])[] = [
    [`bash -c 'cd /x && rm a'`, ['cd', 'rm']],
    [`sh -lc "ls; pwd"`, ['ls', 'pwd']],
    [`sudo bash -c "bash -c 'touch deep'"`, ['touch']],
    [`eval "make all"`, ['make']],
    [`su app -c 'whoami'`, ['whoami']],
    [`ssh -p 22 host "df -h"`, ['df']],
    [`watch -n 1 date`, ['date']],
    [`bash <<E\nls\nE`, ['ls']],
    [`find . -name '*.o' -exec rm -f {} \\;`, ['find', 'rm']],
    [`find . | xargs sh -c 'cat a > b'`, ['find', 'cat']],
    ['bash build.sh', ['bash']],
    ['f() { rm x; }; f', ['rm']]
  ]
  for (const [line, names] of lines) t.same(namesIn(line), names, line)
})

t.test('cd is followed through a line, and forgotten where a shell would forget it', async (t) => {
  t.equal(cwdOf('cd /app && ls'), '/app')
  t.equal(cwdOf('cd /app; cd src && ls'), '/app/src')
  t.equal(cwdOf('cd a/b && cd .. && ls'), 'a')
  t.equal(cwdOf('(cd /x); ls'), '')
  t.equal(cwdOf('cd /x | cat; ls'), '')
  t.equal(cwdOf("bash -c 'cd /x'; ls"), '')
  t.equal(cwdOf('if true; then cd /y; fi; ls'), '/y')
  t.equal(cwdOf('cd && ls'), '~')
})

t.test('paths are normalized and seen from the directory', async (t) => {
  t.equal(resolvePath('', './a'), 'a')
  t.equal(resolvePath('src', 'a.ts'), 'src/a.ts')
  t.equal(resolvePath('/app/src', '../b//c/'), '/app/b/c')
  t.equal(resolvePath('/app', '/etc/hosts'), '/etc/hosts')
  t.equal(resolvePath('/app', '~/x'), '~/x')
  t.equal(resolvePath('/app', '$HOME/x'), '$HOME/x')
  t.equal(resolvePath('', ''), '')
  t.equal(resolvePath('', '/'), '/')
})

t.test('joints, pipes, background and place are told', async (t) => {
  const { commands } = readShell('a | b && c || d; e & if f; then g; fi; h $(i)')
  const told = commands.map(({ name, joint, piped, background, place }) =>
    [name, joint, piped ? '>' : '', background ? '&' : '', place].join(' ')
  )
  t.same(told, [
    'a  >  line',
    'b |   line',
    'c &&   line',
    'd ||   line',
    'e ;  & line',
    'f ;   condition',
    'g ;   line',
    'i  >  substitution',
    'h ;   line'
  ])
})

t.test('a line that is not whole shell says so and keeps what could be read', async (t) => {
  t.equal(readShell('ls -la').complete, true)
  t.equal(readShell(`echo "never closed`).commands.length, 1)
  t.equal(readShell('if true; then').complete, false)
  t.equal(readShell('f() { '.repeat(5_000)).complete, false, 'too deep for the parser')
  t.equal(readShell(`bash -c "${'$('.repeat(20)}"`).complete, false, 'too deep for us')
  t.equal(readShell('<<A '.repeat(100)).complete, false, 'too many here-documents in a line')
  t.equal(readShell(`ls ${'x'.repeat(SHELL_CHARS_MAX)}`).complete, false, 'too long')
  const many = readShell('ls;'.repeat(SHELL_COMMANDS_MAX + 10))
  t.equal(many.commands.length, SHELL_COMMANDS_MAX)
  t.equal(many.complete, false)
})

t.test('shifts in a here-document are not here-documents', async (t) => {
  const body = `cout ${'<< x\n'.repeat(100)}`
  const program = readShell(`cat > a.cpp <<'E'\n${body}E`)
  t.equal(program.complete, true)
  t.equal(program.commands[0]?.input, body)
})

t.test('a directory grows no longer than a kernel lets it: cd fails there', async (t) => {
  const deep = cwdOf(`${'cd aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa && '.repeat(200)}ls`)
  t.ok(deep.length > 4_000 && deep.length <= 4_096, String(deep.length))
})

t.test('what follows the last command that is kept is not read', async (t) => {
  const full = readShell('cd a; '.repeat(SHELL_COMMANDS_MAX))
  t.match({ complete: full.complete, count: full.commands.length }, { complete: true, count: 512 })
  // Each line of the script would be a parser's run of its own.
  const texts = readShell(`${'a; '.repeat(SHELL_COMMANDS_MAX)}${"bash -c 'b'; ".repeat(100)}`)
  t.equal(texts.complete, false)
  t.equal(texts.commands.length, SHELL_COMMANDS_MAX)
  t.notOk(texts.commands.some(({ name }) => name === 'b'))
})
