import { type Bar, BarSeries } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { barAt, barsFrom, newYork } from '../../testing/hand-made-bars.ts'
import { CalculatorError, type CalculatorFailure } from '../errors.ts'
import { asColumns, BarReader } from './bar-reader.ts'
import { checkOptions } from './checked-options.ts'

const MINUTE = 60_000
const START = newYork('2024-07-01 09:30')

/** Keeps what it is given. */
class Recorder extends BarReader {
  readonly taken: Bar[] = []
  protected override take(bars: BarSeries, from: number, to: number): void {
    this.taken.push(
      ...bars
        .slice(from, to)
        .toArray()
        .map((bar) => ({ ...bar })),
    )
  }
  warmUp(bars: readonly Bar[], interval: '5m'): void {
    this.feedAs(interval, bars)
  }
}

function readTogether(readers: readonly BarReader[], bars: readonly Bar[]): void {
  asColumns((columns, from, to, offset) => {
    BarReader.check(readers, columns, from, to, offset)
    BarReader.read(readers, columns, from, to)
  }, bars)
}

const recorder = (options: Parameters<typeof checkOptions>[0] = {}): Recorder => new Recorder(checkOptions(options))

function failureOf(act: () => void): CalculatorFailure {
  try {
    act()
  } catch (error) {
    if (error instanceof CalculatorError) return error.failure
    throw error
  }
  throw new Error('nothing was refused')
}

