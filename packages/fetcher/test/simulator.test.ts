import {
  type Bar,
  createManualClock,
  formatInstant,
  instrumentOf,
  intervalMs,
  type ManualClock,
  parseInstant,
} from '@openpredict/market'
import { createMarket, type SimulatedMarket, startYahooServer } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { type BarBatch, type BarSource, createYahooSource } from '../src/index.ts'
import { realTimer } from './clocks.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const SECOND = 1_000
const NQ = instrumentOf('NQ=F')

interface World {
  readonly market: SimulatedMarket
  readonly clock: ManualClock
  readonly source: BarSource
}

/** A simulated market at a moment, served over HTTP, and the source that reads it. */
async function inWorld<T>(start: string, run: (world: World) => Promise<T>, seed = 3): Promise<T> {
  const market = createMarket({ seed })
  const clock = createManualClock(parseInstant(start))
  await using server = await startYahooServer({ markets: [market], clock })
  return await run({ market, clock, source: createYahooSource({ clock, timer: realTimer, baseUrl: server.url }) })
}

/** What the simulator itself knows of the window, as far as the batch says that the source has got. */
function closed(market: SimulatedMarket, batch: BarBatch): Bar[] {
  const bars = market.barsOf(batch.interval, batch.from, batch.to).toArray()
  return bars.filter(({ time }) => time + intervalMs(batch.interval) <= batch.watermark)
}

describe('the Yahoo source on the simulator', () => {
  it.each([
    ['in a session', '2024-07-01T15:00:30Z'],
    ['just after the open', '2024-06-30T22:11:05Z'],
    ['in the daily halt', '2024-07-01T21:30:00Z'],
    ['on a Saturday', '2024-07-06T12:00:00Z'],
  ])('gives exactly its closed bars of the last seven days: %s', async (_, start) => {
    await inWorld(start, async ({ market, clock, source }) => {
      const batch = await source.fetch({ instrument: NQ, from: clock.now() - 7 * DAY, to: clock.now() })
      expect(batch.bars.toArray()).toEqual(closed(market, batch))
      expect(batch.bars.length).toBeGreaterThan(5_000)
      expect(batch.delayMs).toBe(NQ.delayMs)
      expect(batch.answeredAt).toBe(Math.floor(clock.now() / SECOND) * SECOND)
      expect(batch.watermark).toBeGreaterThanOrEqual(batch.answeredAt - NQ.delayMs - MINUTE)
    })
  })

  it.each(['2m', '5m', '15m', '30m', '1h'] as const)('gives exactly its closed %s bars', async (interval) => {
    await inWorld('2024-07-01T15:07:30Z', async ({ market, clock, source }) => {
      const batch = await source.fetch({ instrument: NQ, interval, from: clock.now() - 9 * DAY, to: clock.now() })
      expect(batch.bars.toArray()).toEqual(closed(market, batch))
      expect(batch.forming?.time).toBe(Math.floor(batch.watermark / intervalMs(interval)) * intervalMs(interval))
    })
  })

  it('joins what it asks for in parts', async () => {
    await inWorld('2024-07-01T15:00:30Z', async ({ market, clock, source }) => {
      const batch = await source.fetch({ instrument: NQ, from: clock.now() - 90 * DAY, to: clock.now() })
      expect(batch.requests).toBe(5)
      expect(batch.from).toBe(parseInstant('2024-06-01T15:06:00Z'))
      expect(batch.bars.toArray()).toEqual(closed(market, batch))
    })
  })

  it('never shows a bar before it has closed, nor changes one that it has shown, poll after poll over a halt', async () => {
    await inWorld('2024-07-01T20:40:07Z', async ({ market, clock, source }) => {
      const shown = new Map<number, Bar>()
      for (let poll = 0; poll < 160; poll++) {
        const now = clock.now()
        const batch = await source.fetch({ instrument: NQ, from: now - 30 * MINUTE, to: now })
        for (const bar of batch.bars) {
          expect(bar.time + MINUTE).toBeLessThanOrEqual(now - NQ.delayMs)
          expect(shown.get(bar.time) ?? bar).toEqual(bar)
          shown.set(bar.time, bar)
        }
        clock.advance(MINUTE + 250)
      }
      const bars = market.bars(parseInstant('2024-07-01T20:11:00Z'), clock.now() - NQ.delayMs - 3 * MINUTE)
      const missing = bars.toArray().filter(({ time }) => !shown.has(time))
      expect(missing.map(({ time }) => formatInstant(time))).toEqual([])
    })
  })

  it('closes nothing early while the simulator falls behind its declared delay', async () => {
    const market = createMarket({ seed: 3 })
    const clock = createManualClock(parseInstant('2024-07-01T15:00:30Z'))
    // The address of the source stays, the server behind it changes.
    let url = ''
    const fetch: typeof globalThis.fetch = (input, init) => {
      const asked = input instanceof Request ? input.url : String(input)
      return globalThis.fetch(asked.replace('http://here', url), init)
    }
    const source = createYahooSource({ clock, timer: realTimer, baseUrl: 'http://here', fetch })
    for (let delayMs = NQ.delayMs; delayMs <= 2 * NQ.delayMs; delayMs += 20 * SECOND) {
      await using server = await startYahooServer({ markets: [market], clock, delayMs })
      url = server.url
      const batch = await source.fetch({ instrument: NQ, from: clock.now() - 30 * MINUTE, to: clock.now() })
      expect(batch.watermark).toBeLessThanOrEqual(clock.now() - delayMs)
      expect(batch.bars.toArray()).toEqual(closed(market, batch))
      clock.advance(MINUTE)
    }
  })
})
