import { type Bar, formatInstant, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { asLines, countOf, Ledger } from '../../testing/rows-by-table.ts'
import { barAt, barsFrom, newYork, wanderingBars, type Prices } from '../../testing/hand-made-bars.ts'
import { createEngine, type Engine, type EngineOptions } from './engine.ts'
import type { RowsByTable } from './feature-rows.ts'

const MINUTE = 60_000
/** 10:00 in New York: a 4-hour and an hourly candle begin. */
const START = parseInstant('2024-07-01T14:00:00Z')
const minute = (n: number): number => START + n * MINUTE

const levels = ({ reference_levels }: RowsByTable): readonly string[] =>
  reference_levels.map(({ level_type, price }) => `${level_type} ${price}`)
const blocks = ({ hourly_blocks }: RowsByTable): readonly string[] =>
  hourly_blocks.map((row) => `${row.block_number}: ${row.open} ${row.high} ${row.low} ${row.close} ${row.volume}`)
const gaps = ({ fvg }: RowsByTable): readonly string[] =>
  fvg.map(
    (row) => `${row.gap_bottom}–${row.gap_top} ${row.fill_fraction} ${row.inverted_at === null ? '' : 'inverted'}`,
  )

function fed(bars: readonly Bar[], options?: EngineOptions): Engine {
  const engine = createEngine(options)
  engine.feed(bars)
  return engine
}

describe('a revision', () => {
  it('tells what becomes of rows that were handed over: old values go, new ones come', () => {
    const engine = fed(barsFrom(START, [100, 101, 102]))
    engine.takeChanges()
    const { gone, come } = engine.revise(barAt(minute(1), [101, 108, 101, 101], 5))
    expect([levels(gone), levels(come)]).toEqual([[], []])
    expect([blocks(gone), blocks(come)]).toEqual([['1: 100 102 100 102 3'], ['1: 100 108 100 102 7']])
    const open = engine.revise(barAt(START, 99))
    expect([levels(open.gone), levels(open.come)]).toEqual([
      ['4H_OPEN 100', '1H_OPEN 100'],
      ['4H_OPEN 99', '1H_OPEN 99'],
    ])
    expect([blocks(open.gone), blocks(open.come)]).toEqual([['1: 100 108 100 102 7'], ['1: 99 108 99 102 7']])
  })

  it('forgets the bars from before rows were taken from one of the calculators', () => {
    const bars = wanderingBars(5_000, START, 3)
    const engine = createEngine({ revisable: 10_000 })
    engine.feed(bars, 0, 4_500)
    engine.calculators[4].takeChanges()
    engine.feed(bars, 4_500)
    expect(() => engine.revise(bars[4_400] as Bar)).toThrow(
      `bars are kept from ${formatInstant(bars[4_500]?.time ?? 0)} on`,
    )
    engine.takeChanges()
    const last = bars[4_999] as Bar
    expect(countOf(engine.revise(last).gone)).toBe(0)
    // What is peeked at is not taken.
    engine.peek({ ...last, time: last.time + MINUTE })
    expect(countOf(engine.revise(last).gone)).toBe(0)
    engine.calculators[0].restore(engine.calculators[0].snapshot())
    expect(() => engine.revise(last)).toThrow('no bars are kept')
  })

  it('leaves the engine as if the bars had always been so', () => {
    const engine = fed(barsFrom(START, [100, 101, 102]))
    engine.takeChanges()
    engine.revise(barAt(minute(1), [101, 108, 101, 101]))
    expect([engine.asOf, engine.takeChanges()]).toEqual([minute(3), fed([]).takeChanges()])
    expect(blocks(engine.current())).toEqual(['1: 100 108 100 102 3'])
    engine.next(barAt(minute(3), 103))
    expect(blocks(engine.takeChanges())).toEqual(['1: 100 108 100 103 4'])
  })

  it('takes in bars that were missing, between others and before the first', () => {
    const engine = fed([barAt(minute(1), 101), barAt(minute(3), 103)])
    engine.takeChanges()
    const between = engine.revise(barAt(minute(2), [102, 110, 102, 102]))
    expect(countOf(between.gone) + countOf(between.come)).toBe(0)
    // Now the hour is known from its start.
    const before = engine.revise(barAt(START, 100))
    expect([levels(before.gone), levels(before.come)]).toEqual([[], ['4H_OPEN 100', '1H_OPEN 100']])
    expect([blocks(before.gone), blocks(before.come)]).toEqual([[], ['1: 100 110 100 103 4']])
  })

  it('takes in a bar that comes late, after the clock has passed it', () => {
    const engine = fed(barsFrom(START, [100, 101]))
    engine.advanceTo(minute(8))
    engine.takeChanges()
    expect(() => engine.next(barAt(minute(5), 99))).toThrow('had closed by')
    const { gone, come } = engine.revise(barAt(minute(5), 99))
    expect([blocks(gone), blocks(come)]).toEqual([['1: 100 101 100 101 2'], ['1: 100 101 99 99 3']])
    expect(engine.asOf).toBe(minute(8))
    engine.next(barAt(minute(8), 98))
    expect(blocks(engine.takeChanges())).toEqual(['1: 100 101 98 98 4'])
  })

  it('tells rows as the clock had left them when they were handed over, and leaves the clock where it stands', () => {
    const engine = fed(barsFrom(START, [100, 101]))
    engine.advanceTo(minute(9))
    engine.takeChanges()
    engine.advanceTo(minute(30))
    const { gone, come } = engine.revise(barAt(minute(1), 105))
    expect([blocks(gone), blocks(come)]).toEqual([['1: 100 101 100 101 2'], ['1: 100 105 100 105 2']])
    expect([gone, come].map(({ hourly_blocks }) => hourly_blocks[0]?.confirmed_at)).toEqual([minute(9), minute(9)])
    expect(engine.asOf).toBe(minute(30))
  })

  it('can be of several bars, one or none', () => {
    const engine = fed([barAt(START, 100), barAt(minute(2), 102), barAt(minute(3), 103)])
    engine.takeChanges()
    const { gone, come } = engine.revise([barAt(minute(1), 90), barAt(minute(3), 110)])
    expect([blocks(gone), blocks(come)]).toEqual([['1: 100 103 100 103 3'], ['1: 100 110 90 110 4']])
    for (const any of [engine, createEngine()]) {
      expect(any.revise([])).toEqual({ gone: fed([]).takeChanges(), come: fed([]).takeChanges() })
    }
    const one = engine.revise([barAt(minute(3), 111)])
    expect(blocks(one.come)).toEqual(['1: 100 111 90 111 4'])
  })

  it('that changes no bar changes no row', () => {
    const bars = wanderingBars(300, START, 5)
    const engine = fed(bars)
    engine.takeChanges()
    const { gone, come } = engine.revise(bars.slice(100, 200))
    expect(countOf(gone) + countOf(come)).toBe(0)
    expect(countOf(engine.takeChanges())).toBe(0)
  })

  it('does not name rows that were not handed over: they come with the next changes, corrected', () => {
    const engine = fed(barsFrom(START, [100, 101, 102]))
    const { gone, come } = engine.revise(barAt(START, 99))
    expect(countOf(gone) + countOf(come)).toBe(0)
    expect(blocks(engine.takeChanges())).toEqual(['1: 99 102 99 102 3'])
  })

  it('tells handed-over rows as they were when they were handed over, not as they would be now', () => {
    const engine = fed(barsFrom(START, [100, 101]))
    engine.takeChanges()
    engine.feed(barsFrom(minute(2), [102, 103]))
    const { gone, come } = engine.revise(barAt(START, 99))
    expect([blocks(gone), blocks(come)]).toEqual([['1: 100 101 100 101 2'], ['1: 99 101 99 101 2']])
    expect(blocks(engine.takeChanges())).toEqual(['1: 99 103 99 103 4'])
  })

  it('of bars after the last handing over changes nothing that was handed over', () => {
    const engine = fed(barsFrom(START, [100, 101]))
    engine.takeChanges()
    engine.feed(barsFrom(minute(2), [102, 103]))
    const { gone, come } = engine.revise(barAt(minute(2), 150))
    expect(countOf(gone) + countOf(come)).toBe(0)
    expect(blocks(engine.takeChanges())).toEqual(['1: 100 150 100 103 4'])
  })

  it('tells rows that are gone for good', () => {
    const options = { fairValueGaps: { timeframes: ['1m'] } } as const
    const bars = barsFrom(START, [100, 105, 110])
    const engine = fed(bars, options)
    expect(gaps(engine.takeChanges())).toEqual(['100–110 0 '])
    const { gone, come } = engine.revise(barAt(minute(2), [105, 110, 101, 110]))
    expect([gaps(gone), gaps(come)]).toEqual([['100–110 0 '], []])
    const back = engine.revise(bars[2] as Bar)
    expect([gaps(back.gone), gaps(back.come)]).toEqual([[], ['100–110 0 ']])
  })
})

describe.each([
  ['as the last thing', []],
  ['and bars came since', [107, 107]],
])('a revision after finished rows were taken, %s', (_, since: readonly Prices[]) => {
  const options = { fairValueGaps: { timeframes: ['1m'] } } as const
  /** A gap from 101 to 105, known from minute 3 on. */
  const GAP: readonly Prices[] = [
    [100, 101, 99, 100],
    [101, 106, 100, 105],
    [106, 108, 105, 107],
  ]
  const goOn = (engine: Engine): void => engine.feed(barsFrom(engine.asOf ?? 0, since))

  it('tells those that change, and not those that still live', () => {
    const engine = fed(barsFrom(START, [...GAP, [107, 107, 100, 100]]), options)
    expect(gaps(engine.takeFinished())).toEqual(['101–105 1 inverted'])
    goOn(engine)
    const { gone, come } = engine.revise(barAt(minute(3), [107, 107, 103, 104]))
    expect([gaps(gone), gaps(come)]).toEqual([['101–105 1 inverted'], []])
    expect([blocks(gone), blocks(come)]).toEqual([[], []])
    expect(gaps(engine.takeChanges())).toEqual(['101–105 0.5 '])
  })

  it('tells rows that live as they were handed over before', () => {
    const engine = fed(barsFrom(START, [...GAP, [107, 107, 104.5, 107]]), options)
    expect(gaps(engine.takeChanges())).toEqual(['101–105 0.125 '])
    engine.next(barAt(minute(4), [107, 107, 104, 107]))
    engine.takeFinished()
    goOn(engine)
    // As deep as the next bar: from now on nothing changes with that.
    const { gone, come } = engine.revise(barAt(minute(3), [107, 107, 104, 107]))
    expect([gaps(gone), gaps(come)]).toEqual([['101–105 0.125 '], ['101–105 0.25 ']])
    expect(gaps(engine.takeChanges())).toEqual([])
  })

  it('gives back rows that were handed over before the bars that are taken again, and are not finished any more', () => {
    const engine = createEngine({ fairValueGaps: { timeframes: ['5m'] } })
    engine.warmUp(barsFrom(START, GAP, 5 * MINUTE), '5m')
    expect(gaps(engine.takeChanges())).toEqual(['101–105 0 '])
    engine.feed(barsFrom(minute(15), [107, 107, 107, 107, [107, 107, 100, 100]]))
    expect(gaps(engine.takeFinished())).toEqual(['101–105 1 inverted'])
    goOn(engine)
    const { gone, come } = engine.revise(barAt(minute(19), 107))
    expect([gaps(gone), gaps(come)]).toEqual([['101–105 1 inverted'], ['101–105 0 ']])
    expect(gaps(engine.takeChanges())).toEqual([])
  })

  it('does not give back rows that had never been handed over while they lived', () => {
    const engine = createEngine({ fairValueGaps: { timeframes: ['5m'] } })
    engine.warmUp(barsFrom(START, GAP, 5 * MINUTE), '5m')
    engine.feed(barsFrom(minute(15), [107, 107, 107, 107, [107, 107, 100, 100]]))
    expect(gaps(engine.takeFinished())).toEqual(['101–105 1 inverted'])
    goOn(engine)
    const { gone, come } = engine.revise(barAt(minute(19), 107))
    expect([gaps(gone), gaps(come)]).toEqual([['101–105 1 inverted'], []])
    expect(gaps(engine.takeChanges())).toEqual(['101–105 0 '])
  })
})

describe('rows that wait to be taken', () => {
  /** Block 1 is finished before the bars of a minute begin; block 2 after finished rows were taken. */
  const waiting = (): Engine => {
    const engine = createEngine()
    engine.warmUp(barsFrom(START, [100, 101], 5 * MINUTE), '5m')
    engine.feed(barsFrom(minute(10), [102, 103]))
    expect(blocks(engine.takeChanges())).toEqual(['1: 100 101 100 101 2', '2: 102 103 102 103 2'])
    engine.next(barAt(minute(12), 104))
    engine.takeFinished()
    engine.feed(barsFrom(minute(13), [104, 104, 104, 104, 104, 105]))
    return engine
  }

  it('are not taken for those that had waited before', () => {
    const engine = waiting()
    const { gone, come } = engine.revise(barAt(minute(10), 99))
    expect([blocks(gone), blocks(come)]).toEqual([['2: 102 103 102 103 2'], ['2: 99 103 99 103 2']])
    expect(blocks(engine.takeChanges())).toEqual(['2: 99 104 99 104 8', '3: 105 105 105 105 1'])
  })

  it('are not when bars had been taken again before, either', () => {
    const engine = waiting()
    expect(blocks(engine.revise(barAt(minute(5), 97)).come)).toEqual(['1: 100 100 97 97 2'])
    const { gone, come } = engine.revise(barAt(minute(10), 99))
    expect([blocks(gone), blocks(come)]).toEqual([['2: 102 103 102 103 2'], ['2: 99 103 99 103 2']])
    expect(blocks(engine.takeChanges())).toEqual(['2: 99 104 99 104 8', '3: 105 105 105 105 1'])
  })
})

describe('bars of several lengths', () => {
  const warm = (): Engine => {
    const engine = createEngine()
    engine.warmUp(barsFrom(START, [100, 101], 5 * MINUTE), '5m')
    engine.feed(barsFrom(minute(10), [102, 103]))
    engine.takeChanges()
    return engine
  }

  it('are revised each as what they are', () => {
    const engine = warm()
    const { gone, come } = engine.revise([barAt(START, 99), barAt(minute(11), 110)])
    expect([blocks(gone), blocks(come)]).toEqual([
      ['1: 100 101 100 101 2', '2: 102 103 102 103 2'],
      ['1: 99 101 99 101 2', '2: 102 110 102 110 2'],
    ])
    const only = engine.revise(barAt(minute(5), 97))
    expect([blocks(only.gone), blocks(only.come)]).toEqual([['1: 99 101 99 101 2'], ['1: 99 99 97 97 2']])
  })

  it('are gone through again with their own length', () => {
    const engine = warm()
    engine.revise(barAt(START, 99))
    engine.next(barAt(minute(12), 104))
    const { come } = engine.revise(barAt(minute(12), 105))
    expect(blocks(come)).toEqual([])
    expect(blocks(engine.takeChanges())).toEqual(['2: 102 105 102 105 3'])
    expect(engine.asOf).toBe(minute(13))
  })

  it('may follow each other more than once', () => {
    const engine = warm()
    engine.warmUp([barAt(minute(15), 104)], '5m')
    engine.next(barAt(minute(20), 105))
    const { come } = engine.revise([barAt(minute(5), 98), barAt(minute(12), 90)])
    // Block 2 was handed over at minute 12, before that bar.
    expect(blocks(come)).toEqual(['1: 100 100 98 98 2'])
    expect(blocks(engine.takeChanges())).toEqual(['2: 102 104 90 104 4', '3: 105 105 105 105 1'])
  })
})

describe('an engine that was revised', () => {
  it('is like one that was fed the corrected bars, wherever the corrections lie', () => {
    const options = { fairValueGaps: { minGap: 0.25 }, marketStructure: { breakBy: 'wick' } } as const
    const bars = wanderingBars(2_000, newYork('2024-06-30 18:00'), 21)
    const late = new Set([0, 1, 500, 501, 1_200])
    const engine = createEngine(options)
    const ledger = new Ledger()
    const stream = bars.filter((_, i) => !late.has(i))
    engine.feed(stream, 0, 700)
    ledger.write(engine.takeChanges())
    engine.feed(stream, 700, 1_100)
    ledger.write(engine.takeFinished())
    const shifted = (bar: Bar): Bar => ({ ...bar, high: bar.high + 3, low: bar.low - 3 })
    const changed = [30, 650, 690, 800].map((i) => shifted(bars[i] as Bar))
    const arrived = [500, 501].map((i) => bars[i] as Bar)
    ledger.correct(engine.revise([...arrived, ...changed].toSorted((a, b) => a.time - b.time)))
    engine.feed(stream, 1_100)
    ledger.write(engine.takeFinished())
    ledger.correct(engine.revise(bars[1_200] as Bar))
    ledger.correct(engine.revise([0, 1].map((i) => bars[i] as Bar)))
    ledger.write(engine.takeChanges())
    const known = new Map([...bars, ...changed].map((bar) => [bar.time, bar]))
    const clean = fed([...known.values()], options)
    expect(asLines(engine.current())).toEqual(asLines(clean.current()))
    expect(asLines(ledger.rows)).toEqual(asLines(clean.takeChanges()))
    expect(formatInstant(engine.asOf ?? 0)).toBe(formatInstant(clean.asOf ?? 0))
  })
})
