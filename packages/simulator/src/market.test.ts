import { createHash } from 'node:crypto'

import {
  type Bar,
  barProblem,
  calendarOf,
  INSTRUMENTS,
  instrumentOf,
  newYorkTimeOfDay,
  parseInstant,
  type Period,
  tradingDate,
  tradingDay,
} from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { SimulatorError } from './errors.ts'
import { isRollDay } from './internal/contract-roll.ts'
import { createMarket } from './market.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const market = createMarket()
const nq = calendarOf(market.instrument)

/** March to June 2024: a change of clocks, holidays, a contract roll. */
const FROM = parseInstant('2024-03-03T00:00:00Z')
const TO = parseInstant('2024-06-16T00:00:00Z')
const spring = market.bars(FROM, TO)
/** Its open minutes without a bar. */
const untraded = openMinutesWithout(new Set(spring.time))
/** An ordinary Wednesday. */
const wednesday = tradingDay(parseInstant('2024-03-06T15:00:00Z'))

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN
const rangeOf = (bars: readonly Bar[]): number =>
  Math.max(...bars.map(({ high }) => high)) - Math.min(...bars.map(({ low }) => low))

function openMinutesWithout(times: ReadonlySet<number>): readonly number[] {
  return nq
    .openPeriods(FROM, TO)
    .flatMap(({ start, end }) => Array.from({ length: (end - start) / MINUTE }, (_, i) => start + i * MINUTE))
    .filter((time) => !times.has(time))
}

/** The bars of a day, written down. */
function rowsOf({ start, end }: Period): readonly string[] {
  return [...market.bars(start, end)].map((bar) =>
    [bar.time, bar.open, bar.high, bar.low, bar.close, bar.volume].join(','),
  )
}

const digestOf = (rows: readonly string[]): string => createHash('sha256').update(rows.join('\n')).digest('hex')
const sizeOf = (bars: readonly Bar[]): number => mean(bars.map(({ high, low }) => high - low))
const contractsOf = (bars: readonly Bar[]): number => mean(bars.map(({ volume }) => volume))

/** The bars of spring between two hours of New York's day. */
function between(from: number, to: number): readonly Bar[] {
  return spring.toArray().filter(({ time }) => {
    const hour = newYorkTimeOfDay(time) / HOUR
    return hour >= from && hour < to
  })
}

function byDay(bars: Iterable<Bar>): readonly (readonly Bar[])[] {
  return [...Map.groupBy(bars, ({ time }) => tradingDay(time).start).values()]
}

describe('createMarket', () => {
  it('is NQ with seed 1 unless told otherwise', () => {
    expect([market.instrument, market.seed]).toEqual([instrumentOf('NQ=F'), 1])
  })

  // A new digest means that everybody's simulated market has changed: say so in the change log.
  it('makes the same day of seed 1 as ever', () => {
    const rows = rowsOf(tradingDay(parseInstant('2024-05-15T15:00:00Z')))
    expect(rows[0]).toMatchInlineSnapshot(`"1715724000000,21906.5,21911,21903.5,21910,145"`)
    expect(rows.at(-1)).toMatchInlineSnapshot(`"1715806740000,21977.75,21977.75,21976.5,21976.5,67"`)
    expect(digestOf(rows)).toMatchInlineSnapshot(`"4f0ec0f468487d6e39072a2597ba99fad77b369a21a6dac730d919f476b00c37"`)
  })

  it('makes the same day before a contract roll as ever', () => {
    const rows = rowsOf(wednesday)
    expect(rows[0]).toMatchInlineSnapshot(`"1709679600000,22256,22260,22252,22258.5,84"`)
    expect(rows.at(-1)).toMatchInlineSnapshot(`"1709762340000,22480.5,22481.5,22478.5,22478.5,55"`)
    expect(digestOf(rows)).toMatchInlineSnapshot(`"8285fb895b87354e1cf12e53430695b1cbd63dd6c8f707b23d516f797a442725"`)
  })

  it('gives another seed, and another instrument, another market', () => {
    const other = createMarket({ seed: 2 }).bars(wednesday.start, wednesday.end)
    const sibling = createMarket({ instrument: instrumentOf('MNQ=F') }).bars(wednesday.start, wednesday.end)
    const own = market.bars(wednesday.start, wednesday.end)
    expect(other.close).not.toEqual(own.close)
    expect(sibling.close).not.toEqual(own.close)
  })

  it.each([1.5, Number.NaN, Infinity, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => createMarket({ seed })).toThrow(
      new SimulatorError(`seed ${seed}: expected a whole number`, { kind: 'seed', found: seed }),
    )
  })

  it.each([0, -1, Number.NaN, 1e10])('refuses the price %d', (price) => {
    expect(() => createMarket({ price })).toThrow(SimulatorError)
    expect(() => createMarket({ price })).toThrow('expected a number above 0')
  })
})

