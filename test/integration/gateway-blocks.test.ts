// The engine keeps the columns of a TinyLog table in files of exactly the blocks that compress=1 sends. Its
// files are read with our decoder, which holds each checksum against ours; and files that we wrote are given to the engine.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import t from 'tap'
import { decodeFrames, encodeFrames } from '../../collector/gateway/blocks/frames.ts'

const ROOM_BYTES = 10_000_000

/** Each insert is a block of its own; these lengths reach every branch of the hash. */
const INSERTS = 150

const folder = mkdtempSync(join(tmpdir(), 'onset-blocks-'))
const session = new Session(folder)
t.teardown(() => {
  session.cleanup()
  rmSync(folder, { recursive: true, force: true })
})
session.query('CREATE DATABASE d ENGINE = Atomic')

function columnFile(table: string): string {
  return join(folder, 'data', 'd', table, 'x.bin')
}

for (const [codec, method] of [
  ['NONE', 0x02],
  ['LZ4', 0x82],
  ['ZSTD(1)', 0x90]
] as const) {
  t.test(`blocks that the engine wrote with ${codec} are read, checksums included`, async (t) => {
    const table = `t${method}`
    session.query(`CREATE TABLE d.${table} (x String CODEC(${codec})) ENGINE = TinyLog`)
    for (let at = 0; at < INSERTS; at += 1) {
      session.query(
        `INSERT INTO d.${table} SELECT substring(randomPrintableASCII(400), 1, ${at * 2})`
      )
    }
    const file = readFileSync(columnFile(table))
    t.equal(file.readUInt8(16), method)
    const texts = readTexts(await decodeFrames(file, ROOM_BYTES))
    const rows = session.query(`SELECT x FROM d.${table}`, 'JSONCompactColumns')
    t.same([texts], JSON.parse(rows))
    t.equal(texts.length, INSERTS)
  })
}

/** Each has its length before it, as a varint of one or two bytes. */
function readTexts(bytes: Buffer): readonly string[] {
  const texts: string[] = []
  for (let at = 0; at < bytes.length;) {
    const [low = 0, high = 0] = bytes.subarray(at, at + 2)
    const start = at + (low < 128 ? 1 : 2)
    const length = low < 128 ? low : low - 128 + high * 128
    texts.push(bytes.toString('latin1', start, start + length))
    at = start + length
  }
  return texts
}

t.test(
  'the engine reads blocks that we wrote, and refuses them with one bit flipped',
  async (t) => {
    session.query('CREATE TABLE d.ours (x UInt32) ENGINE = TinyLog')
    session.query('INSERT INTO d.ours SELECT number FROM numbers(10)')
    const numbers = Buffer.alloc(4 * 700_000)
    for (let at = 0; at < 700_000; at += 1) numbers.writeUInt32LE(at, at * 4)
    const frames = await encodeFrames(numbers)
    const place = (bytes: Buffer): void => {
      session.query('DETACH TABLE d.ours')
      writeFileSync(columnFile('ours'), bytes)
      const sizes = { clickhouse: { 'x%2Ebin': { size: String(bytes.length) } } }
      writeFileSync(join(folder, 'data', 'd', 'ours', 'sizes.json'), JSON.stringify(sizes))
      session.query('ATTACH TABLE d.ours')
    }
    place(frames)
    const answer = session.query('SELECT count(), sum(x) FROM d.ours', 'CSV')
    t.equal(answer.trim(), '700000,244999650000')
    frames.writeUInt8(frames.readUInt8(40) ^ 1, 40)
    place(frames)
    t.throws(() => session.query('SELECT sum(x) FROM d.ours', 'CSV'), {
      message: /Checksum doesn't match/
    })
  }
)
