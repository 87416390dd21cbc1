import type { Store } from '../store.ts'

/** A database of its own for one test. */
export interface StoreFixture {
  /** Opens the database: the same one every time, with all that was committed, migrated. */
  open(): Promise<Store>
  /** Whether the database outlives the store that was opened on it, and several can be open at once. */
  readonly lasting: boolean
  /** Random tries of each property; fewer for a store whose every call takes its time. @default 40 */
  readonly runs?: number
  /** Removes the database. All stores that were opened on it are closed before. */
  remove(): Promise<void>
}

/** What a test of the contract works with. */
export interface Scene {
  readonly store: Store
  readonly lasting: boolean
  /** Random tries of each property. */
  readonly runs: number
  /** Opens one more store on the same database; closed after the test. */
  readonly open: () => Promise<Store>
}
