import type { Bar } from '@openpredict/market'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { barAt, NQ, ORIGIN } from '../testing/samples.ts'
import { barRow, checkedBars } from './bar-rows.ts'
import { checkRow } from './row-check.ts'

const NUMBERS = [0, -0, -1, 1, 0.5, 19_800, 8.64e15, 8.64e15 + 2, -8.64e15, 2 ** 53, 1e308, -1e308]
const NO_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, undefined, '19800', true, {}]
const odd = fc.constantFrom<unknown[]>(...NUMBERS, ...NO_NUMBERS)
const field = fc.constantFrom('time', 'open', 'high', 'low', 'close', 'volume', 'revision')

it('checks every bar as closely as its row is checked, wherever it stands among others', () => {
  fc.assert(
    fc.property(fc.dictionary(field, odd, { maxKeys: 3 }), fc.nat({ max: 2 }), (change, place) => {
      const bar = { ...barAt(1), ...change } as Bar
      const refused = failureOf(() => checkRow('ohlc_data', barRow(NQ, bar, ORIGIN)))
      const others = [barAt(10), barAt(11)]
      expect(failureOf(() => checkedBars(NQ, others.toSpliced(place, 0, bar), ORIGIN))).toEqual(refused)
    }),
    { numRuns: 2_000 },
  )
})

it('checks where bars come from', () => {
  expect(() => checkedBars('NQ\0', [barAt(1)], ORIGIN)).toThrow(/instrument/)
  expect(() => checkedBars(NQ, [barAt(1)], { ...ORIGIN, ingestedAt: 0.5 })).toThrow(/ingested_at/)
})

function failureOf(work: () => unknown): unknown {
  try {
    work()
    return undefined
  } catch (error) {
    return (error as { failure?: unknown }).failure ?? error
  }
}