describe('a reader of bars', () => {
  it('takes the same bars one by one, as objects, as columns and in parts', () => {
    const bars = barsFrom(START, [1, [2, 4, 1, 3], 3, 4, 5])
    const single = recorder()
    for (const bar of bars) single.next(bar)
    const columns = recorder()
    columns.feed(BarSeries.from(bars))
    const parts = recorder()
    parts.feed(bars, 0, 2)
    parts.feed(BarSeries.from(bars), 2, 2)
    parts.feed(BarSeries.from(bars), 2, 4)
    parts.feed(bars, 4)
    expect([single.taken, columns.taken, parts.taken]).toEqual([bars, bars, bars])
  })

  it('knows the instant that it has reached', () => {
    const reader = recorder()
    expect([reader.asOf, reader.lastTime]).toEqual([undefined, undefined])
    reader.next(barAt(START, 1))
    expect([reader.asOf, reader.lastTime]).toEqual([START + MINUTE, START])
    reader.advanceTo(START + 90_000)
    expect([reader.asOf, reader.lastTime]).toEqual([START + 90_000, START])
    reader.next(barAt(START + MINUTE, 1))
    expect(reader.asOf).toBe(START + 2 * MINUTE)
  })

  it.each<[string, Partial<Bar>, string]>([
    ['high below low', { high: 1, low: 2 }, 'high 1 is below low 2'],
    ['high below open', { high: 9.5, open: 10, close: 9.25 }, 'high 9.5 is below open 10'],
    ['high below close', { high: 9.5, open: 9.5, close: 10 }, 'high 9.5 is below close 10'],
    ['low above open', { open: 8 }, 'low 9 is above open 8'],
    ['low above close', { close: 8 }, 'low 9 is above close 8'],
    ['an open that is no number', { open: Number.NaN }, 'open NaN is not a finite number'],
    ['an infinite high', { high: Number.POSITIVE_INFINITY }, 'high Infinity is not a finite number'],
    ['a low that is no number', { low: Number.NaN }, 'low NaN is not a finite number'],
    ['a close that is no number', { close: Number.NaN }, 'close NaN is not a finite number'],
    ['a price of zero', { low: 0 }, 'low 0 is not positive'],
    ['a negative volume', { volume: -1 }, 'volume -1 is not a number of 0 or more'],
    ['an infinite volume', { volume: Number.POSITIVE_INFINITY }, 'volume Infinity is not a number of 0 or more'],
    ['a time that is no number', { time: Number.NaN }, 'time NaN is not a whole number of milliseconds'],
    [
      'seconds for milliseconds',
      { time: 1_719_840_600 },
      'time 1719840600 is outside 1988–2198; expected epoch milliseconds',
    ],
    [
      'a time too far ahead',
      { time: Date.UTC(2199, 0, 1) },
      'time 7226582400000 is outside 1988–2198; expected epoch milliseconds',
    ],
    [
      'a time off the grid',
      { time: START + 3 * MINUTE + 1 },
      'time is not a whole multiple of the 60 s that bars last; is the interval right?',
    ],
  ])('refuses %s by index, and takes nothing of what was given', (_, flaw, problem) => {
    const good = { open: 10, high: 11, low: 9, close: 10, volume: 1 }
    const bars = [0, 1, 2, 3].map((i) => ({ ...good, time: START + i * MINUTE, ...(i === 3 ? flaw : {}) }))
    const bad = bars[3] as Bar
    for (const given of [bars, BarSeries.from(bars)]) {
      const reader = recorder()
      expect(failureOf(() => reader.feed(given, 1))).toEqual({ kind: 'bar', index: 3, time: bad.time, problem })
      expect([reader.taken, reader.asOf, reader.lastTime]).toEqual([[], undefined, undefined])
      reader.feed(bars, 0, 3)
      expect(failureOf(() => reader.next(bad))).toEqual({ kind: 'bar', index: 3, time: bad.time, problem })
      reader.next({ ...good, time: START + 3 * MINUTE })
      expect(reader.taken).toHaveLength(4)
    }
  })

  it.each<[string, number, string]>([
    ['a duplicate', START + MINUTE, 'duplicate'],
    ['an older bar', START, 'out-of-order'],
    ['a bar before the last one', START - MINUTE, 'out-of-order'],
  ])('refuses %s, in a row of bars or after them', (_, time, reason) => {
    const bars = [...barsFrom(START, [1, 2]), barAt(time, 3)]
    const reader = recorder()
    expect(failureOf(() => reader.feed(bars))).toEqual({ kind: 'order', index: 2, time, reason })
    reader.feed(bars, 0, 2)
    expect(failureOf(() => reader.next(barAt(time, 3)))).toEqual({ kind: 'order', index: 2, time, reason })
    expect(failureOf(() => reader.feed(bars, 2))).toEqual({ kind: 'order', index: 2, time, reason })
    expect(reader.taken).toEqual(bars.slice(0, 2))
  })

  it('takes bars from the first minute of 1988 to the last of 2198, and each once', () => {
    const [first, last] = [Date.UTC(1988, 0, 1), Date.UTC(2199, 0, 1) - MINUTE]
    const reader = recorder()
    reader.next(barAt(first, 1))
    expect(failureOf(() => reader.next(barAt(first, 1)))).toMatchObject({ kind: 'order', reason: 'duplicate' })
    reader.next(barAt(last, 1))
    expect(failureOf(() => reader.next(barAt(last, 1)))).toMatchObject({ kind: 'order', reason: 'duplicate' })
    for (const time of [first - MINUTE, last + MINUTE]) {
      expect(failureOf(() => recorder().next(barAt(time, 1)))).toMatchObject({ kind: 'bar' })
    }
  })

  it('names the bar and what was found', () => {
    const reader = recorder()
    reader.next(barAt(START, 1))
    expect(() => reader.next(barAt(START, 1))).toThrow(
      'bar 1 (2024-07-01T13:30:00.000Z): there is already a bar at this time',
    )
    expect(() => reader.next(barAt(START - MINUTE, 1))).toThrow('opens before the last bar, 2024-07-01T13:30:00.000Z')
    expect(() => reader.next(barAt(Number.POSITIVE_INFINITY, 1))).toThrow('bar 1 (Infinity): time Infinity')
    // The last instant that a calendar has, and one after it.
    expect(() => reader.next(barAt(8.64e15, 1))).toThrow('bar 1 (+275760-09-13T00:00:00.000Z): time 8640000000000000')
    expect(() => reader.next(barAt(8.64e15 + 1, 1))).toThrow('bar 1 (8640000000000001): time 8640000000000001')
    expect(() => reader.next(barAt(-8.64e15 - 1, 1))).toThrow('bar 1 (-8640000000000001): time -8640000000000001')
  })

  it('refuses a bar that had closed where the clock stands, not one that was open then', () => {
    const reader = recorder()
    reader.advanceTo(START + 90_000)
    expect(failureOf(() => reader.next(barAt(START, 1)))).toEqual({
      kind: 'order',
      index: 0,
      time: START,
      reason: 'late',
    })
    reader.next(barAt(START + MINUTE, 1))
    reader.advanceTo(START + 3 * MINUTE)
    expect(failureOf(() => reader.next(barAt(START + 2 * MINUTE, 1)))).toMatchObject({ reason: 'late' })
    reader.next(barAt(START + 3 * MINUTE, 1))
  })

  it('refuses to turn the clock back, or to something that is no instant', () => {
    const reader = recorder()
    reader.next(barAt(START, 1))
    reader.advanceTo(START + MINUTE)
    for (const asOf of [START, Number.NaN, Number.POSITIVE_INFINITY, START + 60_000.5]) {
      expect(failureOf(() => reader.advanceTo(asOf))).toEqual({ kind: 'as-of', found: asOf, asOf: START + MINUTE })
    }
    expect(failureOf(() => recorder().advanceTo(Number.NaN))).toMatchObject({ asOf: undefined })
    expect(reader.asOf).toBe(START + MINUTE)
    expect(() => reader.advanceTo(START)).toThrow(
      'asOf 2024-07-01T13:30:00.000Z is before 2024-07-01T13:31:00.000Z, where the clock already stands',
    )
    expect(() => reader.advanceTo(0.5)).toThrow('asOf 0.5: expected an instant in whole epoch milliseconds')
  })

  it.each([
    [-1, 2],
    [0.5, 2],
    [0, 4],
    [2, 1],
    [0, Number.NaN],
  ])('refuses the indexes %d to %d of three bars', (from, to) => {
    expect(failureOf(() => recorder().feed(barsFrom(START, [1, 2, 3]), from, to))).toEqual({
      kind: 'option',
      option: 'from, to',
      found: `${from}, ${to}`,
    })
  })

  it('takes bars of another length from before, and refuses what overlaps them', () => {
    const reader = recorder()
    reader.warmUp(barsFrom(START, [1, 2], 5 * MINUTE), '5m')
    expect(reader.asOf).toBe(START + 10 * MINUTE)
    expect(failureOf(() => reader.next(barAt(START + 8 * MINUTE, 1)))).toMatchObject({ reason: 'overlap' })
    expect(() => reader.next(barAt(START + 8 * MINUTE, 1))).toThrow(
      'bar 2 (2024-07-01T13:38:00.000Z): opens before the last bar, 2024-07-01T13:35:00.000Z, has closed; is the interval right?',
    )
    expect(failureOf(() => reader.warmUp([barAt(START + 11 * MINUTE, 1)], '5m'))).toMatchObject({ kind: 'bar' })
    expect(failureOf(() => reader.warmUp([], '7m' as '5m'))).toMatchObject({ option: 'interval', found: '7m' })
    expect(() => reader.warmUp([], '7m' as '5m')).toThrow(
      'option interval: found "7m", expected an interval such as 5m',
    )
    reader.feed(barsFrom(START + 10 * MINUTE, [1, 2]))
    expect(reader.asOf).toBe(START + 12 * MINUTE)
    expect(failureOf(() => reader.warmUp([barAt(START + 10 * MINUTE, 1)], '5m'))).toMatchObject({
      reason: 'out-of-order',
    })
  })

  it('gives bars to several readers or to none, wherever each of them stands', () => {
    const [a, b, c] = [recorder(), recorder(), recorder()]
    readTogether([a, b, c], barsFrom(START, [1, 2]))
    b.next(barAt(START + 2 * MINUTE, 3))
    expect(failureOf(() => readTogether([a, b, c], [barAt(START + 2 * MINUTE, 3)]))).toMatchObject({
      kind: 'order',
      reason: 'duplicate',
    })
    expect(failureOf(() => BarReader.advance([a, b, c], START + 2.5 * MINUTE))).toMatchObject({ kind: 'as-of' })
    expect([a.asOf, b.asOf]).toEqual([START + 2 * MINUTE, START + 3 * MINUTE])
    expect([a.taken.length, b.taken.length, c.taken.length]).toEqual([2, 3, 2])
    BarReader.advance([a, b, c], START + 3 * MINUTE)
    readTogether([a, b, c], [barAt(START + 3 * MINUTE, 4)])
    expect([a.taken.length, b.taken.length, c.taken.length]).toEqual([3, 4, 3])
    c.advanceTo(START + 10 * MINUTE)
    expect(failureOf(() => readTogether([b, a, c], [barAt(START + 4 * MINUTE, 4)]))).toMatchObject({ reason: 'late' })
    expect([a.taken.length, b.taken.length, c.taken.length]).toEqual([3, 4, 3])
  })
})

