import { FetchError, parseBars, type ParseBarsOptions } from '@openpredict/fetcher'
import { type Bar, formatInstant, instrumentOf, newYorkOffset, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { mutateText, randomOf } from './mutations.ts'

const FULL = process.env['OPENPREDICT_FULL'] === '1'
const RUNS = FULL ? 20_000 : 150
const MINUTE = 60_000
const NOW = parseInstant('2024-06-05T14:30:30Z')
const BARS = createMarket({ seed: 9, instrument: instrumentOf('NQ=F') })
  .bars(NOW, NOW + 90 * MINUTE)
  .toArray()

/** A file as a program writes it. */
interface Spelling {
  readonly header?: string
  readonly stamp: (bar: Bar) => string
  readonly row?: (bar: Bar) => readonly (string | number)[]
  readonly by?: string
  readonly ending?: string
  readonly options?: ParseBarsOptions
}

const values = ({ open, high, low, close, volume }: Bar): readonly (string | number)[] => [
  ...[open, high, low, close].map((price) => price.toFixed(2)),
  volume,
]

const SPELLINGS: Readonly<Record<string, Spelling>> = {
  'as calculate writes instants': { stamp: ({ time }) => formatInstant(time) },
  'as export writes them': { stamp: ({ time }) => formatInstant(time).replace('.000Z', 'Z') },
  'as databases write them': { stamp: ({ time }) => formatInstant(time).slice(0, 19).replace('T', ' ') },
  'in epoch seconds': { stamp: ({ time }) => String(time / 1000) },
  'in epoch milliseconds': { stamp: ({ time }) => String(time) },
  'with the line ends of Windows': { stamp: ({ time }) => formatInstant(time).replace('.000Z', 'Z'), ending: '\r\n' },
  'with semicolons and notes': {
    header: 'note;time;open;high;low;close;volume;change',
    stamp: ({ time }) => `é;${time / 1000}`,
    row: (bar) => [...values(bar), '1 %'],
    by: ';',
  },
  "at the close, on New York's clock": {
    stamp: ({ time }) => new Date(time + MINUTE + newYorkOffset(time)).toISOString().slice(0, 19),
    options: { timeZone: 'America/New_York', stamp: 'close' },
  },
}

function write({ header, stamp, row = values, by = ',', ending = '\n' }: Spelling): string {
  const titles = header ?? 'timestamp,open,high,low,close,volume'
  return [titles, ...BARS.map((bar) => [stamp(bar), ...row(bar)].join(by)), ''].join(ending)
}

/** The bars of a text, or what is wrong with it. */
function outcome(text: string, options: ParseBarsOptions): readonly Bar[] | string {
  try {
    return parseBars(text, { interval: '1m', ...options }).toArray()
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return error.message
  }
}

/** The same by the parser alone: a byte order mark sends the whole text there, and is no part of it. */
function parsed(text: string, options: ParseBarsOptions): readonly Bar[] | string {
  return outcome(text.startsWith('\uFEFF') ? text : `\uFEFF${text}`, options)
}

describe.each(Object.entries(SPELLINGS))('a plain file %s', (_, spelling) => {
  const text = write(spelling)
  const options = spelling.options ?? {}

  it('has its bars, which are those that a parser reads', () => {
    expect(outcome(text, options)).toEqual(BARS)
    expect(parsed(text, options)).toEqual(BARS)
  })

  it(`mutated ${RUNS} times, is what a parser reads, or wrong for the same reason at the same line`, () => {
    const seen = { bars: 0, failures: 0 }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
        const mutated = mutateText(text, randomOf(seed))
        const found = outcome(mutated, options)
        expect(found).toEqual(parsed(mutated, options))
        seen[typeof found === 'string' ? 'failures' : 'bars']++
      }),
      { numRuns: RUNS },
    )
    // A mutation that leaves a file of bars is rare where each line has two bytes at its end.
    expect(seen.bars).toBeGreaterThanOrEqual(FULL ? 1 : 0)
    expect(seen.failures).toBeGreaterThan(RUNS / 100)
  })
})
