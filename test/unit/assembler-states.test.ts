import t from 'tap'

import type { ClassifiedStep, StateNode } from '../../collector/model/index.ts'
import { assembleRun } from '../../processors/assembler/index.ts'
import { aTrace } from '../support/traces.ts'

type Trace = ReturnType<typeof aTrace>

/** The tree of states of a run whose steps `act` adds. */
function statesOf(act: (trace: Trace) => void): readonly StateNode[] {
  const trace = aTrace()
  trace.agent()
  act(trace)
  return assembleRun(trace.steps)?.states ?? []
}

/** `revertsTo` of each state but the first. */
function revertsOf(act: (trace: Trace) => void): (number | undefined)[] {
  return statesOf(act)
    .slice(1)
    .map((state) => state.revertsTo)
}

function look(trace: Trace): ClassifiedStep {
  return trace.tool({ action: 'cat a.ts' })
}

function run(trace: Trace, action: string, filesWritten: readonly string[] = []): ClassifiedStep {
  return trace.tool({ action, effects: { effect: 'change', filesWritten } })
}

function edit(trace: Trace, from: string, to: string, path = '/app/a.ts'): ClassifiedStep {
  return trace.tool({
    tool: 'Edit',
    action: path,
    arguments: JSON.stringify({ file_path: path, old_string: from, new_string: to }),
    effects: { effect: 'change', filesWritten: [path], writtenText: to }
  })
}

function write(trace: Trace, content: string, path = '/app/a.ts'): ClassifiedStep {
  return trace.tool({
    tool: 'Write',
    action: path,
    arguments: JSON.stringify({ file_path: path, content }),
    effects: { effect: 'change', filesWritten: [path], writtenText: content }
  })
}

t.test('a change opens a state under the one it was made in, a look stays there', async (t) => {
  const trace = aTrace()
  trace.agent()
  look(trace)
  write(trace, 'one')
  look(trace)
  look(trace)
  write(trace, 'two')
  const tree = assembleRun(trace.steps)
  t.same(
    tree?.steps.map((step) => step.stateIndex),
    [0, 1, 1, 1, 2]
  )
  t.same(
    tree?.states.map((state) => [state.parentIndex, state.stepIndex]),
    [
      [undefined, undefined],
      [0, 2],
      [1, 5]
    ]
  )
})

const REVERTS: readonly (readonly [string, (trace: Trace) => void, (number | undefined)[]])[] = [
  [
    'an edit and its inverse',
    (trace) => {
      edit(trace, 'old', 'new')
      edit(trace, 'new', 'old')
    },
    [undefined, 0]
  ],
  [
    'two edits undone one after the other',
    (trace) => {
      edit(trace, 'a', 'b')
      edit(trace, 'c', 'd')
      edit(trace, 'd', 'c')
      edit(trace, 'b', 'a')
    },
    [undefined, undefined, 1, 0]
  ],
  [
    'an inverse edit after another file changed',
    (trace) => {
      edit(trace, 'a', 'b')
      edit(trace, 'x', 'y', '/app/b.ts')
      edit(trace, 'b', 'a')
    },
    [undefined, undefined, 0]
  ],
  [
    'a file written as it was two writes ago',
    (trace) => {
      write(trace, 'one')
      write(trace, 'two')
      write(trace, 'one')
    },
    [undefined, undefined, 1]
  ],
  [
    'a copy kept and put back',
    (trace) => {
      run(trace, 'cp a.ts a.ts.bak', ['a.ts.bak'])
      run(trace, "sed -i 's/a/b/' a.ts", ['a.ts'])
      run(trace, 'mv a.ts.bak a.ts', ['a.ts'])
    },
    [undefined, undefined, 1]
  ],
  [
    'git checkout of a relative path after an edit by the absolute one',
    (trace) => {
      edit(trace, 'a', 'b')
      run(trace, 'cd /app && git checkout -- a.ts')
    },
    [undefined, 0]
  ],
  [
    'git checkout without dashes, the file named as written by the effects',
    (trace) => {
      run(trace, 'cat > src/a.ts <<EOF', ['src/a.ts'])
      run(trace, 'git checkout src/a.ts', ['src/a.ts'])
    },
    [undefined, 0]
  ],
  [
    'git restore of everything, to the state after the commit',
    (trace) => {
      write(trace, 'one')
      run(trace, 'git add -A && git commit -m "one"')
      write(trace, 'two')
      run(trace, 'git restore .')
    },
    [undefined, undefined, undefined, 2]
  ],
  [
    'git reset --hard behind options of git',
    (trace) => {
      write(trace, 'one')
      run(trace, 'git -C /app -c core.pager=cat reset --hard HEAD')
    },
    [undefined, 0]
  ],
  [
    'git stash, and the way back with pop',
    (trace) => {
      write(trace, 'one')
      run(trace, 'git stash')
      run(trace, 'git stash pop')
    },
    [undefined, 0, 1]
  ],
  [
    "the editor's own undo",
    (trace) => {
      edit(trace, 'a', 'b')
      trace.tool({
        tool: 'str_replace_based_edit_tool',
        action: 'undo_edit /app/a.ts',
        arguments: '{"command":"undo_edit","path":"/app/a.ts"}',
        effects: { effect: 'change', filesWritten: ['/app/a.ts'] }
      })
    },
    [undefined, 0]
  ]
]

