// Every bound of the room, so that a command that prints gigabytes, or a program that writes ten thousand
// files, costs the program that is watched a known amount of memory, time and disk.

export interface EffectLimits {
  /** Bytes kept from the beginning and from the end of an output. */
  readonly outputHeadBytes: number
  readonly outputTailBytes: number
  /** Characters of a command line. */
  readonly commandCharsMax: number
  /** Arguments of a command that are listed. */
  readonly argumentsMax: number
  /** Bytes of an output or a file that are hashed; of a longer one only the size is told. */
  readonly hashedBytesMax: number
  /** Bytes of a file that are read to be compared. */
  readonly comparedBytesMax: number
  /** Characters of a diff, and of a file's text. */
  readonly fileTextCharsMax: number
  /** Milliseconds without a further touch after which a file's span ends. */
  readonly quietMs: number
  /** Files that one burst of work under one parent shows; the rest is counted. */
  readonly filesPerBurstMax: number
  /** Of these at most so many that were only read. */
  readonly readsPerBurstMax: number
  /** Commands that are watched at the same time. */
  readonly openCommandsMax: number
  /** File descriptors open for writing that are followed. */
  readonly openFilesMax: number
  /** Milliseconds from a command's exit until it is taken for done, though a heir holds its output open. */
  readonly closeWaitMs: number
  /** Entries and milliseconds that looking for changed files may take, before and again after a command. */
  readonly lookedAtMax: number
  readonly lookMsMax: number
}

const KIB = 1024
const MIB = 1024 * KIB

export const EFFECT_LIMITS: EffectLimits = {
  // What went wrong stands at the end of an output; its beginning says what it is.
  outputHeadBytes: 4 * KIB,
  outputTailBytes: 8 * KIB,
  // A here-document of 200 lines.
  commandCharsMax: 8 * KIB,
  argumentsMax: 128,
  // About 0.1 s of hashing in all.
  hashedBytesMax: 64 * MIB,
  // 10,000 lines of source; reading it takes less than a millisecond.
  comparedBytesMax: 512 * KIB,
  fileTextCharsMax: 8 * KIB,
  // Longer than the pause between two writes of one tool, shorter than a model's answer.
  quietMs: 200,
  // As many files as the collector keeps of a step.
  filesPerBurstMax: 64,
  // Who reads more in one go searches, and the names tell nothing; each costs a span.
  readsPerBurstMax: 16,
  openCommandsMax: 1024,
  openFilesMax: 1024,
  closeWaitMs: 1000,
  // Source trees below that are looked through in about 5 ms.
  lookedAtMax: 2000,
  lookMsMax: 5
}

/** A private key of 4,096 bits in PEM is the longest secret that has a shape: margin around each cut. */
export const SECRET_CHARS_MAX = 4096
