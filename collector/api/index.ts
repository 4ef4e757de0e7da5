// The one door of the API room.

export { apiPlugin } from './api-plugin.ts'
export type { ApiOptions } from './api-options.ts'
export type {
  CategoryWire,
  FeedbackListWire,
  OnsetWire,
  RunDetailWire,
  RunListItemWire,
  RunsPageWire,
  RunWire,
  StageWire,
  StepWire,
  TokensWire
} from './wire-types.ts'
