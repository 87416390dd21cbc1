import { describe, expect, it } from 'vitest'

import { cycleRow, minutely, processAt } from '../../test/cycle-rows.ts'
import { processLives, restartsAmong } from './process-lives.ts'

const MINUTE = 60_000

describe('processes', () => {
  it('are told apart by their id, and by an uptime that falls', () => {
    const rows = minutely(0, 9 * MINUTE, (at) => ({
      measures:
        at < 3 * MINUTE ? processAt(at, -5, 7) : processAt(at, at < 6 * MINUTE ? 2.5 * MINUTE : 5.5 * MINUTE, 8),
    }))
    expect(processLives(rows).map(({ processId, rows: its }) => [processId, its.length])).toEqual([
      [7, 3],
      [8, 3],
      [8, 3],
    ])
  })

  it('have restarts, with the time in between and the version that came', () => {
    const rows = minutely(0, 6 * MINUTE, (at) => ({
      version: at < 3 * MINUTE ? '1.0.0' : '1.1.0',
      measures: processAt(at, at < 3 * MINUTE ? -5 : 2.5 * MINUTE, 1),
    }))
    expect(restartsAmong(processLives(rows))).toEqual([
      {
        at: 3 * MINUTE,
        host: 'box',
        processId: 1,
        afterMs: MINUTE - 400,
        version: '1.1.0',
        versionBefore: '1.0.0',
      },
    ])
  })

  it('that run side by side are no restarts of each other', () => {
    const rows = [7, 8].flatMap((id) =>
      minutely(id * 1_000, 10 * MINUTE, (at) => ({ measures: processAt(at, -5, id) })),
    )
    const lives = processLives(rows)
    expect(lives).toHaveLength(2)
    expect(restartsAmong(lives)).toEqual([])
  })

  it('are followed once each', () => {
    const rows = [
      cycleRow({ at: 0, measures: processAt(0, -5, 1) }),
      cycleRow({ at: MINUTE, measures: processAt(MINUTE, MINUTE - 5, 2) }),
      cycleRow({ at: MINUTE + 10, measures: processAt(MINUTE + 10, MINUTE, 3) }),
    ]
    expect(restartsAmong(processLives(rows)).map(({ processId }) => processId)).toEqual([2])
  })

  it('are not known of cycles that do not tell', () => {
    expect(processLives(minutely(0, 3 * MINUTE))).toEqual([])
  })
})
