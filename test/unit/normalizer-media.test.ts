// Method: one picture of 68 bytes in each of the shapes in which model APIs, frameworks and tools carry one, on
// the attribute that carries it, read to a step. The picture's hash is computed here.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import t from 'tap'
import type { AttributeValue } from '../../collector/model/index.ts'
import { withoutBytes } from '../../collector/normalizer/inline-bytes.ts'
import { isMedia, mediaReference } from '../../collector/normalizer/media.ts'
import { readToolResult } from '../../collector/normalizer/tool-result.ts'
import { isRecord, type ValueRecord } from '../../collector/normalizer/values.ts'
import { someAttributes } from '../support/builders.ts'
import { toOneStep } from '../support/dialect-cases.ts'

const BYTES = Buffer.from(Array.from({ length: 68 }, (_, at) => (at * 37) % 256))
const DATA = BYTES.toString('base64')
const SHA = createHash('sha256').update(BYTES).digest('hex').slice(0, 16)
const PICTURE = `[image image/png, 68 bytes, sha256 ${SHA}]`

function inputOf(content: unknown, form: (messages: unknown) => AttributeValue = JSON.stringify) {
  return toOneStep({
    attributes: someAttributes({
      'gen_ai.operation.name': 'chat',
      'gen_ai.input.messages': form([{ role: 'user', content }])
    })
  }).input
}

const SHAPES: readonly (readonly [string, object, string])[] = [
  [
    'OpenAI chat, image',
    { type: 'image_url', image_url: { url: `data:image/png;base64,${DATA}`, detail: 'low' } },
    PICTURE
  ],
  [
    'OpenAI chat, sound',
    { type: 'input_audio', input_audio: { data: DATA, format: 'wav' } },
    `[audio wav, 68 bytes, sha256 ${SHA}]`
  ],
  [
    'OpenAI chat, file',
    { type: 'file', file: { filename: 'a.pdf', file_data: `data:application/pdf;base64,${DATA}` } },
    `[file application/pdf, a.pdf, 68 bytes, sha256 ${SHA}]`
  ],
  [
    'OpenAI Responses, image',
    { type: 'input_image', image_url: `data:image/png;base64,${DATA}` },
    PICTURE
  ],
  ['OpenAI Responses, file', { type: 'input_file', file_id: 'file-42' }, '[file at file-42]'],
  [
    'Anthropic, image',
    { type: 'image', source: { type: 'base64', media_type: 'image/png', data: DATA } },
    PICTURE
  ],
  [
    'Anthropic, address',
    { type: 'image', source: { type: 'url', url: 'https://example.org/a.png' } },
    '[image at https://example.org/a.png]'
  ],
  [
    'Anthropic, a document that is text',
    { type: 'document', source: { type: 'text', media_type: 'text/plain', data: 'the rules' } },
    'the rules'
  ],
  ['Gemini, bytes', { inlineData: { mimeType: 'image/png', data: DATA } }, PICTURE],
  [
    'Gemini, file',
    { fileData: { mimeType: 'video/mp4', fileUri: 'gs://films/a.mp4' } },
    '[video video/mp4 at gs://films/a.mp4]'
  ],
  [
    'Bedrock, image',
    { image: { format: 'png', source: { bytes: DATA } } },
    `[image png, 68 bytes, sha256 ${SHA}]`
  ],
  [
    'GenAI conventions, blob',
    { type: 'blob', mime_type: 'image/png', modality: 'image', content: DATA },
    PICTURE
  ],
  [
    'GenAI conventions, uri',
    { type: 'uri', modality: 'video', uri: 'https://example.org/a' },
    '[video at https://example.org/a]'
  ],
  ['GenAI conventions, file', { type: 'file', modality: 'image', file_id: 'f1' }, '[image at f1]'],
  ['AI SDK, image', { type: 'image', image: DATA, mediaType: 'image/png' }, PICTURE],
  ['AI SDK, file', { type: 'file', data: DATA, mediaType: 'image/png' }, PICTURE],
  ['MCP, image', { type: 'image', data: DATA, mimeType: 'image/png' }, PICTURE],
  [
    'MCP, resource',
    { type: 'resource', resource: { uri: 'file:///a.png', mimeType: 'image/png', blob: DATA } },
    `[image image/png, 68 bytes, sha256 ${SHA} at file:///a.png]`
  ]
]

for (const [claim, part, told] of SHAPES) {
  t.test(`${claim}: told in its place between the words`, async (t) => {
    const content = [{ type: 'text', text: 'What is' }, part, { type: 'text', text: 'this?' }]
    t.equal(inputOf(content), `What is\n${told}\nthis?`)
    t.equal(
      inputOf(content, (messages) => messages as AttributeValue),
      `What is\n${told}\nthis?`
    )
  })
}

