import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

import { BarSeries, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { SimulatorError } from './errors.ts'
import { createMarket } from './market.ts'
import { createReplayMarket } from './replay-market.ts'
import { startYahooServer } from './yahoo/yahoo-server.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const nq = instrumentOf('NQ=F')
const from = parseInstant('2024-03-03T23:00:00Z')
/** A week of a made-up market, as if it had been recorded. */
const recorded = createMarket({ seed: 3 }).bars(from, from + 5 * DAY)
const market = createReplayMarket({ bars: recorded })
const bar = (minute: number, change: object = {}) => ({
  time: from + minute * MINUTE,
  open: 100,
  high: 104,
  low: 98,
  close: 102,
  volume: 24,
  ...change,
})
const replay = (...bars: readonly ReturnType<typeof bar>[]) => createReplayMarket({ bars: BarSeries.from(bars) })

describe('createReplayMarket', () => {
  it('has the bars that it was given, and no seed', () => {
    expect([market.instrument, market.seed]).toEqual([nq, undefined])
    expect(market.bars(from, from + 5 * DAY).toArray()).toEqual(recorded.toArray())
    expect(market.bar(recorded.time[7] ?? 0)).toEqual(recorded.at(7))
    expect(market.bar((recorded.time[7] ?? 0) + 1)).toBeUndefined()
    expect(market.bars(from - DAY, from).length).toBe(0)
  })

  it('merges them into coarser bars and whole days', () => {
    const hour = recorded.between(from, from + 60 * MINUTE).toArray()
    const whole = {
      time: from,
      open: hour[0]?.open,
      high: Math.max(...hour.map(({ high }) => high)),
      low: Math.min(...hour.map(({ low }) => low)),
      close: hour.at(-1)?.close,
      volume: hour.reduce((sum, { volume }) => sum + volume, 0),
    }
    expect(market.barsOf('1h', from, from + 60 * MINUTE).toArray()).toEqual([whole])
    // Monday 2024-03-04 is day 19,786; nothing trades on the Saturday.
    expect(market.dayBar(19_786)).toMatchObject({ time: from, open: whole.open })
    expect(market.dayBar(19_791)).toBeUndefined()
  })

  it('forms each bar within its range, from its open to the whole bar', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: recorded.length - 1 }), (index) => {
        const whole = recorded.at(index) as ReturnType<typeof bar>
        expect(market.forming(whole.time + 999)).toBeUndefined()
        let before = { high: whole.open, low: whole.open, volume: 0 }
        for (let second = 1; second < 60; second++) {
          const forming = market.forming(whole.time + second * 1000) as ReturnType<typeof bar>
          expect(forming).toMatchObject({ time: whole.time, open: whole.open })
          expect(forming.close * 4).toBe(Math.round(forming.close * 4))
          expect(forming.high).toBeGreaterThanOrEqual(Math.max(before.high, forming.close))
          expect(forming.low).toBeLessThanOrEqual(Math.min(before.low, forming.close))
          expect(forming.high).toBeLessThanOrEqual(whole.high)
          expect(forming.low).toBeGreaterThanOrEqual(whole.low)
          expect(forming.volume).toBeGreaterThanOrEqual(before.volume)
          before = forming
        }
        expect(market.forming(whole.time + MINUTE - 1)).toEqual(whole)
      }),
      { numRuns: 50 },
    )
  })

  it('goes first to the extreme that lies against the direction of the minute', () => {
    const up = replay(bar(0))
    const down = replay(bar(0, { close: 99 }))
    const seen = (own: ReturnType<typeof replay>, second: number) => own.forming(from + second * 1000)
    expect(seen(up, 1)).toEqual(bar(0, { high: 100, low: 100, close: 100, volume: 2 }))
    expect(seen(up, 21)).toMatchObject({ high: 100, low: 98, close: 98, volume: 10 })
    expect(seen(up, 41)).toMatchObject({ high: 104, low: 98, close: 104, volume: 18 })
    expect(seen(down, 21)).toMatchObject({ high: 104, low: 100, close: 104 })
    expect(seen(down, 41)).toMatchObject({ high: 104, low: 98, close: 98 })
    expect(seen(up, 56)).toEqual(bar(0))
  })

  it('keeps the decimals of an instrument without a known tick', () => {
    const bars = BarSeries.from([bar(0, { open: 1.000_001, high: 1.000_009, low: 1, close: 1.000_004 })])
    const forming = createReplayMarket({ bars, instrument: instrumentOf('EURUSD=X') }).forming(from + 31_000)
    expect(forming?.close).toBe(Number(forming?.close.toFixed(6)))
  })

  it('stays within bars that do not lie on the tick', () => {
    const off = bar(0, { open: 100.1, high: 100.2, low: 100.05, close: 100.15 })
    const own = replay(off)
    for (let second = 1; second < 60; second += 5) {
      const { high = 0, low = 0 } = own.forming(from + second * 1000) ?? {}
      expect(high).toBeLessThanOrEqual(off.high)
      expect(low).toBeGreaterThanOrEqual(off.low)
    }
  })

  it('last traded at the second of a replayed trade, and never before the first', () => {
    const own = replay(bar(0), bar(5))
    expect(own.lastTradeTime(from + 999)).toBe(-Infinity)
    expect(own.lastTradeTime(from + 1000)).toBe(from + 1000)
    expect(own.lastTradeTime(from + 12_000)).toBe(from + 11_000)
    expect(own.lastTradeTime(from + 5 * MINUTE)).toBe(from + 56_000)
    expect(own.lastTradeTime(from + DAY)).toBe(from + 5 * MINUTE + 56_000)
    expect(own.forming(from + MINUTE)).toBeUndefined()
    expect(own.forming(from + 2 * MINUTE)).toBeUndefined()
    expect(own.forming(from + DAY)).toBeUndefined()
  })

  it.each([
    ['no bars', [], 'there are no bars', -1],
    ['seconds', [bar(0), bar(1, { time: from + 61_000 })], 'is not a whole minute', 1],
    ['disorder', [bar(1), bar(0)], 'does not come after', 1],
    ['doubles', [bar(0), bar(0)], 'does not come after', 1],
    ['an impossible bar', [bar(0, { high: 99 })], 'high 99 is below open 100', 0],
  ])('refuses %s', (_, bars, problem, index) => {
    expect(() => replay(...bars)).toThrow(SimulatorError)
    expect(() => replay(...bars)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(problem) as string,
        failure: { kind: 'replay', index, problem: expect.stringContaining(problem) as string },
      }),
    )
  })
})

