// What people read of evidence needs no knowledge of the localizer.

import t from 'tap'
import { DETECTORS, FEATURES } from '@onset/processors/localizer'
import { evidenceLabel } from '../../collector/model/index.ts'

const LABEL_CHARS_MAX = 60
const names = [...DETECTORS, ...FEATURES].map(({ name }) => name)

t.test('every detector and every feature that evidence may name has a label', async (t) => {
  // These two stand for detectors, which are named themselves.
  const shown = names.filter((name) => name !== 'decisive' && name !== 'suspicious')
  t.ok(shown.length > 0)
  for (const name of shown) {
    t.not(evidenceLabel(name), name.replaceAll('_', ' '), name)
    t.ok(evidenceLabel(name).length <= LABEL_CHARS_MAX, name)
  }
  const labels = shown.map((name) => evidenceLabel(name))
  t.equal(new Set(labels).size, labels.length, 'no label stands for two things')
})

t.test('evidence of another version is named by its name, readably', async (t) => {
  t.equal(evidenceLabel('some_new_detector'), 'some new detector')
})
