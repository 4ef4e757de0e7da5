// The one door of the API room.

export { apiPlugin } from './api-plugin.ts'
export type { ApiOptions } from './api-options.ts'
