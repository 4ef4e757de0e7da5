// Splits the words of a command into options and operands, the way getopt does, given which options
// take a value (https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap12.html).

import type { CommandRule, Options } from './rule.ts'

export interface GivenOption {
  /** As the tables name it: `-o`, `--output`. */
  readonly name: string
  /** Absent when the option takes none, or none was given. */
  readonly value: string | undefined
}

export interface SplitWords {
  readonly options: readonly GivenOption[]
  readonly operands: readonly string[]
  /** Position among the words of the first operand; the number of words when there is none. */
  readonly firstOperandAt: number
}

export function splitWords(args: readonly string[], rule: CommandRule): SplitWords {
  const splitting: Splitting = { args, rule, options: [], operands: [], at: 0 }
  let firstOperandAt = args.length
  while (splitting.at < args.length) {
    const word = args[splitting.at] ?? ''
    if (word === '--' && rule.wordOptions !== true) {
      if (splitting.operands.length === 0) firstOperandAt = splitting.at + 1
      splitting.operands.push(...args.slice(splitting.at + 1))
      break
    }
    if (word.length > 1 && word.startsWith('-')) readOption(splitting, word)
    else {
      if (splitting.operands.length === 0) firstOperandAt = splitting.at
      splitting.operands.push(word)
      if (rule.operands === 'program') {
        // What follows a program is the program's own.
        splitting.operands.push(...args.slice(splitting.at + 1))
        break
      }
    }
    splitting.at += 1
  }
  return { options: splitting.options, operands: splitting.operands, firstOperandAt }
}

export function hasOption(words: SplitWords, names: Options | undefined): boolean {
  return names !== undefined && words.options.some((option) => isNamed(names, option.name))
}

export function valuesOf(words: SplitWords, names: Options | undefined): readonly string[] {
  if (names === undefined) return []
  const values: string[] = []
  for (const option of words.options) {
    if (option.value !== undefined && isNamed(names, option.name)) values.push(option.value)
  }
  return values
}

interface Splitting {
  readonly args: readonly string[]
  readonly rule: CommandRule
  readonly options: GivenOption[]
  readonly operands: string[]
  at: number
}

function readOption(splitting: Splitting, word: string): void {
  const equals = word.indexOf('=')
  if (word.startsWith('--') || splitting.rule.wordOptions === true) {
    if (equals > 0) push(splitting, word.slice(0, equals), word.slice(equals + 1))
    else if (takesValue(splitting.rule, word)) pushWithNext(splitting, word)
    else if (!word.startsWith('--') && takesValue(splitting.rule, word.slice(0, 2))) {
      push(splitting, word.slice(0, 2), word.slice(2))
    } else push(splitting, word, undefined)
    return
  }
  if (word.length > 2 && isKnown(splitting.rule, word)) {
    if (takesValue(splitting.rule, word)) pushWithNext(splitting, word)
    else push(splitting, word, undefined)
    return
  }
  readLetters(splitting, word)
}

/** `-xzf a.tar`: letters in a row, of which the first that takes a value takes the rest. */
function readLetters(splitting: Splitting, word: string): void {
  for (let letter = 1; letter < word.length; letter += 1) {
    const name = `-${word[letter] ?? ''}`
    if (!takesValue(splitting.rule, name)) {
      push(splitting, name, undefined)
      continue
    }
    if (letter === word.length - 1) pushWithNext(splitting, name)
    else push(splitting, name, word.slice(letter + 1))
    return
  }
}

function push(splitting: Splitting, name: string, value: string | undefined): void {
  splitting.options.push({ name, value })
}

function pushWithNext(splitting: Splitting, name: string): void {
  splitting.at += 1
  push(splitting, name, splitting.args[splitting.at])
}

function takesValue(rule: CommandRule, name: string): boolean {
  return isNamed(rule.valued, name) || isNamed(rule.writes, name) || isNamed(rule.reads, name)
}

function isKnown(rule: CommandRule, name: string): boolean {
  return takesValue(rule, name) || isNamed(rule.changes, name) || isNamed(rule.explores, name)
}

/** `names` is a list separated by blanks; a name never holds one. */
function isNamed(names: Options | undefined, name: string): boolean {
  if (names === undefined) return false
  const at = names.indexOf(name)
  if (at === -1) return false
  return ` ${names} `.includes(` ${name} `)
}
