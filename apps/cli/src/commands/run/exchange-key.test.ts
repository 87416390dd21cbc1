import { compareExchange, EXCHANGE, type ExchangeRow, FEATURE_TABLES } from '@openpredict/calculators'
import { formatInstant } from '@openpredict/market'
import fc from 'fast-check'
import { expect, it } from 'vitest'

import { exchangeKey } from './exchange-key.ts'

// From before the year 0 to after the year 9999, whose ISO-8601 texts begin with a sign.
const instant = fc
  .oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom(-1e14, 1e15, 253_402_300_800_000))
  .map(formatInstant)
const word = fc.constantFrom('1H', '4H', '15m', 'PP', 'R1', 'R2', 'ASIAN_HIGH', 'ASIAN_HIGHER', 'NY_OPEN', 'SWEEP')
const number = fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constantFrom(100, Number.MAX_SAFE_INTEGER))

const row: fc.Arbitrary<ExchangeRow> = fc.constantFrom(...FEATURE_TABLES).chain((table) => {
  const { key, instants } = EXCHANGE[table]
  const columns = key.map((column) => [
    column,
    instants.has(column) ? instant : column === 'block_number' ? number : word,
  ])
  const values = Object.fromEntries(columns) as Record<string, fc.Arbitrary<string | number>>
  return fc.record({
    ...values,
    table: fc.constant(table),
    confirmed_at: fc.option(instant),
  })
})

it('keeps the order of the exchange format', () => {
  fc.assert(
    fc.property(row, row, (a, b) => {
      const [first, second] = [exchangeKey(a), exchangeKey(b)]
      expect(first < second ? -1 : first > second ? 1 : 0).toBe(compareExchange(a, b))
    }),
    { numRuns: 5_000 },
  )
})
