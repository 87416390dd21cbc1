import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import type { Clock } from '@openpredict/market'

/** A copy of the store as it was at an instant of market time, epoch ms. */
export interface Snapshot {
  readonly at: number
  readonly file: string
}

/** Copies of a SQLite file that others write to: each holds whole transactions. */
export class Snapshots {
  readonly taken: Snapshot[] = []
  readonly #file: string
  readonly #folder: string
  readonly #clock: Clock

  constructor(options: { readonly file: string; readonly folder: string; readonly clock: Clock }) {
    this.#file = options.file
    this.#folder = options.folder
    this.#clock = options.clock
  }

  /** Takes one; none before there is a file. */
  take(): void {
    if (!existsSync(this.#file)) return
    const file = join(this.#folder, `snapshot-${this.taken.length}.sqlite`)
    const at = this.#clock.now()
    // Only to look: who writes would bring the log of a killed process into the file, which is for the next one to do.
    const database = new DatabaseSync(this.#file, { readOnly: true })
    try {
      database.prepare('VACUUM INTO ?').run(file)
    } finally {
      database.close()
    }
    this.taken.push({ at, file })
  }
}

/** Removes the files. */
export function forget(snapshots: readonly Snapshot[]): void {
  for (const { file } of snapshots) rmSync(file, { force: true })
}
