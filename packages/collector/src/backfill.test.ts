import { FetchError } from '@openpredict/fetcher'
import { calendarOf, createManualClock, instrumentOf, type ManualClock, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, type Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { ScriptedSource } from '../test/scripted-source.ts'
import { backfill, type BackfillOptions, type BackfillProgress, createCollector, importBars } from './index.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const NQ = 'NQ=F'
const instrument = instrumentOf(NQ)
const START = parseInstant('2024-06-05T14:30:30Z')
const FROM = parseInstant('2024-05-28T00:00:00Z')
const market = createMarket({ seed: 21, instrument })
const all = market.bars(FROM, START).toArray()
/** Open minutes of the five days in which nobody traded. The fifth is a Saturday. */
const QUIET = calendarOf(instrument).openMinutes(FROM, FROM + 5 * DAY) - market.bars(FROM, FROM + 5 * DAY).length

let clock: ManualClock
let source: ScriptedSource
let store: Store
beforeEach(async () => {
  clock = createManualClock(START)
  source = new ScriptedSource(clock, all)
  store = await openStore('sqlite::memory:', { clock })
  return () => store.close()
})

async function fill(change: Partial<BackfillOptions> = {}): ReturnType<typeof backfill> {
  const span = { from: FROM, to: FROM + 5 * DAY }
  return await backfill({ instrument, source, store, clock, timer: clock, ...span, ...change })
}

/** Bars and levels, but for what says when and in which history they were written. */
async function content(of: Store): Promise<unknown> {
  const levels = await of.readRows('reference_levels')
  return {
    bars: (await of.readBars({ instrument: NQ })).toArray(),
    levels: levels.map(({ history_version: _, as_of_version: __, as_of: ___, ...row }) => row),
  }
}

describe('backfill', () => {
  it('takes a span in, day by day, with the features of all bars then stored', async () => {
    const seen: BackfillProgress[] = []
    const result = await fill({ onPortion: (progress) => seen.push(progress) })
    const bars = market.bars(FROM, FROM + 5 * DAY)
    expect(result).toMatchObject({ portions: 5, skipped: 1, inserted: bars.length, missing: QUIET, failures: [] })
    expect(seen.map(({ done, portions }) => [done, portions])).toEqual([1, 2, 3, 4, 5].map((n) => [n, 5]))
    const other = await openStore('sqlite::memory:', { clock })
    await importBars({ instrument, bars, store: other, clock, timer: clock, source: 'csv' })
    expect(await content(store)).toEqual(await content(other))
    await other.close()
  })

  it('goes on where it was interrupted, and asks for nothing twice', async () => {
    const abort = new AbortController()
    const stopped = fill({
      signal: abort.signal,
      onPortion: ({ done }) => {
        if (done === 2) abort.abort(new Error('stopped'))
      },
    })
    await expect(stopped).rejects.toThrow('stopped')
    expect(source.asked).toHaveLength(2)
    const rest = await fill()
    expect(rest).toMatchObject({ skipped: 3, portions: 5 })
    expect(source.asked).toHaveLength(4)
    expect(await fill()).toMatchObject({ skipped: 5, inserted: 0, rowsWritten: 0 })
    expect(source.asked).toHaveLength(4)
  })

  it('records what the source does not have, and heals what it has after all', async () => {
    const gone = market.bars(FROM + DAY, FROM + 2 * DAY).time[100] ?? 0
    source.bars = all.filter(({ time }) => time !== gone)
    expect(await fill()).toMatchObject({ missing: QUIET + 1, healed: 0 })
    const absent = await store.readRows('missing_minutes', { from: gone, to: gone + 1 })
    expect(absent).toMatchObject([{ timestamp: gone, state: 'absent_at_source' }])
    source.bars = all
    const calendar = calendarOf(instrument)
    await store.transaction((tx) =>
      tx.putMissingMinutes(NQ, [
        {
          timestamp: gone,
          state: 'not_fetched',
          times_asked: 9,
          first_asked_at: null,
          last_asked_at: null,
          healed_at: null,
        },
      ]),
    )
    expect(await fill({ calendar })).toMatchObject({ skipped: 4, inserted: 1, healed: 1 })
  })

  it('goes before what is stored, and changes its features to those of the longer history', async () => {
    const collector = createCollector({
      instrument,
      source,
      store,
      clock,
      timer: clock,
      host: 'test',
      version: '0',
      coldStartDays: 3,
    })
    expect((await collector.runCycle()).status).toBe('success')
    const before = await store.countRows('reference_levels')
    await fill({ to: START })
    expect(await store.countRows('reference_levels')).toBeGreaterThan(before)
    const other = await openStore('sqlite::memory:', { clock })
    const bars = await store.readBars({ instrument: NQ })
    await importBars({ instrument, bars, store: other, clock, timer: clock, source: 'csv' })
    const type = 'WEEKLY_OPEN'
    const opens = async (of: Store): Promise<unknown> =>
      (await of.readRows('reference_levels')).filter((row) => row.level_type === type).map(({ price }) => price)
    expect(await opens(store)).toEqual(await opens(other))
  })

  it('says what is out of reach, and rejects as the source does', async () => {
    const near = FROM + 2 * DAY
    const fetch = source.fetch.bind(source)
    source.fetch = async (request) => {
      if (request.from < near) throw new FetchError({ kind: 'out-of-reach', interval: '1m', earliest: near })
      return await fetch(request)
    }
    expect(await fill()).toMatchObject({ outOfReachBefore: near, portions: 5 })
    source.failure = new FetchError({ kind: 'network' })
    await expect(fill({ from: near + 4 * DAY, to: near + 5 * DAY })).rejects.toMatchObject({ code: 'network' })
  })
})
