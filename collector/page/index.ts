// The one door of the page room.

export { pagePlugin } from './page-plugin.ts'
