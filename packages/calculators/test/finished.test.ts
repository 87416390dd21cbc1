import type { Bar } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { FeatureTable } from '../src/index.ts'
import { cases, type NaiveOptions, opened } from './cases.ts'
import { differences, keyOf, Ledger, lines, type Subject, SUBJECTS } from './laws.ts'
import { allowTime, runs } from './runs.ts'

allowTime()

type Row = Readonly<Record<string, unknown>>

/** Tells the rows of a history that no later bar can change. */
type Finality = (row: Row, isCurrent: boolean) => boolean

/** Levels and pivots are told when they were last current, holds are current as long as they can change. */
const ONCE_NOT_CURRENT: Finality = (_, isCurrent) => !isCurrent

const FINALITY: Readonly<Record<FeatureTable, Finality>> = {
  reference_levels: ONCE_NOT_CURRENT,
  fibonacci_pivots: ONCE_NOT_CURRENT,
  liquidity_events: ONCE_NOT_CURRENT,
  // A gap that is filled can still be inverted.
  fvg: (row) => row['inverted_at'] !== null,
  hourly_blocks: (row) => row['complete'] === true,
  market_structure: () => true,
}

/** The rows that can never change again, by the reference. */
function finalRows({ table, history, current }: Subject, bars: readonly Bar[], naive: NaiveOptions): object[] {
  const now = new Set(current(bars, naive).map((row) => keyOf(table, row)))
  return history(bars, naive).filter((row) => FINALITY[table](row as Row, now.has(keyOf(table, row))))
}

const SMALL = { maxSegments: 20, maxBars: 80 }

/** After how many bars what is finished is taken again. */
const portions = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

describe.each(SUBJECTS)('finished rows of $table', (subject) => {
  const { table, create, history } = subject

  it('are handed over once, as soon as they cannot change; the rest are changes', () => {
    fc.assert(
      fc.property(cases(SMALL), portions, (market, sizes) => {
        const { bars, options, naive } = opened(market)
        const calculator = create(options)
        const finished: object[] = []
        for (let done = 0, turn = 0; done < bars.length; turn++) {
          const end = Math.min(bars.length, done + (sizes[turn % sizes.length] ?? 1))
          calculator.feed(bars, done, end)
          done = end
          finished.push(...calculator.takeFinished())
          const expected = finalRows(subject, bars.slice(0, done), naive)
          expect(differences(finished, expected, `finished after ${done} bars`)).toEqual([])
        }
        expect(calculator.takeFinished()).toEqual([])
        const all = [...finished, ...calculator.takeChanges()]
        expect(differences(all, history(bars, naive), 'finished and changes')).toEqual([])
      }),
      runs(30),
    )
  })

  it('never change, and are left out of later changes', () => {
    fc.assert(
      fc.property(
        cases(SMALL),
        fc.array(fc.constantFrom('both', 'finished', 'changes', 'nothing'), { minLength: 1, maxLength: 7 }),
        (market, turns) => {
          const { bars, options, naive } = opened(market)
          const calculator = create(options)
          const ledger = new Ledger(table)
          const closed = new Set<string>()
          const wrong: string[] = []
          const write = (rows: readonly object[]): void => {
            expect(rows.filter((row) => closed.has(keyOf(table, row)))).toEqual([])
            ledger.write(rows)
          }
          for (const [index, bar] of bars.entries()) {
            calculator.next(bar)
            const known = bars.slice(0, index + 1)
            const turn = turns[index % turns.length] ?? 'both'
            if (turn === 'both' || turn === 'finished') {
              const rows = calculator.takeFinished()
              write(rows)
              for (const row of rows) closed.add(keyOf(table, row))
              const written = new Set(lines(ledger.rows))
              const heldBack = lines(finalRows(subject, known, naive)).filter((line) => !written.has(line))
              wrong.push(...heldBack.map((line) => `held back after bar ${index}: ${line}`))
            }
            if (turn === 'both' || turn === 'changes') {
              write(calculator.takeChanges())
              wrong.push(...differences(ledger.rows, history(known, naive), `after bar ${index}`))
            }
          }
          expect(wrong).toEqual([])
          write(calculator.takeChanges())
          expect(differences(ledger.rows, history(bars, naive), 'history')).toEqual([])
        },
      ),
      runs(20),
    )
  })
})