describe('a replay behind the server', () => {
  interface Body {
    readonly chart: {
      readonly result: readonly { readonly meta: Readonly<Record<string, unknown>>; readonly timestamp: number[] }[]
      readonly error: { readonly description: string } | null
    }
  }

  it('answers as a made-up market does, and refuses before it has begun', async () => {
    const clock = createManualClock(from + 10 * MINUTE)
    await using server = await startYahooServer({ markets: [market], clock })
    const ask = async (query: string): Promise<Body['chart']> =>
      ((await (await fetch(`${server.url}/v8/finance/chart/NQ=F?${query}`)).json()) as Body).chart
    expect((await ask('interval=1m&range=1d')).error?.description).toMatch(/^Data doesn't exist for startDate = /)

    clock.advance(30 * MINUTE + 30_000)
    const { result } = await ask(`interval=1m&period1=${from / 1000}`)
    expect(result[0]?.timestamp.length).toBe(31)
    expect(result[0]?.timestamp.at(-1)).toBe(from / 1000 + 30 * 60 + 26)
    // Nothing was traded before, so there are no closes of before.
    expect(Object.keys(result[0]?.meta ?? {})).not.toEqual(expect.arrayContaining(['previousClose']))
    expect((await ask(`interval=1d&period1=${from / 1000 - 864_000}`)).result[0]?.timestamp.length).toBe(1)
  })
})

const FOLDER = process.env['OPENPREDICT_DATA'] ?? join(import.meta.dirname, '../../../../shared/data')
const absent = !existsSync(join(FOLDER, 'bars')) && process.env['OPENPREDICT_REQUIRE_DATA'] !== '1'
const note = absent ? ` (skipped: no reference data in ${FOLDER})` : ''

describe.skipIf(absent)(`two recorded weeks of NQ${note}`, () => {
  it('are served minute by minute as they were, and so are their days', async () => {
    const file = readFileSync(join(FOLDER, 'bars/nq_1m_2023-11-19_2023-12-04.csv.gz'))
    const [, ...lines] = gunzipSync(file).toString().trim().split('\n')
    const bars = BarSeries.from(
      lines.map((line) => {
        const [time = '', open, high, low, close, volume] = line.split(',')
        return {
          time: parseInstant(time),
          open: Number(open),
          high: Number(high),
          low: Number(low),
          close: Number(close),
          volume: Number(volume),
        }
      }),
    )
    const [first = 0, last = 0] = [bars.time[0], bars.time.at(-1)]
    const clock = createManualClock(last + 12 * MINUTE)
    await using server = await startYahooServer({ markets: [createReplayMarket({ bars })], clock })
    const seen: number[] = []
    const closes: (number | null)[] = []
    for (let start = first; start <= last; start += 7 * DAY) {
      const end = Math.min(start + 7 * DAY, last + MINUTE)
      const query = `interval=1m&period1=${start / 1000}&period2=${end / 1000}`
      const answer = await fetch(`${server.url}/v8/finance/chart/NQ=F?${query}`)
      const { chart } = (await answer.json()) as {
        chart: { result: [{ timestamp: number[]; indicators: { quote: [{ close: number[] }] } }] }
      }
      seen.push(...chart.result[0].timestamp.map((second) => second * 1000))
      closes.push(...chart.result[0].indicators.quote[0].close)
    }
    expect(seen).toEqual([...bars.time])
    expect(closes).toEqual([...bars.close].map(Math.fround))

    const days = await fetch(`${server.url}/v8/finance/chart/NQ=F?interval=1d&period1=${first / 1000}`)
    const { chart } = (await days.json()) as { chart: { result: [{ indicators: { quote: [{ volume: number[] }] } }] } }
    const volume = chart.result[0].indicators.quote[0].volume.reduce((sum, contracts) => sum + contracts, 0)
    expect(volume).toBe(bars.volume.reduce((sum, contracts) => sum + contracts, 0))
  })
})
