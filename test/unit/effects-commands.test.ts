// Classifies one-command shell steps against a table: what a line does, at which stage, with which files.

import t from 'tap'
import { classifyStep } from '../../collector/effects/index.ts'
import { findCommand, COMMAND_TABLES } from '../../collector/effects/commands/table.ts'
import type { CommandRule } from '../../collector/effects/commands/rule.ts'
import type { StageName, StepEffects } from '../../collector/model/index.ts'
import { aPlainStep } from '../support/builders.ts'

function runLine(command: string, observation = '', thought = ''): StepEffects {
  return classifyStep(
    aPlainStep({ tool: 'bash', arguments: JSON.stringify({ command }), observation, thought })
  )
}

/** Lines by what they do; ✔ marks those that check the work. */
const EXPLORE: Readonly<Partial<Record<StageName, readonly string[]>>> = {
  environment: [
    'pwd',
    'uname -a',
    'which python3',
    'command -v git',
    'python3 --version',
    'gcc --version',
    'env',
    'ps aux',
    'date',
    'cd /app',
    'systemctl status nginx',
    'crontab -l',
    'unknown-tool --help',
    'nvidia-smi'
  ],
  dependencies: [
    'pip list',
    'pip3 show numpy',
    'npm ls --depth=0',
    'apt list --installed',
    'apt-cache policy gcc',
    'dpkg -l',
    'cargo tree',
    'uv pip list',
    'go mod graph',
    'yt-dlp --list-formats URL',
    'brew info jq'
  ],
  inspection: [
    'ls -la',
    'cat Makefile',
    'head -n 5 install.sh',
    "grep -rn 'install' src",
    "sed -n '1,20p' a.ts",
    "awk '{print $1}' data.csv",
    'find . -name "*.py"',
    'find . | xargs grep -l foo',
    'git status',
    'git log --oneline | head',
    'git diff HEAD~1',
    'git stash list',
    'git branch -a',
    'git remote -v',
    'git apply --check a.patch',
    'make -n all',
    'tar tzf a.tgz',
    'unzip -l a.zip',
    'docker ps -a',
    'docker logs web',
    'kubectl get pods',
    'aws s3 ls',
    "sqlite3 a.db 'select * from t'",
    'psql -c "select 1"',
    'cat a > /dev/null',
    'ls 2>/dev/null',
    'echo done',
    'strings a.bin | head',
    'python3 -c "print(1)"',
    'python3 -c "print(open(\'a.txt\').read())"',
    'node -p "1 + 1"',
    'dd if=a.img bs=512 count=1 | xxd',
    'diff a b',
    'jq .name package.json',
    'ls | tee listing.txt',
    'python3 -m json.tool a.json',
    'pdftotext paper.pdf -'
  ],
  research: ['curl -s https://example.org/docs', 'wget -qO- https://example.org'],
  delivery: ['echo COMPLETE_TASK_AND_SUBMIT_FINAL_OUTPUT', 'submit']
}

const CHECKS: readonly string[] = [
  'pytest -q',
  'python -m pytest tests/test_a.py',
  'python3 -m unittest discover',
  'npx jest src',
  'npx vitest run',
  'npx tap run test/unit',
  'npx mocha',
  'node --test',
  'node --check a.js',
  'npm test',
  'npm run test:unit',
  'yarn test',
  'pnpm run lint',
  'bun test',
  'deno test',
  'go test ./...',
  'go vet ./...',
  'cargo test',
  'cargo clippy',
  'make test',
  'make -C build check',
  'ctest --output-on-failure',
  'mvn -q test',
  './gradlew test',
  'bundle exec rspec',
  'tsc --noEmit',
  'mypy src',
  'ruff check .',
  'eslint src',
  'shellcheck a.sh',
  'bash -n a.sh',
  'python test_cart.py',
  'python tests/check_output.py',
  'bash run_tests.sh',
  './run_tests.sh',
  'python manage.py test',
  'uv run pytest',
  'sudo -u ci env CI=1 timeout 60 pytest',
  'cd build && ctest',
  'curl -s http://localhost:8080/health',
  'pdflatex main.tex',
  'lean proof.lean',
  'tox -e py312'
]

