// What the stub of a model host says, in no protocol's words.

export interface SpokenAnswer {
  readonly text: string
  readonly thinking: string
  readonly calls: readonly SpokenCall[]
  readonly tokens: {
    /** Cached tokens included. */
    readonly input: number
    readonly cached: number
    /** Reasoning included. */
    readonly output: number
    readonly reasoning: number
  }
}

export interface SpokenCall {
  readonly id: string
  readonly name: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export const ANSWERS = {
  tools: {
    text: 'Ich schaue nach: Zürich 🏔️.',
    thinking: 'The user wants both.',
    calls: [
      { id: 'call_a', name: 'read_weather', arguments: { city: 'Zürich', unit: 'celsius' } },
      { id: 'call_b', name: 'read_clock', arguments: { zone: 'Europe/Zurich' } }
    ],
    tokens: { input: 120, cached: 40, output: 33, reasoning: 11 }
  },
  text: {
    text: 'Es ist 21° und 14:05 in Zürich. 日本語も。',
    thinking: '',
    calls: [],
    tokens: { input: 190, cached: 100, output: 21, reasoning: 0 }
  }
} as const satisfies Record<string, SpokenAnswer>

/** What the programs' tools give back. */
export const RESULTS: Readonly<Record<string, string>> = {
  read_weather: '21° und sonnig',
  read_clock: '14:05'
}
