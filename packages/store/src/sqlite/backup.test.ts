import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { type Bar, createManualClock } from '@openpredict/market'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openStore, type Store } from '../index.ts'

const MINUTE = 60_000
const clock = createManualClock(0)

let folder = ''
let store: Store

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-backup-'))
  store = await openStore(`sqlite:${join(folder, 'source.sqlite')}`, { clock })
  await put(0, 500)
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

async function put(first: number, count: number): Promise<void> {
  const bars: Bar[] = Array.from({ length: count }, (_, i) => {
    return { time: (first + i) * MINUTE, open: 10, high: 11, low: 9, close: 10.5, volume: i }
  })
  await store.transaction((tx) => tx.putBars('NQ=F', bars, { source: 'test', ingestedAt: 1 }))
}

describe('backup', () => {
  it('is a store of its own with all that was committed', async () => {
    const path = join(folder, 'copy.sqlite')
    await store.backup(path)
    await put(500, 10)
    await using copy = await openStore(`sqlite:${path}`, { clock })
    expect(await copy.countRows('ohlc_data')).toBe(500)
    expect((await copy.readBars({ instrument: 'NQ=F' })).toArray()).toEqual(
      (await store.readBars({ instrument: 'NQ=F', to: 500 * MINUTE })).toArray(),
    )
    expect(await copy.schema()).toEqual(await store.schema())
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  it('works while a transaction is being written, without what is not committed', async () => {
    const path = join(folder, 'copy.sqlite')
    await store.transaction(async (tx) => {
      await tx.putBars('ES=F', [{ time: 0, open: 1, high: 1, low: 1, close: 1, volume: 0 }], {
        source: 'x',
        ingestedAt: 1,
      })
      await using other = await openStore(`sqlite:${join(folder, 'source.sqlite')}`, { clock, readOnly: true })
      await other.backup(path)
    })
    await using copy = await openStore(`sqlite:${path}`, { clock })
    expect(await copy.countRows('ohlc_data', 'ES=F')).toBe(0)
    expect(await copy.countRows('ohlc_data')).toBe(500)
  })

  it('refuses to write over anything, and leaves nothing where it fails', async () => {
    const path = join(folder, 'notes.txt')
    writeFileSync(path, 'mine')
    await expect(store.backup(path)).rejects.toMatchObject({ failure: { kind: 'exists' } })
    const nowhere = join(folder, 'no', 'such', 'folder.sqlite')
    await expect(store.backup(nowhere)).rejects.toMatchObject({ category: 'database' })
    expect(existsSync(nowhere)).toBe(false)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(store.backup(join(folder, 'copy.sqlite'), { signal })).rejects.toThrow('enough')
    expect(readdirSync(folder).filter((name) => /partial|copy/.test(name))).toEqual([])
  })
})

describe('reset', () => {
  it('deletes every row and keeps the tables', async () => {
    await store.reset()
    expect(await store.countRows('ohlc_data')).toBe(0)
    const { version, latest } = await store.schema()
    expect(version).toBe(latest)
    await put(0, 3)
    expect(await store.countRows('ohlc_data')).toBe(3)
    expect(await store.historyVersion('NQ=F')).toBe(0)
  })
})
