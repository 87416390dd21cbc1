// Calculators beside a live feed: the forming bar is shown, the closed one is calculated on, a corrected one is revised.
//
//   npm install @openpredict/calculators @openpredict/fetcher @openpredict/market
//   node streaming.ts
//
// The feed here has the interface of a WebSocket and plays half an hour from a file. With a real one, take
// `new WebSocket('wss://…')` for `feed`, and translate its messages in `onMessage`.
import { join } from 'node:path'

import { createEngine } from '@openpredict/calculators'
import { readBars } from '@openpredict/fetcher'
import { type Bar, type BarSeries, parseInstant } from '@openpredict/market'

/** What the feed says about a bar: as it stands now, for good, or other than it said before. */
interface Message {
  readonly kind: 'forming' | 'closed' | 'corrected'
  readonly bar: Bar
}

const history = await readBars(join(import.meta.dirname, 'data', 'nq-5m.csv'), { interval: '5m' })
const live = parseInstant('2024-07-02T10:40:00Z')
const engine = createEngine({ interval: '5m' })
engine.feed(history.between(0, live))
// What history holds is on the chart already.
engine.takeChanges()

const feed = new EventTarget()
feed.addEventListener('message', (event) => {
  onMessage(JSON.parse((event as MessageEvent).data as string) as Message)
})
play(history.between(live, live + 30 * 60_000))
console.log(`known up to ${clockTime(engine.asOf)}`)

function onMessage({ kind, bar }: Message): void {
  const at = clockTime(bar.time)
  switch (kind) {
    case 'forming': {
      // Nothing is committed: draw what this shows, never store it.
      const { liquidity_events } = engine.peek(bar)
      for (const { level_type, timestamp } of liquidity_events) {
        if (timestamp >= bar.time) console.log(`${at} forming: ${level_type} would be swept`)
      }
      return
    }
    case 'closed': {
      engine.next(bar)
      const { liquidity_events, fvg, market_structure } = engine.takeChanges()
      for (const { quality, level_type, level_price, timestamp } of liquidity_events) {
        if (timestamp >= bar.time) console.log(`${at} closed: ${quality} of ${level_type} at ${level_price}`)
      }
      for (const { fvg_type, gap_bottom, gap_top, confirmed_at } of fvg) {
        if (confirmed_at === engine.asOf) console.log(`${at} closed: ${fvg_type} gap ${gap_bottom}–${gap_top}`)
      }
      for (const { timeframe, break_type, direction, level } of market_structure) {
        console.log(`${at} closed: ${timeframe} ${break_type} ${direction} through ${level}`)
      }
      return
    }
    case 'corrected': {
      const { gone, come } = engine.revise(bar)
      for (const { quality, level_type } of gone.liquidity_events)
        console.log(`${at} gone: ${quality} of ${level_type}`)
      for (const { quality, level_type } of come.liquidity_events)
        console.log(`${at} come: ${quality} of ${level_type}`)
    }
  }
}

/** Sends each bar while it forms and when it has closed; later it turns out that one of them had gone higher. */
function play(bars: BarSeries): void {
  for (const bar of bars) {
    send('forming', { ...bar, low: Math.min(bar.open, bar.high), close: bar.high })
    send('closed', bar)
  }
  const changed = history.between(parseInstant('2024-07-02T10:50:00Z'), parseInstant('2024-07-02T10:55:00Z'))
  for (const bar of changed) send('corrected', { ...bar, high: 19_947 })
}

function send(kind: Message['kind'], bar: Bar): void {
  feed.dispatchEvent(new MessageEvent('message', { data: JSON.stringify({ kind, bar } satisfies Message) }))
}

function clockTime(instant = Number.NaN): string {
  return new Date(instant).toISOString().slice(11, 16)
}
