// Composes the room: functions of `child_process` and `fs` are replaced in place, and the named imports of
// ES modules are brought up to date, so that every way to import them is seen without a loader.

import { syncBuiltinESMExports } from 'node:module'
import { watchCommands } from './commands/watch-commands.ts'
import { watchSyncCommands } from './commands/watch-sync-commands.ts'
import { FileRecords } from './files/file-records.ts'
import { watchFiles } from './files/watch-files.ts'
import type { Effects, EffectsOptions } from './options.ts'
import { Patches } from './patch.ts'
import { createRoom } from './room.ts'

export function installEffects(options: EffectsOptions): Effects {
  const room = createRoom(options)
  const patches = new Patches()
  const files = new FileRecords(room)
  room.settleFiles = () => files.settle()
  const commands = watchCommands(room, patches)
  watchSyncCommands(room, patches)
  watchFiles(room, files, patches)
  syncBuiltinESMExports()
  return {
    uninstall() {
      room.safely(() => {
        patches.undo()
        syncBuiltinESMExports()
      })
      room.safely(() => commands.endAll())
      room.safely(() => files.settle())
    }
  }
}