for (const [name, act, expected] of REVERTS) {
  t.test(`goes back to the earlier state: ${name}`, async (t) => {
    t.strictSame(revertsOf(act), expected)
  })
}

const ADVANCES: readonly (readonly [string, (trace: Trace) => void])[] = [
  ['a new edit', (trace) => edit(trace, 'a', 'b')],
  [
    'the same content written again',
    (trace) => {
      write(trace, 'one')
      write(trace, 'one')
    }
  ],
  [
    'an inverse edit of another file',
    (trace) => {
      edit(trace, 'a', 'b')
      edit(trace, 'b', 'a', '/app/b.ts')
    }
  ],
  [
    'an inverse edit that failed',
    (trace) => {
      edit(trace, 'a', 'b')
      trace.tool({
        tool: 'Edit',
        outcome: 'error',
        arguments: '{"old_string":"b","new_string":"a"}',
        effects: { effect: 'change', filesWritten: ['/app/a.ts'] }
      })
    }
  ],
  [
    'a restore when nothing is known to have changed',
    (trace) => run(trace, 'git checkout -- a.ts && git reset --hard')
  ],
  [
    'a switch of branches after a change',
    (trace) => {
      write(trace, 'one')
      run(trace, 'git checkout main')
      write(trace, 'one')
    }
  ],
  [
    'unstaging',
    (trace) => {
      write(trace, 'one')
      run(trace, 'git restore --staged a.ts')
    }
  ],
  [
    'an appended text that was written before',
    (trace) => {
      run(trace, 'echo x >> a.ts', ['a.ts'])
      run(trace, 'echo x >> a.ts', ['a.ts'])
    }
  ]
]

for (const [name, act] of ADVANCES) {
  t.test(`goes back to nothing: ${name}`, async (t) => {
    const reverts = revertsOf(act)
    t.ok(reverts.length > 0)
    t.ok(reverts.every((state) => state === undefined))
  })
}

t.test('a failed edit leaves the file so that the next inverse is still a revert', async (t) => {
  const reverts = revertsOf((trace) => {
    edit(trace, 'a', 'b')
    trace.tool({
      tool: 'Edit',
      outcome: 'error',
      arguments: '{"old_string":"zzz","new_string":"y"}',
      effects: { effect: 'change', filesWritten: ['/app/a.ts'] }
    })
    edit(trace, 'b', 'a')
  })
  t.strictSame(reverts, [undefined, undefined, 0])
})

t.test('stashing thousands of files over and over stays cheap', async (t) => {
  // Quadratic work would take minutes here and run into the time limit of the test.
  const states = statesOf((trace) => {
    for (let file = 0; file < 5_000; file += 1) run(trace, 'touch', [`f${file}`])
    for (let round = 0; round < 5_000; round += 1) {
      run(trace, round % 2 === 0 ? 'git stash' : 'git stash pop')
    }
  })
  t.equal(states.length, 10_001)
})
