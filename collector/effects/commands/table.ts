// All command tables as one, and how a program's name finds its row.

import { AGENT_COMMANDS } from './agent-commands.ts'
import { ARCHIVE_COMMANDS } from './archives.ts'
import { BUILD_COMMANDS } from './builds.ts'
import { ENVIRONMENT_COMMANDS } from './environment.ts'
import { FILE_COMMANDS } from './files.ts'
import { VERSION_CONTROL_COMMANDS } from './git.ts'
import { INSPECTION_COMMANDS } from './inspection.ts'
import { INTERPRETER_COMMANDS } from './interpreters.ts'
import { PACKAGE_COMMANDS } from './packages.ts'
import type { CommandRule, RuleTable } from './rule.ts'
import { SERVICE_COMMANDS } from './services.ts'

export const COMMAND_TABLES: readonly RuleTable[] = [
  AGENT_COMMANDS,
  INSPECTION_COMMANDS,
  ENVIRONMENT_COMMANDS,
  FILE_COMMANDS,
  INTERPRETER_COMMANDS,
  PACKAGE_COMMANDS,
  BUILD_COMMANDS,
  VERSION_CONTROL_COMMANDS,
  ARCHIVE_COMMANDS,
  SERVICE_COMMANDS
]

const COMMANDS: ReadonlyMap<string, CommandRule> = new Map(
  COMMAND_TABLES.flat().flatMap(([names, rule]) => names.split(' ').map((name) => [name, rule]))
)

/** `python3.11`, `gcc-12`, `clang++-15`: the version is not part of what it is. */
const VERSION_SUFFIX = /-?\d[\d.]{0,15}$/

/** `mips-linux-gnu-objdump`: a tool chain for another machine. */
const CROSS_TOOL =
  /-(gcc|g\+\+|cc|objdump|readelf|nm|ld|as|strip|objcopy|gdb|ar|ranlib|strings|size|addr2line)$/

/** Emulators, one for every processor. */
const MACHINE = /^qemu-system-\w+$/
const EMULATOR = /^qemu-\w+(?:-static)?$/

export function findCommand(name: string): CommandRule | undefined {
  return (
    COMMANDS.get(name) ??
    COMMANDS.get(name.replace(/\.(?:exe|cmd|bat)$/i, '')) ??
    COMMANDS.get(name.replace(VERSION_SUFFIX, '')) ??
    COMMANDS.get(CROSS_TOOL.exec(name)?.[1] ?? '') ??
    COMMANDS.get(MACHINE.test(name) ? 'qemu-system' : EMULATOR.test(name) ? 'qemu-user' : '')
  )
}
