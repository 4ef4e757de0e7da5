// A run as the processors would have stored it, for what needs one to be known and no more.

import type { Onset, RunState, RunTree, Store } from '../../collector/model/index.ts'
import { BUILT_START } from './builders.ts'

export async function saveRun(
  store: Pick<Store, 'saveAnalysis'>,
  tree: RunTree,
  { state = 'complete', onsets = [] }: { state?: RunState; onsets?: readonly Onset[] } = {}
): Promise<void> {
  await store.saveAnalysis({
    tree,
    localization: {
      onsets,
      abstention: onsets.length === 0 ? 'nothing failed' : undefined,
      incorrectSteps: [],
      unusefulSteps: []
    },
    state,
    partial: false,
    ingestedThrough: BUILT_START
  })
}
