import { afterEach, beforeEach, describe } from 'vitest'

import type { Store } from '../store.ts'
import { testBars } from './bars.ts'
import { testConstraints } from './constraints.ts'
import { testFeatures } from './features.ts'
import type { Scene, StoreFixture } from './fixture.ts'
import { testLifetime } from './lifetime.ts'
import { testProperties } from './properties.ts'
import { testReads } from './reads.ts'
import { testRecords } from './records.ts'
import { testReplicas } from './replicas.ts'
import { testTransactions } from './transactions.ts'

const RUNS = 40

/**
 * The contract of `Store` as tests: declares, under `name`, everything that a store promises. A driver is one when all
 * of them pass. Call it in a vitest file; `vitest` and `fast-check` must be installed.
 *
 * `createFixture` makes a database of its own for each test.
 *
 * @example
 * ```ts
 * import type { StoreFixture } from '@openpredict/store/testing'
 *
 * async function memory(): Promise<StoreFixture> {
 *   const open = () => openStore('sqlite::memory:', { clock: createManualClock(0) })
 *   return { open, lasting: false, remove: async () => {} }
 * }
 * // In a test file: testStore('SQLite in memory', memory)
 * (await memory()).lasting // => false
 * ```
 */
export function testStore(name: string, createFixture: () => Promise<StoreFixture>): void {
  // oxlint-disable-next-line vitest/valid-title -- it is a string: the caller's
  describe(name, () => {
    let current: Scene | undefined
    let opened: Store[] = []
    let fixture: StoreFixture | undefined

    beforeEach(async () => {
      const made = await createFixture()
      fixture = made
      const open = async (): Promise<Store> => {
        const store = await made.open()
        opened.push(store)
        return store
      }
      current = { store: await open(), lasting: made.lasting, runs: made.runs ?? RUNS, open }
    })

    afterEach(async () => {
      for (const store of opened) await store.close()
      opened = []
      current = undefined
      await fixture?.remove()
    })

    const scene = (): Scene => {
      if (current === undefined) throw new Error('the contract runs inside its own tests only')
      return current
    }

    describe('bars', () => {
      testBars(scene)
    })
    describe('features', () => {
      testFeatures(scene)
    })
    describe('transactions', () => {
      testTransactions(scene)
    })
    describe('constraints', () => {
      testConstraints(scene)
    })
    describe('records', () => {
      testRecords(scene)
    })
    describe('reads', () => {
      testReads(scene)
    })
    describe('replicas', () => {
      testReplicas(scene)
    })
    describe('lifetime', () => {
      testLifetime(scene)
    })
    describe('properties', () => {
      testProperties(scene)
    })
  })
}
