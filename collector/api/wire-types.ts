// What the API answers, as types for programs that read it.

import type { Static } from 'typebox'
import type { OnsetCategory } from '../model/index.ts'
import type { FeedbackJson } from './feedback-json.ts'
import type { OnsetJson } from './onset-json.ts'
import type { RunJson, RunListItemJson } from './run-json.ts'
import type { RunDetailJson, RunsPage } from './run-routes.ts'
import type { StageJson } from './stage-json.ts'
import type { StepJson } from './step-json.ts'
import type { TokensJson } from './values-json.ts'

export type RunsPageWire = Static<typeof RunsPage>
export type RunListItemWire = Static<typeof RunListItemJson>
export type RunDetailWire = Static<typeof RunDetailJson>
export type RunWire = Static<typeof RunJson>
export type StageWire = Static<typeof StageJson>
export type StepWire = Static<typeof StepJson>
export type OnsetWire = Static<typeof OnsetJson>
export type TokensWire = Static<typeof TokensJson>
export type FeedbackListWire = { readonly items: readonly Static<typeof FeedbackJson>[] }
export type CategoryWire = OnsetCategory
