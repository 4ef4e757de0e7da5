// How full the disk under the embedded store is: a store that cannot write answers 503, and an operator
// wants to know days before.

import { statfs } from 'node:fs/promises'
import type { Meter } from '@opentelemetry/api'

export function observeDisk(meter: Meter, folder: string): void {
  const free = meter.createObservableGauge('onset_store_disk_free_bytes', {
    description: 'Free space of the disk that holds the data folder, for this user.'
  })
  const size = meter.createObservableGauge('onset_store_disk_size_bytes', {
    description: 'Size of the disk that holds the data folder.'
  })
  meter.addBatchObservableCallback(
    async (result) => {
      // A folder that is gone has no disk to tell of; the store says so itself.
      const disk = await statfs(folder).catch(() => undefined)
      if (disk === undefined) return
      result.observe(free, disk.bavail * disk.bsize)
      result.observe(size, disk.blocks * disk.bsize)
    },
    [free, size]
  )
}
