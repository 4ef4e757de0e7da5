// `npm run demo`: plays the demo, and says in a line why it cannot.

try {
  // Its agent uses packages that an installation for production leaves out.
  const { playDemo } = await import('./play-demo.ts')
  process.exitCode = await playDemo(process)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') {
    return 'the demo agent needs the development packages: install them with "npm ci", without --omit=dev'
  }
  return `the demo ended early: ${text}\nIf Onset has keys, set ONSET_API_KEY to one with the scopes ingest and read`
}
