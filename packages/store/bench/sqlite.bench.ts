import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { FeatureRow, Store } from '../src/index.ts'
import type * as sqlitePackage from '../src/sqlite/index.ts'
import { bars, cycleRow, level, MINUTE, NQ, ORIGIN, T0 } from '../src/testing/samples.ts'
import { realClock } from '../test/real-clock.ts'

// Loaded by Node itself, as users run it: vitest's own loader puts a getter before every import.
const { createSqliteStore } = createRequire(import.meta.url)('../src/sqlite/index.ts') as typeof sqlitePackage

const COUNT = 7_000
const YEAR = 350_000
const WEEK = bars(COUNT)
const LEVELS = levels(COUNT, 1)
const ORDER = { historyVersion: 0, asOf: T0 }

function levels(count: number, price: number): FeatureRow<'reference_levels'>[] {
  return Array.from({ length: count }, (_, i) => level({ period_start: T0 + i * MINUTE, price }))
}

const folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
let files = 0
const open = (): Promise<Store> => createSqliteStore({ path: join(folder, `${++files}.sqlite`), clock: realClock })

/** A store with a year of bars. */
let store: Store
beforeAll(async () => {
  store = await open()
  await store.transaction(async (tx) => {
    await tx.putBars(NQ, bars(YEAR), ORIGIN)
    await tx.putRows('reference_levels', NQ, LEVELS, ORDER)
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

describe('opening', () => {
  test('a new file: tables made, closed again', async ({ bench }) => {
    await bench('open', async () => {
      const fresh = await open()
      await fresh.close()
    }).run()
  })
})

describe('writing, each run one transaction on the disk', () => {
  let symbol = 0

  test('7,000 rows: 7 / ms a run = million rows/s; bars at least 200,000 a second', async ({ bench }) => {
    const result = await bench.compare(
      bench('bars, new', () => store.transaction(async (tx) => void (await tx.putBars(`B${++symbol}`, WEEK, ORIGIN)))),
      bench('bars, there already', () => store.transaction(async (tx) => void (await tx.putBars(NQ, WEEK, ORIGIN)))),
      bench('feature rows, new', () =>
        store.transaction(async (tx) => void (await tx.putRows('reference_levels', `F${++symbol}`, LEVELS, ORDER)))),
      bench('feature rows, there already', () =>
        store.transaction(async (tx) => void (await tx.putRows('reference_levels', NQ, LEVELS, ORDER)))),
    )
    // The fastest run, because the slower ones measure what else the machine does.
    expect(COUNT / (result.get('bars, new').latency.min / 1_000)).toBeGreaterThan(200_000)
  })

  test('a warm cycle (2 bars, 30 rows, its record): goal p50 3 ms, p99 10 ms', async ({ bench }) => {
    let n = 0
    const result = await bench('warm cycle', async () => {
      n++
      await store.transaction(async (tx) => {
        await tx.putBars('W', bars(2, n), ORIGIN)
        await tx.putRows('reference_levels', 'W', levels(30, n), { historyVersion: 0, asOf: T0 + n })
        await tx.putCycle(cycleRow({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, cycle: n }))
      })
    }).run()
    expect(result.latency.p50).toBeLessThan(10)
  })
})

describe('reading', () => {
  test('bars', async ({ bench }) => {
    await bench.compare(
      bench('350,000', async () => void (await store.readBars({ instrument: NQ }))),
      bench('the last 7,000', async () => void (await store.readBars({ instrument: NQ, last: COUNT }))),
      bench('the newest', async () => void (await store.newestBar(NQ))),
    )
  })

  test('7,000 feature rows', async ({ bench }) => {
    await bench('read', async () => void (await store.readRows('reference_levels', { instrument: NQ }))).run()
  })
})
