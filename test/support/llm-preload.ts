// Loaded before a program by `--import`: records its model calls and writes the spans to the file that
// LLM_SPANS_FILE names when the program ends.

import { writeFileSync } from 'node:fs'
import { startRecorder } from './llm-recorder.ts'

const recorder = startRecorder()
const file = process.env['LLM_SPANS_FILE']
// For programs whose telemetry the preload has to switch on by itself.
Reflect.set(globalThis, 'onsetTestProvider', recorder.provider)

process.on('exit', () => {
  recorder.stop()
  if (file === undefined) return
  const told = { spans: recorder.spans(), defects: recorder.defects.map(String) }
  writeFileSync(file, JSON.stringify(told))
})
