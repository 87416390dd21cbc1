import type { RemoteStore } from '../src/delivery/index.ts'
import { StoreError } from '../src/errors.ts'
import type { Replica, Store } from '../src/index.ts'
import type { TableName } from '../src/tables.ts'

/** What goes wrong with a call of `replicate`: nothing gets there, or it is stored and nobody hears of it. */
export type RemoteFault = 'none' | 'before' | 'after'

/** A real store to deliver to, which fails when it is told to. */
export class FailingRemote implements RemoteStore {
  readonly location: string
  /** Whether it cannot be opened, read or written. */
  away = false
  /** What goes wrong with the next calls of `replicate`, one after the other. */
  faults: RemoteFault[] = []
  /** What was asked of it, in order: the replicas that came. */
  readonly came: Replica[] = []
  /** Called when a replica comes, before it is taken. */
  whenItComes: (replica: Replica) => Promise<void> = async () => {}
  /** Called when rows are read, before they are. */
  whenRead: (table: TableName) => void = () => {}
  /** Opens the store itself, as others do who work with it. */
  readonly openDirectly: () => Promise<Store>

  constructor(location: string, open: () => Promise<Store>) {
    this.location = location
    this.openDirectly = open
  }

  async open(): Promise<Store> {
    this.#refuseAway()
    const store = await this.openDirectly()
    const changed: Partial<Store> = {
      replicate: (replica, options) => this.#replicate(store, replica, options),
      readRows: async (...query) => {
        this.whenRead(query[0])
        this.#refuseAway()
        return await store.readRows(...query)
      },
      streamRows: (...query) => {
        this.whenRead(query[0])
        this.#refuseAway()
        return store.streamRows(...query)
      },
    }
    return new Proxy(store, {
      get: (target, name) => {
        const value: unknown = Reflect.get(changed, name) ?? Reflect.get(target, name, target)
        return typeof value === 'function' ? (value.bind(target) as unknown) : value
      },
    })
  }

  async #replicate(
    store: Store,
    ...[replica, options]: Parameters<Store['replicate']>
  ): ReturnType<Store['replicate']> {
    this.#refuseAway()
    const fault = this.faults.shift()
    if (fault === 'before') throw unreachable()
    this.came.push(replica)
    await this.whenItComes(replica)
    const result = await store.replicate(replica, options)
    if (fault === 'after') throw unreachable()
    return result
  }

  #refuseAway(): void {
    if (this.away) throw unreachable()
  }
}

/** How many rows a replica has, with those that are gone. */
export function sizeOf({ rows, removed = [] }: Replica): number {
  return Object.values(rows).reduce((sum, list) => sum + list.length, removed.length)
}

function unreachable(): StoreError {
  return new StoreError('store remote: the connection broke', { kind: 'unreachable' }, { hint: 'Wait.' })
}
