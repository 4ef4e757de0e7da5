// The door of the room that sees what an agent does to the world: its commands and its files.

export { installEffects } from './install-effects.ts'
export type { CaptureMode, Effects, EffectsOptions } from './options.ts'
export type { EffectLimits } from './limits.ts'
