import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { createManualClock } from '@openpredict/market'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { FAST_FOLDER } from '../../test/fast-folder.ts'
import { StoreError } from '../errors.ts'
import { TABLE_NAMES } from '../tables.ts'
import { bars, contentOf, cycleRow, errorRow, FEATURE_TABLES, FEATURES, NQ, ORIGIN, T0 } from '../testing/samples.ts'
import { createSqliteStore } from './index.ts'

const clock = createManualClock(T0)

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(FAST_FOLDER, 'openpredict-damaged-'))
  path = join(folder, 'store.sqlite')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Makes a sound file with rows in every kind of table. */
async function fill(count: number): Promise<void> {
  const store = await createSqliteStore({ path, clock })
  await store.transaction(async (tx) => {
    await tx.putBars(NQ, bars(count), ORIGIN)
    for (const table of FEATURE_TABLES) await tx.putRows(table, NQ, [FEATURES[table]], { historyVersion: 0, asOf: T0 })
    await tx.putCycle(cycleRow())
    await tx.putError(errorRow())
  })
  await store.close()
}

/** Opens the file and reads every table; gives back what was thrown. */
async function readEverything(): Promise<unknown> {
  try {
    const store = await createSqliteStore({ path, clock })
    try {
      await contentOf(store, TABLE_NAMES)
      await store.readBars({ instrument: NQ })
    } finally {
      await store.close()
    }
    return undefined
  } catch (error) {
    return error
  }
}

describe('a damaged file', () => {
  it('is read when it is not damaged at all', async () => {
    await fill(10)
    expect(await readEverything()).toBeUndefined()
  })

  it('is refused when its end is missing', async () => {
    await fill(5_000)
    truncateSync(path, 8_192)
    expect(await readEverything()).toMatchObject({ code: 'corrupt' })
  })

  it('is refused when its pages are overwritten', async () => {
    await fill(10)
    writeFileSync(path, readFileSync(path).fill(0xa5, 100))
    expect(await readEverything()).toMatchObject({ code: 'corrupt' })
  })

  it('says so when a row does not hold what it should', async () => {
    await fill(10)
    const content = readFileSync(path)
    const at = content.lastIndexOf('"attempts"')
    content[at] = 0x7b
    writeFileSync(path, content)
    expect(await readEverything()).toMatchObject({ code: 'corrupt', message: expect.stringContaining('details') })
  })

  it('is read or refused whatever bits are flipped; nothing else happens', async () => {
    await fill(300)
    const whole = readFileSync(path)
    const flip = fc.record({ at: fc.nat({ max: whole.length - 1 }), mask: fc.integer({ min: 1, max: 255 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 8 }), async (flips) => {
        const damaged = Buffer.from(whole)
        for (const { at, mask } of flips) damaged[at] = (damaged[at] ?? 0) ^ mask
        for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
        writeFileSync(path, damaged)
        const outcome = await readEverything()
        expect(outcome === undefined || outcome instanceof StoreError ? 'fine' : outcome).toBe('fine')
      }),
      { numRuns: 50 },
    )
  })
})
