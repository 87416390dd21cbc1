import { describeFailure } from '@openpredict/collector'

import type { CollectObserver } from '../../../collect-event.ts'
import { type FreeSpace, freeSpaceOf, FullDisk } from '../../../free-space.ts'

const MIB = 1024 * 1024

/** Looks at the disk under the store: tells once when room gets low, and once when there is enough again. */
export class DiskWatch {
  readonly #path: string | undefined
  readonly #emit: CollectObserver
  readonly #look: (path: string) => FreeSpace
  #isLow = false

  /** `path`: the store's local file; `undefined` for one in memory. */
  constructor(path: string | undefined, emit: CollectObserver, look: (path: string) => FreeSpace = freeSpaceOf) {
    this.#path = path
    this.#emit = emit
    this.#look = look
  }

  /** Room left, in bytes, under the names of a cycle's measures; nothing where it cannot be known. */
  measure(): Readonly<Record<string, number>> {
    const space = this.#space()
    if (space === undefined) return {}
    const { isLow, freeBytes, folder } = space
    if (isLow && !this.#isLow) {
      const failure = describeFailure(new FullDisk(folder, Math.floor(freeBytes / MIB)))
      this.#emit({ kind: 'disk', failure })
    }
    if (!isLow && this.#isLow) this.#emit({ kind: 'disk' })
    this.#isLow = isLow
    return { disk_free_bytes: freeBytes }
  }

  #space(): FreeSpace | undefined {
    try {
      return this.#path === undefined ? undefined : this.#look(this.#path)
    } catch {
      // A folder that is gone is the store's failure to tell.
      return undefined
    }
  }
}