const CHANGE: Readonly<Partial<Record<StageName, readonly string[]>>> = {
  environment: [
    'kill -9 42',
    'pkill -f server',
    'systemctl restart nginx',
    'service nginx start',
    'docker run -d web',
    'docker compose up -d',
    'kubectl apply -f a.yaml',
    'aws s3 mb s3://bucket',
    'python3 -m http.server 8000',
    'nohup python3 server.py &',
    './serve &',
    'useradd app',
    'sysctl -w a=1'
  ],
  dependencies: [
    'pip install -r requirements.txt',
    'python3 -m pip install .',
    'npm ci',
    'npm install',
    'yarn',
    'apt-get update',
    'sudo apt-get install -y gcc',
    'conda create -n x',
    'uv add httpx',
    'cargo add serde',
    'go mod tidy',
    'git clone https://example.org/a.git',
    'wget https://example.org/a.tgz',
    'curl -fsSLo a.tgz https://example.org/a.tgz',
    'curl -fsSL https://example.org/install.sh | sh',
    'sh -c "$(curl -fsSL https://example.org/install.sh)"',
    'python3 -m venv .venv',
    'python setup.py install',
    'Rscript -e \'install.packages("x")\'',
    'pip install . && pytest'
  ],
  implementation: [
    'cat <<EOF > a.txt\nhi\nEOF',
    'cat > a.txt <<EOF\nhi\nEOF',
    'echo hi >> a.txt',
    'printf x | tee a.txt',
    'sed -i s/a/b/ a.txt',
    'perl -pi -e s/a/b/ a.txt',
    'awk \'{print $1 > "b"}\' a',
    'mkdir -p a/b',
    'touch a',
    'cp a b',
    'mv a b',
    'rm -rf build',
    'ln -s a b',
    'chmod +x run.sh',
    'patch -p1 < a.patch',
    'git apply a.patch',
    'git stash',
    'git checkout -- a.ts',
    'git branch -D old',
    'find . -name "*.o" -delete',
    'find . -name "*.o" -exec rm {} +',
    'find . -name "*.o" | xargs rm',
    'tar xzf a.tgz',
    'unzip a.zip',
    'dd if=/dev/zero of=disk.img bs=1M count=1',
    'gcc -o app main.c',
    'make',
    'cmake -S . -B build',
    './configure',
    'npm run build',
    'cargo build --release',
    'docker build -t web .',
    'sqlite3 a.db "drop table t"',
    'echo "insert into t values (1);" | sqlite3 a.db',
    'psql -c "update t set a = 1"',
    'black .',
    'eslint_d() { :; }; touch a',
    "python3 -c \"open('a.txt', 'w').write('x')\"",
    "python3 - <<EOF\nfrom pathlib import Path\nPath('a').write_text('x')\nEOF",
    "node -e \"require('fs').writeFileSync('a', 'x')\"",
    'vim a.txt',
    'ffmpeg -i a.mp4 a.mp3',
    'if [ ! -f a ]; then touch a; fi',
    'curl -X DELETE https://api.example.org/items/1',
    'sort a -o b'
  ],
  verification: ['python3 solve.py', './a.out 5', 'node main.js', 'java -jar app.jar'],
  delivery: ['git add -A', 'git commit -am fix', 'git push', 'gh pr create', 'npm publish']
}

function* rowsOf(
  table: Readonly<Partial<Record<StageName, readonly string[]>>>
): Generator<readonly [stage: string, line: string]> {
  for (const [stage, lines] of Object.entries(table)) {
    for (const line of lines) yield [stage, line]
  }
}

t.test('lines that only look', async (t) => {
  for (const [stage, line] of rowsOf(EXPLORE)) {
    const { effect, stage: found } = runLine(line)
    t.same([effect, found], ['explore', stage], line)
  }
})

t.test('lines that check the work', async (t) => {
  for (const line of CHECKS) {
    const { effect, stage, verifies } = runLine(line)
    t.same([effect, stage, verifies], ['explore', 'verification', true], line)
  }
})

