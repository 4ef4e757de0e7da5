// How producers that no test runs are switched on, for docs/producers.md: what `onset run -- <agent>` sets, out of
// the launcher itself, and what Python needs.

import { claudeCode } from '../../instrumentation/launcher/producers/claude-code.ts'
import { codex } from '../../instrumentation/launcher/producers/codex.ts'
import { geminiCli } from '../../instrumentation/launcher/producers/gemini-cli.ts'
import type { Producer } from '../../instrumentation/launcher/producer.ts'

const ENDPOINT = 'http://127.0.0.1:4318'

const PYTHON = `### Python

\`\`\`
pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http openinference-instrumentation-openai
export OTEL_SERVICE_NAME=my-agent OTEL_EXPORTER_OTLP_ENDPOINT=${ENDPOINT} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
opentelemetry-instrument python agent.py
\`\`\`

For another library put its package of OpenInference in the place of the last one
(\`openinference-instrumentation-anthropic\`, \`-langchain\`, \`-llama-index\`, …), or that of OpenLLMetry
(\`opentelemetry-instrumentation-openai\`, \`-anthropic\`, \`-langchain\`, …); of both, one a library, or each call comes twice. \`onset run -- python agent.py\`
sets the variables and starts the instrumentation where the interpreter has it. Instrumentations of model libraries tell no tools: a framework's does.`

/** Sections of the page. */
export function describeSwitchedOn(): string {
  return [...[claudeCode, codex, geminiCli].map(describeProducer), PYTHON].join('\n\n')
}

function describeProducer({ name, documentation, commands, setUp }: Producer): string {
  const [command = ''] = commands
  const { variables, args = [] } = setUp({
    endpoint: ENDPOINT,
    agent: command,
    registerUrl: '',
    program: { name: command, path: undefined, interpreter: undefined, args: [] },
    env: {},
    hasContent: true
  })
  const lines = Object.entries(variables).map(([variable, value]) => `export ${variable}=${value}`)
  const words = [command, ...args.map((arg) => (/["{]/.test(arg) ? `'${arg}'` : arg))]
  return `### [${name}](${documentation})\n\n\`\`\`\n${[...lines, words.join(' ')].join('\n')}\n\`\`\``
}
