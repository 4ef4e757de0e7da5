// Folds for cross-validation. A task is never on both sides: runs of one task share what makes them fail,
// and a model that has seen one of them knows the others.

import { createRandom, shuffle } from './random.ts'

/** Nine, as in the study the figures are compared with; fewer when there are fewer tasks. */
const FOLDS = 9

/** With fewer, what is learned from the other tasks is next to nothing. */
export const CROSS_VALIDATED_TASKS_MIN = FOLDS

/** The fold of each run, 0-based; runs of one task are in one fold and folds are of like size. */
export function assignFolds(tasks: readonly string[], seed: number, folds = FOLDS): number[] {
  const runsOfTask = new Map<string, number>()
  for (const task of tasks) runsOfTask.set(task, (runsOfTask.get(task) ?? 0) + 1)
  const names = shuffle([...runsOfTask.keys()].toSorted(), createRandom(seed))
  const sizes = Array.from({ length: Math.min(folds, names.length) }, () => 0)
  const foldOfTask = new Map<string, number>()
  for (const name of names) {
    const smallest = sizes.indexOf(Math.min(...sizes))
    foldOfTask.set(name, smallest)
    sizes[smallest] = (sizes[smallest] ?? 0) + (runsOfTask.get(name) ?? 0)
  }
  return tasks.map((task) => foldOfTask.get(task) ?? 0)
}

/**
 * Predicts each item with what `fit` learned from the items of all other folds. With a single task there
 * is nothing to learn from: `fit` gets an empty list.
 */
export function crossValidate<Item, Model, Prediction>(
  items: readonly Item[],
  foldOf: readonly number[],
  fit: (others: readonly Item[]) => Model,
  predict: (model: Model, item: Item) => Prediction
): Prediction[] {
  const models = new Map<number, Model>()
  return items.map((item, position) => {
    const fold = foldOf[position] ?? 0
    let model = models.get(fold)
    if (model === undefined) {
      model = fit(items.filter((_, other) => foldOf[other] !== fold))
      models.set(fold, model)
    }
    return predict(model, item)
  })
}
