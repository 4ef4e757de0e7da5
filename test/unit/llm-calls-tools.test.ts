// Tools derived from the protocol: which calls of which conversation, from when to when, and what is left
// when results do not come.

import { trace } from '@opentelemetry/api'
import t from 'tap'
import { startModelServer } from '../support/model-server.ts'
import { startRecorder, type Recorder } from '../support/llm-recorder.ts'

interface ChatMessage {
  readonly role: string
  readonly content?: unknown
  readonly tool_calls?: readonly {
    readonly id: string
    readonly function: { readonly name: string }
  }[]
  readonly tool_call_id?: string
}

const server = await startModelServer()
t.teardown(() => server.close())

async function ask(messages: readonly ChatMessage[], model = 'm'): Promise<ChatMessage> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: 'POST',
    body: JSON.stringify({ model, messages })
  })
  const body = (await response.json()) as { choices?: { message: ChatMessage }[] }
  return body.choices?.[0]?.message ?? { role: 'assistant', content: '' }
}

function resultsOf(answer: ChatMessage, say = (name: string) => `of ${name}`): ChatMessage[] {
  return (answer.tool_calls ?? []).map(({ id, function: { name } }) => ({
    role: 'tool',
    tool_call_id: id,
    content: say(name)
  }))
}

const user = (content: string): ChatMessage => ({ role: 'user', content })

function recorded(t: { teardown(stop: () => void): void }, options = {}): Recorder {
  const recorder = startRecorder(options)
  t.teardown(() => recorder.stop())
  return recorder
}

const results = (recorder: Recorder): readonly string[] =>
  recorder
    .spans('execute_tool')
    .map(({ attributes }) => String(attributes['gen_ai.tool.call.result']))
    .toSorted()

t.test(
  'tools stand beside the call that asked for them, from its end to the next call',
  async (t) => {
    const recorder = recorded(t)
    await recorder.run(async () => {
      const answer = await ask([user('a')])
      await ask([user('a'), answer, ...resultsOf(answer)])
    })
    const [first, second] = recorder.spans('chat')
    const tools = recorder.spans('execute_tool')
    t.equal(tools.length, 2)
    for (const tool of tools) {
      t.equal(tool.parentSpanId, first?.parentSpanId)
      t.equal(tool.startedAt, first?.endedAt)
      t.equal(tool.endedAt, second?.startedAt)
    }
  }
)

t.test('the same history sent again makes no tools again', async (t) => {
  const recorder = recorded(t)
  await recorder.run(async () => {
    const answer = await ask([user('a')])
    const history = [user('a'), answer, ...resultsOf(answer)]
    const done = await ask(history)
    await ask(history)
    await ask([...history, done, user('and now?')])
  })
  t.equal(recorder.spans('execute_tool').length, 2)
  t.equal(recorder.spans('chat').length, 4)
})

t.test('a failed request that is repeated closes its tools once', async (t) => {
  const recorder = recorded(t)
  await recorder.run(async () => {
    const answer = await ask([user('b')])
    const history = [user('b'), answer, ...resultsOf(answer)]
    await ask(history, 'fail-500-once')
    await ask(history, 'fail-500-once')
  })
  t.equal(recorder.spans('execute_tool').length, 2)
  t.same(
    recorder.spans('chat').map(({ attributes }) => attributes['onset.llm.attempt']),
    [undefined, undefined, 2]
  )
})

t.test(
  'conversations at the same time do not mix, though their calls have the same ids',
  async (t) => {
    const recorder = recorded(t)
    const names = ['one', 'two', 'three', 'four']
    await recorder.run(async () => {
      const answers = await Promise.all(names.map((name) => ask([user(name)])))
      // Answered in the other order than asked.
      for (const [at, name] of [...names.entries()].toReversed()) {
        const answer = answers[at] ?? { role: 'assistant' }
        await ask([user(name), answer, ...resultsOf(answer, (tool) => `${tool} ${name}`)])
      }
    })
    const tools = recorder.spans('execute_tool')
    t.equal(tools.length, 8)
    for (const name of names) {
      const asked = recorder
        .spans('chat')
        .find(({ attributes }) =>
          String(attributes['gen_ai.input.messages']).includes(`"${name}"}]}]`)
        )
      const own = tools.filter(({ attributes }) =>
        String(attributes['gen_ai.tool.call.result']).endsWith(name)
      )
      t.equal(own.length, 2, name)
      for (const tool of own) t.equal(tool.startedAt, asked?.endedAt, name)
    }
  }
)

t.test('runs at the same time do not mix, though they say the same', async (t) => {
  const recorder = recorded(t)
  const agent = async (): Promise<void> => {
    const answer = await ask([user('same')])
    await ask([user('same'), answer, ...resultsOf(answer)])
  }
  await Promise.all([recorder.run(agent), recorder.run(agent), recorder.run(agent)])
  const byTrace = Map.groupBy(recorder.spans('execute_tool'), ({ traceId }) => traceId)
  t.same(
    [...byTrace.values()].map((tools) => tools.length),
    [2, 2, 2]
  )
})