describe('the bars', () => {
  it('are possible: high and low enclose open and close, prices lie on the tick, volume is whole', () => {
    const impossible = spring.toArray().filter((bar) => {
      const onTick = [bar.open, bar.high, bar.low, bar.close].every((price) => Number.isInteger(price * 4))
      const whole = Number.isInteger(bar.volume) && bar.volume >= 1
      return barProblem(bar) !== undefined || !onTick || !whole
    })
    expect(impossible).toEqual([])
  })

  it('open on whole minutes in which the market is open, each once and in order', () => {
    expect(spring.time.every((time, i) => time > (spring.time[i - 1] ?? 0))).toBe(true)
    expect(spring.time.every((time) => time % MINUTE === 0 && nq.isOpen(time))).toBe(true)
  })

  it('leave out hardly a minute, and more of them at night', () => {
    expect(spring.length + untraded.length).toBe(nq.openMinutes(FROM, TO))
    expect(untraded.length / spring.length).toBeGreaterThan(0.0003)
    expect(untraded.length / spring.length).toBeLessThan(0.003)
    const byDaylight = untraded.filter((time) => {
      const hour = newYorkTimeOfDay(time) / HOUR
      return hour >= 9.5 && hour < 16
    })
    expect(byDaylight.length).toBeLessThan(untraded.length / 4)
  })

  it('leave nothing to form in a minute without a trade, not even at its first instant', () => {
    for (const time of untraded) {
      expect([time, time + MINUTE - 1].map((instant) => market.forming(instant))).toEqual([undefined, undefined])
    }
  })

  it('have the size of NQ: 5 to 25 points a minute, 200 to 400 a day', () => {
    const minutes = spring.toArray().map((bar) => bar.high - bar.low)
    expect(median(minutes)).toBeGreaterThan(3)
    expect(median(minutes)).toBeLessThan(12)
    const daily = median(byDay(spring).map(rangeOf))
    expect(daily).toBeGreaterThan(200)
    expect(daily).toBeLessThan(400)
  })

  it('are livelier at the open of the stock market than at noon, and quiet at night', () => {
    const [open, noon, night] = [between(9.5, 10), between(12, 13), between(22, 24)]
    expect(sizeOf(open)).toBeGreaterThan(1.5 * sizeOf(noon))
    expect(sizeOf(noon)).toBeGreaterThan(1.3 * sizeOf(night))
    expect(contractsOf(open)).toBeGreaterThan(2 * contractsOf(noon))
    expect(contractsOf(noon)).toBeGreaterThan(5 * contractsOf(night))
  })

  it('trend for a while, then range, more of both than a random walk', () => {
    // Phases change over every 64 minutes.
    const phases = [...Map.groupBy(spring, ({ time }) => Math.floor(time / MINUTE / 64)).values()]
    const efficiency = phases
      .filter((bars) => bars.length === 64)
      .map((bars) => {
        const moves = bars.map(({ open, close }) => close - open)
        return Math.abs(moves.reduce((sum, move) => sum + move, 0)) / mean(moves.map(Math.abs)) / moves.length
      })
    const share = (test: (value: number) => boolean): number => efficiency.filter(test).length / efficiency.length
    // Of 64 steps of a normal random walk, 1 % keep more than 0.4 of the path and 25 % less than 0.05.
    expect(share((value) => value > 0.4)).toBeGreaterThan(0.04)
    expect(share((value) => value < 0.05)).toBeGreaterThan(0.33)
  })

  it('live around the price asked for', () => {
    const year = Array.from({ length: 24 }, (_, month) => parseInstant('2023-01-04T15:00:00Z') + month * 28 * DAY)
    const around = (price: number): number =>
      mean(year.map((time) => createMarket({ price }).bar(time)?.close ?? price)) / price
    for (const price of [5000, 15_000, 30_000]) {
      expect(around(price)).toBeGreaterThan(0.6)
      expect(around(price)).toBeLessThan(1.6)
    }
  })

  it.each(INSTRUMENTS)('have the scale of $symbol', (instrument) => {
    const own = createMarket({ instrument })
    const daily = median(byDay(own.bars(FROM, FROM + 28 * DAY)).map(rangeOf))
    expect(daily / instrument.rangeRatio).toBeGreaterThan(120)
    expect(daily / instrument.rangeRatio).toBeLessThan(600)
    for (const bar of own.bars(wednesday.start, wednesday.start + HOUR)) {
      expect(Number(bar.close.toFixed(instrument.decimals))).toBe(bar.close)
    }
  })

  it('trade around the clock in hundredths for a generic instrument', () => {
    const btc = createMarket({ instrument: instrumentOf('BTC-USD'), price: 60_000 })
    const saturday = parseInstant('2024-07-06T12:00:00Z')
    const bars = btc.bars(saturday, saturday + DAY)
    expect(bars.length).toBeGreaterThan(1430)
    for (const { close } of bars) expect(Number(close.toFixed(2))).toBe(close)
  })
})