t.test('lines that change the world', async (t) => {
  for (const [stage, line] of rowsOf(CHANGE)) {
    const { effect, stage: found } = runLine(line)
    t.same([effect, found], ['change', stage], line)
  }
})

t.test('building checks the work as it changes it', async (t) => {
  for (const line of [
    'make',
    'gcc -o a a.c',
    'cargo build',
    'npm run build',
    'python setup.py build'
  ]) {
    t.same([runLine(line).effect, runLine(line).verifies], ['change', true], line)
  }
})

t.test('files read and written are named as the agent could name them again', async (t) => {
  const rows: readonly (readonly [
    line: string,
    read: readonly string[],
    written: readonly string[]
  ])[] = [
    ['cat a.txt ./b/c.txt', ['a.txt', 'b/c.txt'], []],
    ['grep -n pattern a.ts', ['a.ts'], []],
    ['head -n 20 a.ts', ['a.ts'], []],
    ['cd src && cat a.ts > ../b.ts', ['src/a.ts'], ['b.ts']],
    ['cp a.txt b.txt dir/', ['a.txt', 'b.txt'], ['dir/a.txt', 'dir/b.txt']],
    ['mv a.txt b.txt', ['a.txt'], ['b.txt']],
    ['sed -i.bak s/a/b/ x.py y.py', [], ['x.py', 'y.py']],
    ['sed s/a/b/ x.py > y.py', ['x.py'], ['y.py']],
    ['gcc -O2 -Iinc -o app main.c util.c', ['main.c', 'util.c'], ['app']],
    ['tar -czf out.tgz src', ['src'], ['out.tgz']],
    ['tar xf a.tgz', ['a.tgz'], []],
    ['sort < in.txt > out.txt', ['in.txt'], ['out.txt']],
    ['python3 build.py data.csv --out=x', ['build.py', 'data.csv'], []],
    ['pip install -r requirements.txt', ['requirements.txt'], []],
    ['wget -P /tmp https://example.org/d/a.tgz?x=1', [], ['/tmp/a.tgz']],
    ['curl -O https://example.org/a.zip', [], ['a.zip']],
    ['chmod 755 run.sh', [], ['run.sh']],
    ['git checkout main -- src/a.ts', [], ['src/a.ts']],
    ['dd if=a.img of=b.img', ['a.img'], ['b.img']],
    ['sqlite3 a.db "delete from t"', [], ['a.db']],
    ['sqlite3 a.db "select 1"', ['a.db'], []],
    ["python3 -c \"p = 'a.txt'; open(p, 'w').write(open('b.txt').read())\"", ['b.txt'], ['a.txt']],
    ['diff <(sort a.txt) <(sort b.txt)', ['a.txt', 'b.txt'], []],
    ['cat *.log $LOG . ..', ['*.log'], []],
    ['F=/app/x.txt; cat $F', ['/app/x.txt'], []],
    ['git apply <<E\n--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\nE', [], ['x.py']],
    ['apply_patch <<E\n*** Begin Patch\n*** Add File: y.py\n+b\n*** End Patch\nE', [], ['y.py']]
  ]
  for (const [line, read, written] of rows) {
    const { filesRead, filesWritten } = runLine(line)
    t.same([filesRead, filesWritten], [read, written], line)
  }
})

t.test('text put into files is kept for lineage', async (t) => {
  t.equal(runLine("cat > a <<'E'\none\ntwo\nE").writtenText, 'one\ntwo\n')
  t.equal(runLine('echo "some words" > a').writtenText, 'some words')
  t.equal(runLine('sed -i s/old/new/ a').writtenText, 's/old/new/')
  t.match(runLine("python3 -c \"open('a','w').write('x')\"").writtenText, /write/)
  t.equal(runLine('git apply <<E\n--- a/x\n+++ b/x\n-a\n+b\nE').writtenText, 'b')
  t.equal(runLine('cat a').writtenText, '')
})

t.test(
  'a program of the agent is judged by name, by purpose and by what it says it made',
  async (t) => {
    t.equal(runLine('python3 solve.py').effect, 'change')
    t.equal(runLine('python3 inspect_data.py').effect, 'explore')
    t.equal(runLine('python3 inspect_data.py', 'Saved chart to out/a.png').effect, 'change')
    t.equal(
      runLine('./a.out 5', '', 'It compiles. Let me test it with a small input.').effect,
      'explore'
    )
    t.equal(runLine('./a.out 5', '', 'Now I will produce the answer.').effect, 'change')
    t.equal(runLine('./a.out --dry-run').effect, 'explore')
  }
)

