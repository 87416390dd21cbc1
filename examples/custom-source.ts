// A source of your own: anything with a `name` and a `fetch` that keeps to what `BarBatch` says can be collected from.
//
//   npm install @openpredict/collector @openpredict/fetcher @openpredict/market @openpredict/store
//   node custom-source.ts
//
// `cleanRows` does what all sources need: it sorts, snaps prices to the tick, sets the forming bar aside and counts what
// it drops. What is left is to ask somebody for rows, and to say how far they have got.
import { createCollector } from '@openpredict/collector'
import { type BarSource, cleanRows, FetchError, type RawRow } from '@openpredict/fetcher'
import { createManualClock, formatInstant, instrumentOf, intervalMs, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'

const clock = createManualClock(parseInstant('2024-07-02T14:30:20Z'))

/** Stands for the API of some broker: bars of BTC, one a minute, the last of them still forming. */
function brokerRows(from: number, to: number): readonly RawRow[] {
  const rows: RawRow[] = []
  for (let time = Math.ceil(from / 60_000) * 60_000; time < Math.min(to, clock.now()); time += 60_000) {
    const open = 62_000 + Math.round(500 * Math.sin(time / 3_600_000))
    rows.push({ time, open, high: open + 20, low: open - 20, close: open + 5, volume: 3 })
  }
  // A row that is no bar: its high is below its low.
  rows.push({ time: clock.now() - 620_000, open: 62_000, high: 1, low: 62_000, close: 62_000, volume: 1 })
  return rows
}

const broker: BarSource = {
  name: 'my broker',
  async fetch({ instrument, interval = '1m', from, to, signal }) {
    signal?.throwIfAborted()
    if (interval !== '1m') {
      throw new FetchError({ kind: 'unsupported-interval', interval, supported: ['1m'] }, { subject: 'my broker' })
    }
    const startedAt = clock.now()
    const rows = brokerRows(from, to)
    // This broker is never late: whatever has ended by now has closed.
    const watermark = clock.now()
    const step = intervalMs(interval)
    const window = { from: Math.ceil(from / step) * step, to: Math.ceil(to / step) * step }
    return {
      instrument,
      interval,
      ...window,
      ...cleanRows(rows, { instrument, interval, ...window, watermark }),
      watermark,
      answeredAt: clock.now(),
      delayMs: 0,
      requests: 1,
      waitingMs: clock.now() - startedAt,
    }
  },
}

const store = await openStore('sqlite::memory:', { clock })
const collector = createCollector({
  instrument: instrumentOf('BTC-USD'),
  source: broker,
  store,
  clock,
  timer: clock,
  warmUpDays: 0,
  host: 'example',
  version: '1',
})
for (const minutes of [0, 1, 2]) {
  clock.advance(minutes * 60_000)
  const { status, barsNew, dropped, rowsWritten, newestBar = 0 } = await collector.runCycle()
  console.log(
    `${status}: ${barsNew} new bars up to ${formatInstant(newestBar)}, ${rowsWritten > 0 ? 'rows' : 'no rows'}`,
  )
  for (const [reason, count] of Object.entries(dropped)) if (count > 0) console.log(`  dropped ${count}: ${reason}`)
}
console.log(`${await store.countRows('reference_levels')} reference levels are stored`)
await store.close()
