// The files a browser gets: the modules in `client/` without their types, the style sheet, and the library
// that renders. Made once, kept in memory; there is no build.

import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

export interface PageFile {
  readonly body: Buffer
  readonly type: string
  readonly etag: string
}

export interface PageFiles {
  readonly document: PageFile
  /** Of the one script inside the document, for its Content-Security-Policy. */
  readonly importMapHash: string
  /** By name, as `main.ts`. */
  readonly files: ReadonlyMap<string, PageFile>
}

const CLIENT = new URL('./client/', import.meta.url)

const SCRIPT = 'text/javascript; charset=utf-8'

/** Where the import map of index.html points. */
const PACKAGES: ReadonlyMap<string, string> = new Map([
  ['preact.mjs', 'preact'],
  ['hooks.mjs', 'preact/hooks']
])

export async function readPageFiles(): Promise<PageFiles> {
  // 40 ms of WebAssembly that a collector nobody looks at does not pay.
  const { transformSync } = await import('amaro')
  const files = new Map<string, PageFile>()
  for (const name of await readdir(CLIENT)) {
    if (name.endsWith('.ts')) {
      const source = await readFile(new URL(name, CLIENT), 'utf8')
      files.set(name, toFile(transformSync(source, { mode: 'strip-only' }).code, SCRIPT))
    } else if (name.endsWith('.css')) {
      files.set(name, toFile(await readFile(new URL(name, CLIENT)), 'text/css; charset=utf-8'))
    }
  }
  for (const [name, specifier] of PACKAGES) {
    const path = fileURLToPath(import.meta.resolve(specifier))
    files.set(name, toFile(await readFile(path), SCRIPT))
  }
  const html = await readFile(new URL('index.html', CLIENT), 'utf8')
  const importMap = /<script type="importmap">([^]*?)<\/script>/.exec(html)?.[1] ?? ''
  return {
    document: toFile(html, 'text/html; charset=utf-8'),
    importMapHash: createHash('sha256').update(importMap).digest('base64'),
    files
  }
}

function toFile(content: string | Buffer, type: string): PageFile {
  const body = Buffer.from(content)
  const digest = createHash('sha256').update(body).digest('base64url')
  return { body, type, etag: `"${digest}"` }
}
