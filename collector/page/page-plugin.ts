// Onset's own page: one document for the list of runs, for each run and each session, and the files it loads. It holds
// no data; what it shows it asks of the REST API, with the key that the person enters.

import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { CollectorError } from '../model/index.ts'
import { readPageFiles, type PageFile, type PageFiles } from './page-files.ts'

export const pagePlugin: FastifyPluginAsync = async (app) => {
  let reading: Promise<PageFiles> | undefined
  const read = async (): Promise<PageFiles> => {
    try {
      return await (reading ??= readPageFiles())
    } catch (error) {
      // As when files were being replaced by a new version: the next request tries again.
      reading = undefined
      throw error
    }
  }

  const sendDocument = async (request: FastifyRequest, reply: FastifyReply) => {
    const { document, importMapHash } = await read()
    reply.header('content-security-policy', toPolicy(importMapHash))
    return sendFile(document, request, reply)
  }
  app.get('/', sendDocument)
  app.get('/runs/:runId', sendDocument)
  app.get('/session', sendDocument)

  app.get<{ Params: { file: string } }>('/page/:file', async (request, reply) => {
    const file = (await read()).files.get(request.params.file)
    if (file === undefined) {
      throw new CollectorError('NOT_FOUND', 'the page has no such file', { retryable: false })
    }
    return sendFile(file, request, reply)
  })
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.header('etag', file.etag).header('cache-control', 'no-cache')
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  return reply.type(file.type).send(file.body)
}

/**
 * Texts of runs are shown as text nodes; should one ever become markup, it would load and run nothing.
 * https://w3c.github.io/webappsec-csp/
 */
function toPolicy(importMapHash: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'sha256-${importMapHash}'`,
    "style-src 'self'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'"
  ].join('; ')
}