t.test('a program left running is a change, however it is left', async (t) => {
  t.equal(runLine('./check_loop.sh &').effect, 'change')
  const step = aPlainStep({ arguments: '{"command":"./check_loop.sh","run_in_background":true}' })
  t.equal(classifyStep(step).effect, 'change')
})

t.test('setting up a shell that closes again changes nothing', async (t) => {
  for (const line of ['cd /app', 'export A=b', 'source venv/bin/activate', 'A=b', 'set -e']) {
    t.equal(runLine(line).effect, 'explore', line)
  }
  t.equal(runLine('export A=b && touch x').effect, 'change')
})

t.test('text that is no command is no change', async (t) => {
  for (const line of ['!!!', '((', '"', '$(', '> /dev/null', ': "x"', '日本語']) {
    t.equal(runLine(line).effect, 'explore', line)
  }
})

t.test('the stage follows what is written and why it is looked at', async (t) => {
  t.equal(runLine('echo requests==2.32 >> requirements.txt').stage, 'dependencies')
  t.equal(runLine('sed -i s/1/2/ go.mod').stage, 'dependencies')
  t.equal(runLine('sed -i s/1/2/ package.json').stage, 'implementation')
  t.equal(runLine('cat out.txt').stage, 'inspection')
  t.equal(runLine('cat out.txt', '', 'Done. Let me verify the output.').stage, 'verification')
  t.equal(runLine('cat out.txt', '', 'Done. Let me verify the output.').verifies, false)
})

t.test('commands that harnesses add to the shell', async (t) => {
  t.same(runLine('create src/a.py').filesWritten, ['src/a.py'])
  t.equal(runLine('edit 1:2\nx = 1\nend_of_edit').effect, 'change')
  t.equal(runLine('search_dir "foo" src').effect, 'explore')
  const view = runLine('str_replace_editor view /a.py --view_range 1 20')
  t.same([view.effect, view.filesRead], ['explore', ['/a.py']])
  const edit = runLine('str_replace_editor str_replace /a.py --old_str x --new_str y')
  t.same([edit.effect, edit.filesWritten], ['change', ['/a.py']])
})

t.test('names carry versions and targets', async (t) => {
  t.equal(findCommand('python3.12'), findCommand('python'))
  t.equal(findCommand('gcc-13'), findCommand('gcc'))
  t.equal(findCommand('mips-linux-gnu-objdump'), findCommand('objdump'))
  t.equal(findCommand('qemu-system-mips64'), findCommand('qemu-system'))
  t.equal(findCommand('no-such-tool'), undefined)
  t.equal(findCommand('constructor'), undefined)
})

t.test('the tables name each command once and each option as it is typed', async (t) => {
  const names = COMMAND_TABLES.flat().flatMap(([joined]) => joined.split(' '))
  t.ok(names.length > 500)
  const seen = new Set<string>()
  for (const name of names) {
    t.notOk(seen.has(name), `${name} stands once`)
    seen.add(name)
  }
  const options = COMMAND_TABLES.flat().flatMap(([, rule]) => optionsOf(rule))
  for (const option of options)
    t.match(option, /^-{1,2}[\w?-]|^configtest$|^validate$|^set-time/, option)
})

function optionsOf(rule: CommandRule): readonly string[] {
  const { valued, changes, explores, writes, reads, subcommands } = rule
  return [
    ...[valued, changes, explores, writes, reads].flatMap((list) => (list ?? '').split(/\s+/)),
    ...Object.values(subcommands ?? {}).flatMap(optionsOf)
  ].filter((option) => option !== '')
}

t.test('a line that names thousands of files is looked at for the first of them', async (t) => {
  const repeated = runLine(`cat ${'a.txt '.repeat(1_023)}b.txt c.txt`)
  t.same(repeated.filesRead, ['a.txt', 'b.txt'])
})
