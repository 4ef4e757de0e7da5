// Which OpenTelemetry packages a Python interpreter has, read from its folders.

import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export interface PythonPackages {
  /** The folder whose `sitecustomize.py` starts the auto-instrumentation. */
  readonly startFolder: string | undefined
  readonly missing: readonly string[]
}

/** Package → a folder that it installs below `site-packages`. */
const NEEDED: Readonly<Record<string, string>> = {
  'opentelemetry-instrumentation': 'opentelemetry/instrumentation/auto_instrumentation',
  'opentelemetry-distro': 'opentelemetry/distro',
  'opentelemetry-exporter-otlp-proto-http': 'opentelemetry/exporter/otlp/proto/http'
}

const START_FOLDER = 'opentelemetry/instrumentation/auto_instrumentation'

export function findPythonPackages(
  interpreter: string | undefined,
  home: string | undefined
): PythonPackages {
  const folders = interpreter === undefined ? [] : siteFolders(interpreter, home)
  const find = (path: string): string | undefined =>
    folders.map((folder) => join(folder, path)).find((candidate) => existsSync(candidate))
  const missing = Object.keys(NEEDED).filter((name) => find(NEEDED[name] ?? '') === undefined)
  return { startFolder: find(START_FOLDER), missing }
}

/** Not the real path for the prefix: in a virtual environment the interpreter is a link to one outside. */
function siteFolders(interpreter: string, home: string | undefined): readonly string[] {
  const prefix = dirname(dirname(interpreter))
  const version = /python(3\.\d+)/.exec(basename(realPath(interpreter)))?.[1]
  const libraries = [join(prefix, 'lib'), join(prefix, 'local', 'lib')]
  if (home !== undefined) libraries.push(join(home, '.local', 'lib'))
  return libraries
    .flatMap((library) =>
      list(library)
        .filter((name) => /^python3(?:\.\d+)?$/.test(name))
        .filter((name) => name === 'python3' || version === undefined || name.endsWith(version))
        .map((name) => join(library, name))
    )
    .flatMap((folder) => [join(folder, 'site-packages'), join(folder, 'dist-packages')])
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
