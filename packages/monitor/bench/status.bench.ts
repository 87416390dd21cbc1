import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { instrumentOf } from '@openpredict/market'
import { openStore, type Store } from '@openpredict/store'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { StatusReader } from '../src/index.ts'
import { cycleAt, fillMonth, NOW } from './status-month.ts'

const clock = { now: () => NOW, sleep: async () => {} }
const instrument = instrumentOf('NQ=F')
let folder = ''
let store: Store

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
  store = await openStore(`sqlite:${join(folder, 'month.sqlite')}`, { clock })
  await fillMonth(store, instrument.symbol)
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('how an instrument stands, from a month in SQLite', () => {
  test('the first look', async ({ bench }) => {
    await bench('first', async () => {
      await new StatusReader(store, instrument).read(NOW)
    }).run()
  })

  test('a second later', async ({ bench }) => {
    const reader = new StatusReader(store, instrument)
    await reader.read(NOW)
    await bench('again', async () => {
      await reader.read(NOW + 1_000)
    }).run()
  })

  test('after a cycle', async ({ bench }) => {
    const reader = new StatusReader(store, instrument)
    await reader.read(NOW)
    let ago = 0
    await bench('after a cycle', async () => {
      ago -= 1 / 1_000
      await store.transaction((tx) => tx.putCycle(cycleAt(instrument.symbol, ago)))
      await reader.read(NOW - Math.round(ago * 60_000))
    }).run()
  })
})
