import t from 'tap'
import { ownCommandOf } from '../../instrumentation/terminal/index.ts'

const SCRIPT = { npm_lifecycle_event: 'onset', npm_package_json: '/home/me/onset/package.json' }

t.test('a command is named as it has to be typed where it was called', async (t) => {
  const named = (env: Record<string, string>): string => ownCommandOf(env)('show 1')
  t.equal(named({}), 'onset show 1')
  t.equal(
    named({ npm_command: 'exec', npm_lifecycle_event: 'npx' }),
    'npx --no-install onset show 1'
  )
  t.equal(named({ npm_lifecycle_event: 'test' }), 'npx --no-install onset show 1')
  t.equal(named({ ...SCRIPT, INIT_CWD: '/home/me/onset' }), 'npm run onset -- show 1')
  t.equal(named({ ...SCRIPT, INIT_CWD: '/home/me/onset/docs' }), 'npm run onset -- show 1')
})

t.test('from another folder npm is told where the checkout is', async (t) => {
  const named = (root: string): string =>
    ownCommandOf({
      ...SCRIPT,
      npm_package_json: `${root}/package.json`,
      INIT_CWD: '/home/me/agent'
    })('show 1')
  t.equal(named('/home/me/onset'), 'npm --prefix /home/me/onset run onset -- show 1')
  t.equal(named("/my $onset's"), String.raw`npm --prefix '/my $onset'\''s' run onset -- show 1`)
})