t.test('the same picture is known again, another is not', async (t) => {
  const other = Buffer.from(BYTES).fill(0, 30, 31).toString('base64')
  const [one, again, another] = [DATA, DATA, other].map((data) =>
    mediaReference({ type: 'image', data, mimeType: 'image/png' })
  )
  t.equal(one, again)
  t.not(one, another)
})

t.test('bytes of an attribute that is structured are hashed as they are', async (t) => {
  t.equal(mediaReference({ type: 'blob', mime_type: 'image/png', content: BYTES }), PICTURE)
})

t.test('broken base64 is told as far as it can be read', async (t) => {
  for (const data of ['%%%', 'a', '====', DATA.slice(0, 31), `${DATA}\u0000\ud800`]) {
    const url = `data:image/png;base64,${data}`
    t.match(
      mediaReference({ type: 'image_url', image_url: { url } }),
      /^\[image image\/png, \d+ bytes, sha256 [0-9a-f]{16}\]$/
    )
  }
})

t.test('a tool result of text and pictures keeps the text and tells the pictures', async (t) => {
  const content = [
    { type: 'text', text: 'The page:' },
    { type: 'image', data: DATA, mimeType: 'image/png' }
  ]
  t.equal(readToolResult({ content, isError: false }).text, `The page:\n${PICTURE}`)
  t.equal(readToolResult(JSON.stringify({ content })).text, `The page:\n${PICTURE}`)
})

t.test('a listing of files is a tool’s own data, not media', async (t) => {
  const listing = JSON.stringify([
    { type: 'file', path: 'src/a.ts', url: 'https://example.org/a.ts', content: 'draft' },
    { type: 'file', path: 'src/b.ts', url: 'https://example.org/b.ts' }
  ])
  t.equal(readToolResult(listing).text, listing)
  t.notOk(isMedia({ type: 'document', text: 'words', title: 'rules' }))
})

t.test('bytes that no shape tells of are told where they stand in the text', async (t) => {
  const large = Buffer.from(Array.from({ length: 3_000 }, (_, at) => (at * at + at) % 251))
  const data = large.toString('base64')
  const sha = createHash('sha256').update(large).digest('hex').slice(0, 16)
  t.equal(
    withoutBytes(`{"shot":"${data}","ok":true}`),
    `{"shot":"[file 3000 bytes, sha256 ${sha}]","ok":true}`
  )
  t.equal(
    withoutBytes(`before data:image/png;base64,${data} between data:audio/wav;base64,${data}`),
    `before [image image/png, 3000 bytes, sha256 ${sha}] between [audio audio/wav, 3000 bytes, sha256 ${sha}]`
  )
  const step = toOneStep({
    attributes: someAttributes({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look',
      'gen_ai.tool.call.arguments': JSON.stringify({ picture: `data:image/png;base64,${data}` }),
      'gen_ai.tool.call.result': JSON.stringify({ screenshot: data, title: 'Cart' })
    })
  })
  const texts = [step.action, step.arguments, step.observation]
  t.notOk(texts.some((text) => text.includes(data.slice(0, 60))))
  t.match(step.observation, /"title":"Cart"/)
  t.notOk(step.truncated)
})

t.test('words, code, rulers and short tokens stay what they are', async (t) => {
  const texts = [
    'x'.repeat(40_000),
    '='.repeat(5_000),
    'see data:image/png;base64,AAAA and ;base64, alone '.repeat(100),
    'const limit = settings.max ?? 5 // keep it small\n'.repeat(500),
    `data:${'data:;base64,'.repeat(20_000)}`
  ]
  for (const text of texts) t.equal(withoutBytes(text), text)
})

t.test('whatever comes, a text is no longer without its bytes, and nothing throws', async () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 400 }),
      fc.base64String({ maxLength: 3_000 }),
      (text, data) => {
        const given = `${text}data:image/png;base64,${data}${text}`
        assert.ok(withoutBytes(given).length <= given.length)
      }
    ),
    { numRuns: 200 }
  )
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom('type', 'data', 'source', 'image', 'url', 'file'),
        fc.jsonValue()
      ),
      (given) => {
        const part: unknown = JSON.parse(JSON.stringify(given))
        assert.ok(isRecord(part as AttributeValue))
        mediaReference(part as ValueRecord)
        isMedia(part as ValueRecord)
      }
    )
  )
})
