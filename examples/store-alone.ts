// The store alone: bars written twice are stored once, a correction keeps what was there, and a file is read again.
//
//   npm install @openpredict/store @openpredict/market
//   node store-alone.ts
//
// Another database is another URL: postgres://USER:PASSWORD@HOST/DATABASE with `pg` installed beside.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock, formatInstant, parseInstant } from '@openpredict/market'
import { openStore, StoreError } from '@openpredict/store'

const folder = await mkdtemp(join(tmpdir(), 'openpredict-example-'))
const url = `sqlite:${join(folder, 'market.sqlite')}`
const clock = createManualClock(parseInstant('2024-07-01T14:00:00Z'))
const start = parseInstant('2024-07-01T13:30:00Z')
const bar = { time: start, open: 20_100, high: 20_110.25, low: 20_095, close: 20_105.5, volume: 812 }
const from = (source: string) => ({ source, ingestedAt: clock.now() })

let store = await openStore(url, { clock })
const first = await store.transaction((tx) => tx.putBars('NQ=F', [bar], from('mine')))
const again = await store.transaction((tx) => tx.putBars('NQ=F', [bar], from('mine')))
console.log(`written first ${first.inserted.length}, then ${again.inserted.length}`)

// The source says something else now: that is seen, and nothing is changed until it is asked for.
const corrected = { ...bar, high: 20_112 }
const others = await store.transaction(async (tx) => {
  const { differing } = await tx.putBars('NQ=F', [corrected], from('mine'))
  await tx.reviseBars('NQ=F', [corrected], from('mine'))
  return differing
})
console.log(`differing ${others.length}`)

// Whole or not at all: this transaction leaves nothing behind.
try {
  await store.transaction(async (tx) => {
    await tx.putBars('NQ=F', [{ ...bar, time: start + 60_000 }], from('mine'))
    await tx.putBars('NQ=F', [{ ...bar, time: start + 120_000, low: 30_000 }], from('mine'))
  })
} catch (error) {
  if (!(error instanceof StoreError)) throw error
  console.log(`refused: ${error.failure.kind}`)
}
await store.close()

store = await openStore(url, { clock })
for (const { time, high } of await store.readBars({ instrument: 'NQ=F' })) console.log(formatInstant(time), high)
for (const row of await store.readRows('ohlc_revisions')) console.log(`before its correction: ${row.high}`)
await store.close()
await rm(folder, { recursive: true })
