// A place where calls are seen.

export interface Hook {
  remove(): void
}
