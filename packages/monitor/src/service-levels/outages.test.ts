import { describe, expect, it } from 'vitest'

import { cycleRow, FAILED, minutely, processAt } from '../../test/cycle-rows.ts'
import { findOutages } from './outages.ts'

const MINUTE = 60_000
/** One cycle a minute. */
const expected = (from: number, to: number): number => (to - from) / MINUTE

describe('outages', () => {
  it('are none while cycles come', () => {
    expect(findOutages(minutely(0, 60 * MINUTE), { from: 0, to: 60 * MINUTE, expected })).toEqual([])
  })

  it('begin with a gap of more than two and a half intervals between cycles, not with exactly that', () => {
    const first = cycleRow({ at: 0, duration_ms: 400 })
    const gap = 2.5 * MINUTE
    const at = (after: number) =>
      findOutages([first, cycleRow({ at: 400 + after })], { from: 0, to: 400 + after + MINUTE, expected })
    expect(at(gap)).toEqual([])
    expect(at(gap + 1)).toEqual([
      { kind: 'silent', start: 400, end: 401 + gap, ongoing: false, cause: 'unknown', cycles: 0 },
    ])
  })

  it('are not made by a cycle that runs for long', () => {
    const rows = [cycleRow({ at: 0, duration_ms: 5 * MINUTE }), cycleRow({ at: 5 * MINUTE + 2_000 })]
    expect(findOutages(rows, { from: 0, to: 6 * MINUTE, expected })).toEqual([])
  })

  it('go on to the end of the window where no cycle came since', () => {
    const rows = minutely(0, 10 * MINUTE)
    expect(findOutages(rows, { from: 0, to: 20 * MINUTE, expected })).toMatchObject([
      { kind: 'silent', start: 9 * MINUTE + 400, end: 20 * MINUTE, ongoing: true, cause: 'no-cycle-since' },
    ])
  })

  it('begin with the window where the last cycle lies before it, and with the first cycle where there is none', () => {
    const rows = minutely(5 * MINUTE, 10 * MINUTE)
    const window = { from: 0, to: 10 * MINUTE, expected }
    expect(findOutages(rows, window)).toEqual([])
    expect(findOutages(rows, { ...window, before: cycleRow({ at: -MINUTE }) })).toMatchObject([
      { kind: 'silent', start: 0, end: 5 * MINUTE },
    ])
  })

  it('tell a process that had ended from one that stood still', () => {
    const before = (at: number) => ({ measures: processAt(at, -MINUTE, 10) })
    const gap = (id: number, since: number) => {
      const rows = [
        ...minutely(0, 2 * MINUTE, before),
        ...minutely(6 * MINUTE, 8 * MINUTE, (at) => ({ measures: processAt(at, since, id) })),
      ]
      return findOutages(rows, { from: 0, to: 8 * MINUTE, expected }).map(({ cause }) => cause)
    }
    expect(gap(11, 5 * MINUTE)).toEqual(['process-ended'])
    expect(gap(10, -MINUTE)).toEqual(['process-stalled'])
    // In a container every process has the same id.
    expect(gap(10, 5 * MINUTE)).toEqual(['process-ended'])
  })

  it('are two failed cycles in a row, from the first to the next that did not fail, and not one alone', () => {
    const failing = (...minutes: readonly number[]) =>
      findOutages(
        minutely(0, 10 * MINUTE, (at) => (minutes.includes(at / MINUTE) ? FAILED : {})),
        { from: 0, to: 10 * MINUTE, expected },
      )
    expect(failing(4)).toEqual([])
    expect(failing(4, 6)).toEqual([])
    expect(failing(4, 5)).toEqual([
      { kind: 'failing', start: 4 * MINUTE, end: 6 * MINUTE, ongoing: false, cause: 'network', cycles: 2 },
    ])
    expect(failing(8, 9)).toMatchObject([{ start: 8 * MINUTE, end: 10 * MINUTE, ongoing: true }])
  })

  it('name the category that most of the cycles failed of', () => {
    const rows = minutely(0, 4 * MINUTE, (at) => ({ ...FAILED, error_category: at < MINUTE ? 'network' : 'database' }))
    expect(findOutages(rows, { from: 0, to: 4 * MINUTE, expected })).toMatchObject([{ cause: 'database', cycles: 4 }])
  })

  it('count a source that is left in peace as failing, not as a process that is down', () => {
    const own = (at: number) => ({ measures: processAt(at, -MINUTE, 10), ...(at === 2 * MINUTE ? FAILED : {}) })
    const rows = [...minutely(0, 3 * MINUTE, own), ...minutely(12 * MINUTE, 14 * MINUTE, own)]
    expect(findOutages(rows, { from: 0, to: 14 * MINUTE, expected })).toMatchObject([
      { kind: 'failing', start: 2 * MINUTE, end: 12 * MINUTE, cause: 'network', cycles: 1 },
    ])
  })

  it('end a run of failures where the process was gone', () => {
    const own = (at: number) => ({ measures: processAt(at, at < 9 * MINUTE ? -MINUTE : 9 * MINUTE, 10), ...FAILED })
    const rows = [...minutely(0, 3 * MINUTE, own), ...minutely(10 * MINUTE, 12 * MINUTE, own)]
    const outages = findOutages(rows, { from: 0, to: 12 * MINUTE, expected })
    expect(outages.map(({ kind, cycles }) => [kind, cycles])).toEqual([
      ['failing', 3],
      ['silent', 0],
      ['failing', 2],
    ])
  })
})
