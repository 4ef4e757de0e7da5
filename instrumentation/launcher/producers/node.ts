// Node: the preload of this package, given to every Node below the command.

import { exporterVariables, type Producer } from '../producer.ts'

/** The launcher asks what became of the run as soon as the agent has ended: its last spans are to be there. */
const EXIT_WAIT_MS = 3_000

export const node: Producer = {
  name: 'Node',
  documentation: 'https://nodejs.org/api/cli.html#node_optionsoptions',
  versionRead: '24.21',
  commands: ['node', 'nodejs', 'tsx', 'ts-node', 'npx', 'npm', 'pnpm', 'pnpx', 'yarn'],
  services: [],
  setUp: ({ endpoint, registerUrl, env }) => {
    const given = env['NODE_OPTIONS'] ?? ''
    const isThere = given.includes('instrumentation/register')
    return {
      variables: {
        ...exporterVariables(endpoint),
        ONSET_EXIT_WAIT_MS: String(EXIT_WAIT_MS),
        ...(isThere ? {} : { NODE_OPTIONS: `${given} --import ${registerUrl}`.trim() })
      }
    }
  }
}
