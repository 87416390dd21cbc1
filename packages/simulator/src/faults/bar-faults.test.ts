import { instrumentOf, parseInstant } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createMarket } from '../market.ts'
import { BarFaults } from './bar-faults.ts'
import type { FaultRule } from './fault.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const market = createMarket()
const open = parseInstant('2024-03-06T14:30:00Z')
const end = open + 120 * MINUTE
const oneBar = { from: open, to: open + MINUTE, rate: 1 }
const shownBar = (faults: BarFaults, visible: number) =>
  faults
    .shown(market, visible)
    .bars(open, open + MINUTE)
    .at(0)
const all: readonly FaultRule[] = [
  { fault: { kind: 'late-bars', minutes: 7 }, rate: 0.1 },
  { fault: { kind: 'revised-bars', minutes: 9 }, rate: 0.1 },
  { fault: { kind: 'bad-ticks', minutes: 3 }, rate: 0.1 },
]

describe('BarFaults', () => {
  it('leave a market alone without rules', () => {
    const none = new BarFaults([{ fault: { kind: 'hang' } }], 1)
    expect(none.shown(market, open)).toBe(market)
    expect(none.alterations(market, open, end)).toEqual([])
    expect(none.showing(market, open, end, open)).toEqual([])
    expect(none.truth(market, open, end)).toEqual(market.bars(open, end))
  })

  it('let a late bar appear minutes after it has closed', () => {
    const faults = new BarFaults([{ fault: { kind: 'late-bars' }, ...oneBar }], 1)
    const bar = market.bar(open)
    expect(shownBar(faults, open + 6 * MINUTE - 1)).toBeUndefined()
    expect(shownBar(faults, open + 6 * MINUTE)).toEqual(bar)
    expect(faults.shown(market, open + MINUTE).bars(open, end).time[0]).toBe(open + MINUTE)
    expect(faults.alterations(market, open, end)).toEqual([
      { kind: 'late-bars', time: open, until: open + 6 * MINUTE, shown: undefined, truth: bar },
    ])
  })

  it('show a revised bar first as it does not stay', () => {
    const faults = new BarFaults([{ fault: { kind: 'revised-bars', minutes: 2 }, ...oneBar }], 1)
    const [altered] = faults.alterations(market, open, end)
    expect(altered?.shown).not.toEqual(altered?.truth)
    expect(shownBar(faults, open + MINUTE)).toEqual(altered?.shown)
    expect(shownBar(faults, open + 3 * MINUTE - 1)).toEqual(altered?.shown)
    expect(shownBar(faults, open + 3 * MINUTE)).toEqual(market.bar(open))
  })

  it('can stay for good, and are the truth then', () => {
    const faults = new BarFaults(
      [
        { fault: { kind: 'bad-ticks', minutes: Infinity, percent: 20 }, ...oneBar },
        { fault: { kind: 'revised-bars' }, ...oneBar },
      ],
      1,
    )
    const bad = shownBar(faults, end)
    expect(bad).not.toEqual(market.bar(open))
    expect(faults.truth(market, open, end).at(0)).toEqual(bad)
    expect(faults.truth(market, open + MINUTE, end)).toEqual(market.bars(open + MINUTE, end))
    expect(faults.alterations(market, open, end).map(({ truth }) => truth)).toEqual([bad, bad])
    const missing = new BarFaults([{ fault: { kind: 'late-bars', minutes: Infinity }, ...oneBar }], 1)
    expect(missing.truth(market, open, end).time[0]).toBe(open + MINUTE)
  })

  it('hit the share of bars that they are told, others for another seed, symbol and rule', () => {
    const times = (seed: number, own = market, before: readonly FaultRule[] = []) =>
      new BarFaults([...before, { fault: { kind: 'late-bars' }, rate: 0.2 }], seed)
        .alterations(own, open - DAY, open)
        .map(({ time }) => time)
    const count = market.bars(open - DAY, open).length
    expect(times(1).length / count).toBeGreaterThan(0.16)
    expect(times(1).length / count).toBeLessThan(0.24)
    expect(times(1)).toEqual(times(1))
    expect(times(2)).not.toEqual(times(1))
    expect(times(1, createMarket({ instrument: instrumentOf('ES=F') }))).not.toEqual(times(1))
    expect(times(1, market, [{ fault: { kind: 'hang' } }])).not.toEqual(times(1))
    const usual = new BarFaults([{ fault: { kind: 'late-bars' } }], 1).alterations(market, open - 7 * DAY, open)
    expect(usual.length / market.bars(open - 7 * DAY, open).length).toBeCloseTo(0.01, 2)
  })

  it('keep to their symbol', () => {
    const faults = (symbol: string) =>
      new BarFaults([{ fault: { kind: 'late-bars' }, ...oneBar, symbol }], 1).alterations(market, open, end).length
    expect([faults('nq=f'), faults('ES=F')]).toEqual([1, 0])
  })

  it('show every bar at any time as it was altered or as it is, and in the end as it is', () => {
    const faults = new BarFaults(all, 5)
    const truth = market.bars(open, end)
    const alterations = faults.alterations(market, open, end)
    expect(new Set(alterations.map(({ kind }) => kind)).size).toBe(3)
    fc.assert(
      fc.property(fc.integer({ min: open, max: end + 20 * MINUTE }), (visible) => {
        const shown = new Map(
          faults
            .shown(market, visible)
            .bars(open, end)
            .toArray()
            .map((bar) => [bar.time, bar]),
        )
        const showing = faults.showing(market, open, end, visible)
        for (const bar of truth) {
          const due = alterations.filter(({ time, until }) => time === bar.time && visible < until)
          expect(shown.get(bar.time)).toEqual(due.length === 0 ? bar : due.at(-1)?.shown)
          expect(showing.filter(({ time }) => time === bar.time)).toEqual(due)
        }
      }),
      { numRuns: 50 },
    )
    expect(faults.shown(market, end + 10 * MINUTE).bars(open, end)).toEqual(truth)
    expect(faults.truth(market, open, end)).toEqual(truth)
  })

  it('reach into whole days while they last, and for good', () => {
    const label = 19_788
    const day = market.dayBar(label)
    const { shown } = new BarFaults(
      [{ fault: { kind: 'bad-ticks' }, from: open, to: open + MINUTE, rate: 1 }],
      1,
    ).alterations(market, open, end)[0] ?? { shown: undefined }
    const passing = new BarFaults([{ fault: { kind: 'bad-ticks' }, ...oneBar }], 1)
    const lasting = new BarFaults([{ fault: { kind: 'bad-ticks', minutes: Infinity }, ...oneBar }], 1)
    const bad = {
      ...day,
      high: Math.max(day?.high ?? 0, shown?.high ?? 0),
      low: Math.min(day?.low ?? 0, shown?.low ?? 0),
    }
    expect(bad).not.toEqual(day)
    expect(passing.shown(market, open + 2 * MINUTE).dayBar(label)).toEqual(bad)
    expect(passing.shown(market, open + 2 * DAY).dayBar(label)).toEqual(day)
    const later = lasting.shown(market, open + 2 * DAY)
    expect([later.dayBar(label), later.dayBar(label)]).toEqual([bad, bad])
    expect(later.dayBar(label + 3)).toBeUndefined()
  })
})
