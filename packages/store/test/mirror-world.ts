import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { type DeliveryEvent, type MirroredStore, type MirrorOptions, openMirror } from '../src/delivery/index.ts'
import type { Store } from '../src/index.ts'
import { createSqliteStore } from '../src/sqlite/index.ts'
import { FailingRemote } from './failing-remote.ts'
import { FAST_FOLDER } from './fast-folder.ts'
import { realClock } from './real-clock.ts'

/** Options of a `MirrorWorld`. */
export interface MirrorWorldOptions {
  /** A folder that is there. @default a new one */
  readonly folder?: string
  /** @default a SQLite file in the folder */
  readonly openRemote?: () => Promise<Store>
  readonly location?: string
}

/** A folder with a mirror and what it delivers to; all of it is closed and removed with it. */
export class MirrorWorld implements AsyncDisposable {
  readonly folder: string
  readonly path: string
  /** What was told, in order. */
  readonly events: DeliveryEvent[] = []
  readonly remote: FailingRemote
  readonly #opened: Store[] = []

  constructor({ folder, openRemote, location = 'remote' }: MirrorWorldOptions = {}) {
    this.folder = folder ?? mkdtempSync(join(FAST_FOLDER, 'openpredict-mirror-'))
    this.path = join(this.folder, 'mirror.sqlite')
    const path = join(this.folder, 'remote.sqlite')
    this.remote = new FailingRemote(location, openRemote ?? (() => createSqliteStore({ path, clock: realClock })))
  }

  /** Opens the mirror. */
  async open(options: Partial<MirrorOptions> = {}): Promise<MirroredStore> {
    const { path, remote, events } = this
    const mirror = await openMirror({
      path,
      remote,
      clock: realClock,
      onEvent: (event) => events.push(event),
      ...options,
    })
    this.#opened.push(mirror)
    return mirror
  }

  /** Opens what it delivers to, as others do who work with it. */
  async openRemote(): Promise<Store> {
    const store = await this.remote.openDirectly()
    this.#opened.push(store)
    return store
  }

  /** What was told of one kind. */
  told<K extends DeliveryEvent['kind']>(kind: K): readonly Extract<DeliveryEvent, { readonly kind: K }>[] {
    return this.events.filter((event): event is Extract<DeliveryEvent, { readonly kind: K }> => event.kind === kind)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const store of this.#opened) await store.close()
    rmSync(this.folder, { recursive: true })
  }
}
