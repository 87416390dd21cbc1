import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { reportOf } from '../test/machine.ts'
import { InstrumentTally } from './instrument-tally.ts'

const instrument = instrumentOf('NQ=F')
const failure = { category: 'network', code: 'timeout', message: 'late', hint: '' } as const

describe('InstrumentTally', () => {
  it('begins with nothing', () => {
    expect(new InstrumentTally(instrument).summary()).toEqual({
      symbol: 'NQ=F',
      cycles: { success: 0, partial: 0, failed: 0, idle: 0 },
      longestMs: 0,
      meanMs: 0,
    })
  })

  it('counts by status and keeps the longest and the mean duration, and the newest bar through failures', () => {
    const tally = new InstrumentTally(instrument)
    tally.add(reportOf({ instrument, status: 'success', startedAt: 1, durationMs: 100, newestBar: 60_000 }))
    tally.add(reportOf({ instrument, status: 'partial', startedAt: 2, durationMs: 300, newestBar: 120_000 }))
    tally.add(reportOf({ instrument, status: 'idle', startedAt: 3, durationMs: 50, newestBar: 120_000 }))
    tally.add(reportOf({ instrument, status: 'failed', startedAt: 4, durationMs: 150, failure }))
    expect(tally.summary()).toEqual({
      symbol: 'NQ=F',
      cycles: { success: 1, partial: 1, failed: 1, idle: 1 },
      longestMs: 300,
      meanMs: 150,
      newestBar: 120_000,
      failingSince: 4,
      failure,
    })
    expect(tally.count).toBe(4)
  })

  it('says since when it fails, and forgets it with the first success', () => {
    const tally = new InstrumentTally(instrument)
    tally.add(reportOf({ instrument, status: 'failed', startedAt: 10, failure }))
    tally.add(reportOf({ instrument, status: 'failed', startedAt: 20, failure: { ...failure, code: 'network' } }))
    expect(tally.summary()).toMatchObject({ failingSince: 10, failure: { code: 'network' } })
    tally.add(reportOf({ instrument, status: 'success', startedAt: 30 }))
    expect(tally.summary()).not.toHaveProperty('failingSince')
    expect(tally.summary()).not.toHaveProperty('failure')
    tally.add(reportOf({ instrument, status: 'failed', startedAt: 40, failure }))
    expect(tally.summary().failingSince).toBe(40)
  })
})