describe('gaps', () => {
  const opens = spring
    .toArray()
    .slice(1)
    .map((bar, i) => ({
      time: bar.time,
      pause: bar.time - (spring.time[i] ?? 0),
      gap: bar.open - (spring.close[i] ?? 0),
    }))
  const rolls = opens.filter(({ time, pause }) => pause >= HOUR && isRollDay(tradingDate(time)))

  it('are small after the daily halt and larger after a weekend', () => {
    const after = (from: number, to: number): readonly number[] =>
      opens
        .filter((open) => open.pause >= from && open.pause < to && !rolls.includes(open))
        .map(({ gap }) => Math.abs(gap))
    expect(Math.max(...after(0, HOUR))).toBeLessThan(25)
    expect(mean(after(HOUR, 40 * HOUR))).toBeLessThan(15)
    expect(mean(after(40 * HOUR, Infinity))).toBeGreaterThan(2 * mean(after(HOUR, 40 * HOUR)))
  })

  it('step up where the contract rolls, as the sessions of 7 March and 13 June 2024 open', () => {
    expect(rolls.map(({ time }) => time)).toEqual(['2024-03-06T23:00:00Z', '2024-06-12T22:00:00Z'].map(parseInstant))
    for (const { gap } of rolls) {
      expect(gap).toBeGreaterThan(20)
      expect(gap).toBeLessThan(300)
    }
  })
})

describe('the calendar', () => {
  it.each([
    ['a Saturday', '2024-07-06T12:00:00Z'],
    ['the daily halt', '2024-03-06T22:30:00Z'],
  ])('has no bar on %s', (_, instant) => {
    const time = parseInstant(instant)
    expect(market.bar(time)).toBeUndefined()
    expect(market.forming(time + 30_000)).toBeUndefined()
    expect(market.bars(time, time + 10 * MINUTE).length).toBe(0)
  })

  it.each([
    ['Thanksgiving, at 13:00', '2023-11-23T17:59:00Z'],
    ['the Friday after it, at 13:15', '2023-11-24T18:14:00Z'],
    ['Christmas Eve, at 13:15', '2024-12-24T18:14:00Z'],
    ['a day of the halt at 16:15 that ended in 2021', '2020-10-07T20:14:00Z'],
  ])('has its last bar early on %s in New York', (_, instant) => {
    const last = parseInstant(instant)
    expect(market.bar(last)).toBeDefined()
    expect(market.bars(last + MINUTE, last + 16 * MINUTE).length).toBe(0)
  })

  it('skips Christmas, New Year and Good Friday', () => {
    for (const date of ['2023-12-25', '2024-01-01', '2024-03-29']) {
      const { start, end } = tradingDay(parseInstant(`${date}T12:00:00Z`))
      expect(market.bars(start, end).length).toBe(0)
    }
  })

  it('opens on Sunday at 18:00 and closes on Friday at 17:00 in New York, in summer and winter', () => {
    for (const [open, close] of [
      ['2024-01-07T23:00:00Z', '2024-01-12T21:59:00Z'],
      ['2024-07-07T22:00:00Z', '2024-07-12T20:59:00Z'],
    ] as const) {
      expect(market.bar(parseInstant(open))).toBeDefined()
      expect(market.bar(parseInstant(open) - MINUTE)).toBeUndefined()
      expect(market.bar(parseInstant(close))).toBeDefined()
      expect(market.bar(parseInstant(close) + MINUTE)).toBeUndefined()
    }
  })
})

describe('coarser bars', () => {
  it('are merged from whole minutes and counted from the epoch', () => {
    const from = wednesday.start + 12 * HOUR
    const hours = market.barsOf('1h', from, from + 3 * HOUR)
    expect([...hours.time]).toEqual([from, from + HOUR, from + 2 * HOUR])
    const minutes = market.bars(from, from + HOUR).toArray()
    expect(hours.at(0)).toEqual({
      time: from,
      open: minutes[0]?.open,
      high: Math.max(...minutes.map(({ high }) => high)),
      low: Math.min(...minutes.map(({ low }) => low)),
      close: minutes.at(-1)?.close,
      volume: minutes.reduce((sum, { volume }) => sum + volume, 0),
    })
  })

  it('open in the asked window and are whole even when they end beyond it', () => {
    const from = wednesday.start + 12 * HOUR
    const bars = market.barsOf('5m', from + 1, from + 6 * MINUTE)
    expect(bars.toArray()).toEqual(market.barsOf('5m', from + 5 * MINUTE, from + 10 * MINUTE).toArray())
    expect(bars.length).toBe(1)
  })

  it('do not exist below a minute', () => {
    expect(() => market.barsOf('30s', 0, 1)).toThrow(
      new SimulatorError('interval "30s": the simulated market is made of minutes, expected 1m or longer', {
        kind: 'interval',
        found: '30s',
      }),
    )
    expect(() => market.forming(0, '1s')).toThrow(SimulatorError)
  })
})

describe('lastTradeTime', () => {
  it('is the last second traded before a weekend, for the whole weekend', () => {
    const close = parseInstant('2024-03-08T22:00:00Z')
    const last = market.lastTradeTime(close)
    expect(close - last).toBeLessThan(MINUTE)
    expect(market.lastTradeTime(close + 2 * DAY)).toBe(last)
    expect(market.forming(last)?.close).toBe(market.bar(close - MINUTE)?.close)
  })
})