t.test('results that come one by one close their tools one by one', async (t) => {
  const recorder = recorded(t)
  await recorder.run(async () => {
    const answer = await ask([user('c')])
    const [first, second] = resultsOf(answer)
    await ask([user('c'), answer, ...(first === undefined ? [] : [first])], 'plain')
    t.equal(recorder.spans('execute_tool').length, 1)
    await ask([user('c'), answer, ...[first, second].filter((each) => each !== undefined)], 'plain')
  })
  t.same(results(recorder), ['of read_clock', 'of read_weather'])
})

t.test('results that never come: the tools end with their run, and say so', async (t) => {
  const recorder = recorded(t)
  await recorder.run(async () => void (await ask([user('d')])))
  const tools = recorder.spans('execute_tool')
  t.same(
    tools.map(({ attributes }) => attributes['onset.tool.result']),
    ['missing', 'missing']
  )
})

t.test('results that never come: without a run they end with the program', async (t) => {
  const recorder = startRecorder()
  await ask([user('e')])
  t.equal(recorder.spans('execute_tool').length, 0)
  recorder.stop()
  t.equal(recorder.spans('execute_tool').length, 2)
})

t.test('tools of frameworks that record them are not derived', async (t) => {
  const recorder = recorded(t)
  const tracer = recorder.provider.getTracer('framework')
  await recorder.run(async () => {
    const answer = await ask([user('f')])
    // One says its id, the other only its name.
    tracer
      .startSpan('execute_tool read_weather', {
        attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.call.id': 'call_a' }
      })
      .end()
    const late = tracer.startSpan('read_clock')
    late.setAttribute('openinference.span.kind', 'TOOL')
    late.end()
    await ask([user('f'), answer, ...resultsOf(answer)])
  })
  t.equal(recorder.spans().filter(({ attributes }) => attributes['onset.tool.timing']).length, 0)
})

t.test('an effect belongs to the one tool that is open, else to the step', async (t) => {
  const recorder = recorded(t)
  const tracer = recorder.provider.getTracer('effects')
  const effect = (name: string): void =>
    tracer.startSpan(name, {}, recorder.calls.parentContext()).end()
  await recorder.run(async (step) => {
    effect('before')
    const answer = await ask([user('g')])
    effect('while both are open')
    const [first, second] = resultsOf(answer)
    const both = [first, second].filter((each) => each !== undefined)
    await ask([user('g'), answer, ...both.slice(0, 1)], 'plain')
    effect('while one is open')
    // Not awaited: the request that brings the result is on its way.
    const last = ask([user('g'), answer, ...both], 'plain')
    effect('after')
    await last
    const stepSpanId = trace.getSpanContext(step)?.spanId
    const clock = recorder
      .spans('execute_tool')
      .find(({ attributes }) => attributes['gen_ai.tool.name'] === 'read_clock')
    const parents = new Map(recorder.spans().map(({ name, parentSpanId }) => [name, parentSpanId]))
    t.equal(parents.get('before'), stepSpanId)
    t.equal(parents.get('while both are open'), stepSpanId)
    t.equal(parents.get('while one is open'), clock?.spanId)
    t.equal(parents.get('after'), stepSpanId)
  })
})

t.test('calls without ids are matched by name and order', async (t) => {
  const recorder = recorded(t)
  const url = `${server.url}/v1beta/models/gem:generateContent`
  const post = async (contents: unknown): Promise<{ candidates: { content: unknown }[] }> => {
    const response = await fetch(url, { method: 'POST', body: JSON.stringify({ contents }) })
    return (await response.json()) as { candidates: { content: unknown }[] }
  }
  await recorder.run(async () => {
    const asked = { role: 'user', parts: [{ text: 'h' }] }
    const { candidates } = await post([asked])
    const responses = ['read_clock', 'read_weather'].map((name) => ({
      functionResponse: { name, response: { output: `of ${name}` } }
    }))
    await post([asked, candidates[0]?.content, { role: 'user', parts: responses }])
  })
  t.same(
    recorder
      .spans('execute_tool')
      .map(({ name, attributes }) => `${name}: ${String(attributes['gen_ai.tool.call.result'])}`)
      .toSorted(),
    ['execute_tool read_clock: of read_clock', 'execute_tool read_weather: of read_weather']
  )
})

t.test('open tools are bounded: the oldest end first, without a result', async (t) => {
  const recorder = recorded(t, { limits: { openToolsMax: 4 } })
  await recorder.run(async () => {
    for (const name of ['1', '2', '3', '4']) await ask([user(name)])
    t.equal(recorder.spans('execute_tool').length, 4)
  })
  t.equal(recorder.spans('execute_tool').length, 8)
})
