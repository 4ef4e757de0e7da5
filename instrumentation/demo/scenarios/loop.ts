// Loops: the same command fails the same way until the agent's budget of turns is used up.

import { run, type Scenario } from '../scenario.ts'

const again = 'node migrate.js --config settings.yaml'

export const loop: Scenario = {
  name: 'demo-loop',
  title: 'repeats a failing command until its budget is gone',
  task: 'Run the migration in migrate.js with the settings of this project and report what it changed.',
  files: {
    'migrate.js': `import { readFileSync } from 'node:fs'

const path = process.argv[process.argv.indexOf('--config') + 1]
const settings = readFileSync(path, 'utf8')
console.log(\`migrated with \${settings.length} bytes of settings\`)
`,
    'settings.yml': 'database: local\n',
    'package.json': '{ "type": "module" }\n'
  },
  answers: [
    run('I check that Node is there.', 'node --version'),
    run('I run the migration with the settings.', again),
    run('That did not work, I run it again.', again),
    run('Perhaps it was a hiccup. Again.', again),
    run('I retry the migration.', again),
    run('Once more.', again),
    run('Let me try again.', again),
    run('It must work this time.', again)
  ]
}