describe('options', () => {
  it.each<[Parameters<typeof checkOptions>[0], string]>([
    [{ interval: '7m' as '5m' }, 'interval'],
    [{ interval: 'toString' as '5m' }, 'interval'],
    [{ historyStart: Number.NaN }, 'historyStart'],
    [{ historyStart: 0.5 }, 'historyStart'],
  ])('refuses %o', (options, option) => {
    expect(failureOf(() => checkOptions(options))).toMatchObject({ kind: 'option', option })
  })

  it('says what was found and what is expected', () => {
    expect(() => checkOptions({ interval: '7m' as '5m' })).toThrow(
      'option interval: found "7m", expected one of 1s, 5s',
    )
    expect(() => checkOptions({ historyStart: Number.NaN })).toThrow(
      'option historyStart: found NaN, expected an instant in epoch milliseconds',
    )
  })

  it.each([-1, 9, 1.5])('refuses an instrument of %d decimals', (decimals) => {
    const instrument = {
      symbol: 'X',
      name: 'X',
      tick: 1,
      decimals,
      delayMs: 0,
      hours: 'always',
      rangeRatio: 1,
    } as const
    expect(failureOf(() => checkOptions({ instrument }))).toMatchObject({ option: 'instrument.decimals' })
    expect(() => checkOptions({ instrument })).toThrow(
      `option instrument.decimals: found ${decimals}, expected a whole number from 0 to 8`,
    )
    for (const fine of [0, 8])
      expect(checkOptions({ instrument: { ...instrument, decimals: fine } }).decimals).toBe(fine)
  })
})
