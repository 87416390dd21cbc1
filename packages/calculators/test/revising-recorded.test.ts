import type { Bar } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { HAS_DATA, readBars } from './real-bars.ts'
import { merged, RevisedEngine } from './revised-engine.ts'
import { allowTime } from './runs.ts'

allowTime()

const MINUTES = 'nq_1m_2023-11-19_2023-12-04.csv.gz'

/** An engine remembers its state every so many bars: corrections there are the ones to get wrong. */
const PORTION = 8192

/** The bars that are wrong at first: every 997th, and those around every portion's beginning. */
const isWrong = (index: number): boolean => index % 997 === 500 || (index + 2) % PORTION < 5

/** Neighbours of a bar, a few hours off, have prices that could be its own. */
const LATER = 200

describe.skipIf(!HAS_DATA)('recorded minutes (skipped without the data folder), wrong and missing at first', () => {
  const truth = HAS_DATA ? readBars(MINUTES) : []
  const wrong = truth.filter((_, index) => isWrong(index))
  const misprinted = truth.flatMap((bar, index): Bar[] => {
    if (!isWrong(index)) return [bar]
    const other = truth[(index + LATER) % truth.length] ?? bar
    // Every other one does not come at all.
    return wrong.indexOf(bar) % 2 === 0 ? [] : [{ ...other, time: bar.time }]
  })

  it('have the rows of what was right all along, corrected one after the other in any order', () => {
    const engine = new RevisedEngine({})
    for (let from = 0; from < misprinted.length; from += 1500) {
      engine.feed(misprinted.slice(from, from + 1500))
      engine.take('changes')
    }
    // 7 has no part in common with how many there are: each comes once, in leaps.
    const leaping = wrong.map((_, index) => wrong[(7 * index) % wrong.length] as Bar)
    expect(merged(leaping)).toEqual(wrong)
    for (const [index, bar] of leaping.entries()) {
      expect(engine.revise([bar])).toBe(true)
      if (index % 9 === 4) engine.restart()
    }
    engine.take('changes')
    expect(engine.known).toEqual(truth)
    expect(engine.wrong({})).toEqual([])
  })

  it('have the rows of what was right all along, corrected all at once between bars', () => {
    const engine = new RevisedEngine({})
    for (let from = 0, size = 1; from < misprinted.length; from += size, size = (size * 7) % 1009) {
      engine.feed(misprinted.slice(from, from + size))
      engine.take(size % 2 === 0 ? 'changes' : 'nothing')
    }
    expect(engine.revise(wrong)).toBe(true)
    engine.take('changes')
    expect(engine.known).toEqual(truth)
    expect(engine.wrong({})).toEqual([])
  })
})
