// A body is read as JSON reads it, whatever came before: what a conversation repeats is compared, not parsed.

import * as fc from 'fast-check'
import t from 'tap'
import { ConversationBodies } from '../../instrumentation/llm-calls/conversation-bodies.ts'

/** Long enough to be worth remembering. */
const FILLER = { role: 'system', content: 'You are careful. '.repeat(300) }

t.test('a conversation that goes on, branches and begins anew is read as it is', async (t) => {
  const message = fc.record({
    role: fc.constantFrom('user', 'assistant', 'tool'),
    content: fc.oneof(fc.string(), fc.constantFrom('],"tools":[{', '"}]}', '\\', '"messages":['))
  })
  const rest = fc.constantFrom<object>({}, { tools: [{ a: 1 }] }, { stream: true, n: 1.5 })
  const step = fc.record({
    /** How much of the conversation before is kept. */
    keep: fc.nat(6),
    added: fc.array(message, { maxLength: 3 }),
    key: fc.constantFrom('messages', 'messages', 'input', 'contents'),
    rest,
    indent: fc.constantFrom(0, 0, 0, 1)
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const bodies = new ConversationBodies()
      let list: unknown[] = [FILLER]
      for (const { keep, added, key, rest, indent } of steps) {
        list = [...list.slice(0, Math.max(1, list.length - keep)), ...added]
        const text = JSON.stringify({ model: 'm', [key]: list, ...rest }, undefined, indent)
        t.strictSame(bodies.read(text), JSON.parse(text))
      }
    }),
    { numRuns: 200 }
  )
})

t.test(
  'what repeats the text before and is another body is not taken for its continuation',
  async (t) => {
    const head = `{"model":"m","messages":[${JSON.stringify(FILLER)},1`
    const bodies = new ConversationBodies()
    for (const text of [
      `${head}]}`,
      `${head},2]}`,
      `${head},2],"tools":[3]}`,
      `${head},2],"x":[4],"y":[5]}`,
      `${head},2],"x":[4,6],"y":[5]}`,
      `${head},2],"messages":[7]}`,
      `${head},2],"messages":[7,8]}`,
      `{"x":[1],${head.slice(1)},9],"x":[3]}`,
      `{"x":[1],${head.slice(1)},9],"x":[3,4]}`
    ]) {
      t.strictSame({ ...bodies.read(text) }, JSON.parse(text), text.slice(head.length - 3))
    }
  }
)

t.test('what is no JSON is nothing, before and after', async (t) => {
  const bodies = new ConversationBodies()
  const text = JSON.stringify({ messages: [FILLER, 1] })
  t.strictSame(bodies.read(text.slice(0, -1)), {})
  t.strictSame(bodies.read(text), JSON.parse(text))
  t.strictSame(bodies.read(`${text.slice(0, -2)},]}`), {})
  t.strictSame(bodies.read(`${text.slice(0, -2)},2]}`), { messages: [FILLER, 1, 2] })
})

t.test('the list of tools is the same object as long as the conversation goes on', async (t) => {
  const bodies = new ConversationBodies()
  const read = (messages: unknown[]) =>
    bodies.read(JSON.stringify({ messages, tools: [{ name: 'search' }] }))
  t.equal(read([FILLER, 1])['tools'], read([FILLER, 1, 2])['tools'])
})
