// Python: OpenTelemetry's auto-instrumentation, when the interpreter has it. It starts from a folder on
// `PYTHONPATH`, which is what `opentelemetry-instrument` sets. Looked for in files: nothing of Python is run.

import { delimiter } from 'node:path'
import { findPythonPackages } from '../python-packages.ts'
import { ALL_SIGNALS, exporterVariables, type Producer } from '../producer.ts'

const INSTALL =
  'pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http openinference-instrumentation-openai'

export const python: Producer = {
  name: 'Python',
  documentation: 'https://opentelemetry.io/docs/zero-code/python/configuration/',
  versionRead: 'opentelemetry-distro 0.59b0',
  commands: ['python', 'python3', 'aider'],
  services: [],
  setUp: ({ endpoint, agent, program, env, hasContent }) => {
    const variables = {
      ...exporterVariables(endpoint),
      ...ALL_SIGNALS,
      OTEL_SERVICE_NAME: agent,
      OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: String(hasContent)
    }
    // A shim of a version manager is a shell script that is named as the interpreter.
    const isScript = /python[\d.]*$/.test(program.interpreter ?? '')
    const interpreter = isScript ? program.interpreter : program.path
    const found = findPythonPackages(interpreter, env['HOME'])
    if (found.startFolder === undefined || found.missing.length > 0) {
      const missing = found.missing.join(', ')
      return {
        variables,
        advice: `${program.name} has no ${missing}: only the start and the end of the run are recorded; install with: ${INSTALL}`
      }
    }
    const paths = [found.startFolder, env['PYTHONPATH']].filter((path) => path !== undefined)
    return { variables: { ...variables, PYTHONPATH: paths.join(delimiter) } }
  }
}
