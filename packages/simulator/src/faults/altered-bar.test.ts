import { barProblem, instrumentOf } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { alteredBar } from './altered-bar.ts'

const nq = instrumentOf('NQ=F')
const bits = fc.integer({ min: 0, max: 2 ** 32 - 1 })
/** A possible bar of NQ, down to the lowest price that there is. */
const anyBar = fc
  .tuple(fc.integer({ min: 1, max: 100_000 }), fc.array(fc.nat(400), { minLength: 4, maxLength: 4 }), fc.nat(5000))
  .map(([base, offsets, volume]) => {
    const [low = 0, a = 0, b = 0, high = 0] = offsets.toSorted((x, y) => x - y).map((offset) => (base + offset) / 4)
    return { time: 60_000, open: a, high, low, close: b, volume }
  })

describe('alteredBar', () => {
  it('is not there while the bar is late', () => {
    const bar = { time: 0, open: 1, high: 1, low: 1, close: 1, volume: 1 }
    expect(alteredBar('late-bars', bar, { instrument: nq, bits: 0, percent: 0 })).toBeUndefined()
  })

  it.each(['revised-bars', 'bad-ticks'] as const)('of %s is another one, possible and on the tick', (kind) => {
    fc.assert(
      fc.property(anyBar, bits, fc.integer({ min: 1, max: 99 }), (bar, chance, percent) => {
        const altered = alteredBar(kind, bar, { instrument: nq, bits: chance, percent })
        expect(altered).not.toEqual(bar)
        expect(altered && barProblem(altered)).toBeUndefined()
        expect(altered?.time).toBe(bar.time)
        for (const price of [altered?.high, altered?.low, altered?.close]) expect(((price ?? 0.1) * 4) % 1).toBe(0)
      }),
    )
  })

  it('of a bad tick has one price far away, above or below', () => {
    const bar = { time: 0, open: 20_000, high: 20_010, low: 19_990, close: 20_005, volume: 9 }
    const at = (chance: number) => alteredBar('bad-ticks', bar, { instrument: nq, bits: chance, percent: 10 })
    expect(at(0)).toEqual({ ...bar, high: 22_011 })
    expect(at(1)).toEqual({ ...bar, low: 17_991 })
  })

  it('of a revision is wider, by a tick at least, with a fifth less volume', () => {
    const bar = { time: 0, open: 100, high: 100, low: 100, close: 100, volume: 10 }
    const at = (symbol: string, chance: number) =>
      alteredBar('revised-bars', bar, { instrument: instrumentOf(symbol), bits: chance, percent: 0 })
    expect(at('NQ=F', 0)).toEqual({ ...bar, high: 100.25, close: 100.25, volume: 8 })
    expect(at('NQ=F', 0b11111)).toEqual({ ...bar, high: 101, low: 99.25, volume: 8 })
    expect(at('BTC-USD', 0)).toMatchObject({ high: 100.01 })
  })
})
