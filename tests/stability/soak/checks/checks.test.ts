import { DatabaseSync } from 'node:sqlite'

import { importBars } from '@openpredict/collector'
import {
  BarSeries,
  calendarOf,
  createManualClock,
  formatInstant,
  instrumentOf,
  parseInstant,
} from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { Workplace } from '../../../e2e/run-cli.ts'
import { timer } from '../../../e2e/world.ts'
import { createPlan } from '../plan.ts'
import type { CycleLine, SoakRecord } from '../record.ts'
import { checkBars } from './bars.ts'
import type { Check, Evidence } from './check.ts'
import { checkCycles } from './cycles.ts'
import { checkDoubled } from './doubled.ts'
import { checkFeatures, checkFeaturesOnTheWay } from './features.ts'
import { checkMissing } from './missing.ts'
import { checkRemote } from './remote.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FROM = parseInstant('2024-06-05T00:00:00Z')
const TO = FROM + 30 * HOUR
const QUIET = FROM + 90 * MINUTE
const instrument = instrumentOf('NQ=F')
const calendar = calendarOf(instrument)
const plan = createPlan({ seed: 3, from: FROM, hours: 24, calendar, delayMs: instrument.delayMs, remote: false })
const outage = plan.outages.find(({ of }) => of === 'source')

/** A cycle that began at an instant and took a second. */
function cycle(at: number, change: Partial<CycleLine> = {}): SoakRecord['cycles'][number] {
  const line: CycleLine = {
    id: '00000000-0000-4000-8000-000000000001',
    cycle: 1,
    status: 'success',
    startedAt: formatInstant(at),
    finishedAt: formatInstant(at + 1_000),
    durationMs: 3,
    waitingMs: 1,
    barsNew: 1,
    barsCorrected: 0,
    barsHeldBack: 0,
    minutesMissing: 0,
    minutesHealed: 0,
    window: { from: formatInstant(FROM), to: formatInstant(TO), cold: true },
    watermark: formatInstant(TO),
    newestBar: null,
    steps: [],
    ...change,
  }
  return { line, heardAt: at + 1_000, start: 1 }
}

const failure = { category: 'network', code: 'http', message: 'answered with status 503' }
const record: SoakRecord = {
  cycles: [cycle(FROM, { status: 'failed', failure, failedStep: 'fetch' })],
  events: [{ at: plan.end, what: 'last', detail: 'exit code 0' }],
  simulator: [],
  storeAway: [],
  snapshots: [],
  stalls: [{ from: FROM, to: FROM + MINUTE }],
  wallMs: 1,
}

/** What a check says of a store that holds what it must, changed by SQL afterwards, or of another record. */
async function differences(check: Check, sql: string, change: Partial<Evidence> = {}): Promise<readonly string[]> {
  using workplace = new Workplace()
  const path = workplace.path('store.sqlite')
  const clock = createManualClock(TO)
  const market = createMarket({ seed: 3, instrument })
  const whole = market.bars(FROM, TO)
  // A minute in which nobody traded.
  const truth = BarSeries.from([...whole].filter(({ time }) => time !== QUIET))
  {
    await using store = await openStore(`sqlite:${path}`, { clock })
    const history = market.barsOf('5m', FROM - 24 * HOUR, FROM)
    await store.transaction((tx) => tx.putHistoryBars(instrument.symbol, '5m', history, { source: 'Yahoo' }))
    const covered = { from: FROM, to: TO }
    await importBars({ instrument, bars: truth, store, clock, timer, source: 'Yahoo', covered })
  }
  const database = new DatabaseSync(path)
  database.exec(sql)
  database.close()
  await using store = await openStore(`sqlite:${path}`, { clock, readOnly: true })
  const evidence = {
    plan: { ...plan, end: TO },
    record,
    instrument,
    calendar,
    clock,
    speed: 300,
    store,
    remote: undefined,
    first: FROM,
    watermark: TO,
    truth,
  }
  return (await check({ ...evidence, ...change })).differences
}

const withCycles = (...cycles: SoakRecord['cycles']): Partial<Evidence> => ({ record: { ...record, cycles } })
const failed = (at: number): SoakRecord['cycles'][number] =>
  cycle(at, { status: 'failed', failure, failedStep: 'fetch' })

describe('the checks of a soak', () => {
  it.each([checkBars, checkFeatures, checkMissing, checkDoubled, checkCycles, checkRemote])(
    'say nothing of a store that is right (%o)',
    async (check) => {
      expect(await differences(check, '')).toEqual([])
    },
  )

  it.each([
    ['a lost bar', `DELETE FROM ohlc_data WHERE timestamp = ${FROM + HOUR}`, /T01:00:00.000Z is not stored/],
    [
      'another price',
      `UPDATE ohlc_data SET close = low WHERE timestamp = ${FROM + HOUR}`,
      /T01:00:00.000Z is stored as/,
    ],
    ['another volume', `UPDATE ohlc_data SET volume = volume + 1 WHERE timestamp = ${FROM}`, /is stored as/],
    ['a bar that never was', `UPDATE ohlc_data SET timestamp = ${QUIET} WHERE timestamp = ${FROM}`, /never was/],
  ])('tell %s', async (_, sql, message) => {
    const found = await differences(checkBars, sql)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).toMatch(message)
  })

  it.each(['reference_levels', 'fibonacci_pivots', 'liquidity_events', 'fvg', 'hourly_blocks', 'market_structure'])(
    'tell a lost row of %s',
    async (table) => {
      const sql = `DELETE FROM ${table}`
      const found = await differences(checkFeatures, sql)
      expect(found.length).toBeGreaterThan(0)
      expect(found.filter((each) => !each.startsWith(`${table} lacks`))).toEqual([])
    },
  )

  it.each([
    [
      'another value',
      `UPDATE hourly_blocks SET volume = volume + 1 WHERE hour_start = ${FROM} AND block_number = 2`,
      /has .+, and should have/,
    ],
    [
      'a row too many',
      `UPDATE hourly_blocks SET hour_start = 0 WHERE hour_start = ${FROM} AND block_number = 2`,
      /which no calculation gives/,
    ],
  ])('tell %s of a feature', async (_, sql, message) => {
    expect((await differences(checkFeatures, sql)).join('\n')).toMatch(message)
  })

  it('tell a feature that was wrong on the way, though it is right in the end', async () => {
    using workplace = new Workplace()
    const file = workplace.path('snapshot.sqlite')
    {
      await using store = await openStore(`sqlite:${file}`, { clock: createManualClock(TO) })
      const bars = createMarket({ seed: 3, instrument }).bars(FROM, FROM + HOUR)
      await importBars({ instrument, bars, store, clock: createManualClock(TO), timer, source: 'Yahoo' })
    }
    const snapshots = [{ at: FROM + HOUR, file }]
    const found = (): Promise<readonly string[]> =>
      differences(checkFeaturesOnTheWay, '', { record: { ...record, snapshots } })
    expect(await found()).toEqual([])
    const database = new DatabaseSync(file)
    database.exec(`UPDATE hourly_blocks SET volume = volume + 1 WHERE block_number = 2`)
    database.close()
    expect(await found()).toEqual([expect.stringMatching(/^at 2024-06-05T01:00:00.000Z, hourly_blocks has /)])
  })

  it.each([
    ['that is not known to be missing', 'DELETE FROM missing_minutes', /T01:30:00.000Z has neither bar nor row/],
    [
      'that has come and is said to be missing',
      `UPDATE missing_minutes SET timestamp = ${FROM} WHERE timestamp = ${QUIET}`,
      /has a bar and is said to be missing/,
    ],
    [
      'that is said to be healed',
      'UPDATE missing_minutes SET healed_at = last_asked_at',
      /said to be healed and has no bar/,
    ],
  ])('tell a minute %s', async (_, sql, message) => {
    expect((await differences(checkMissing, sql)).join('\n')).toMatch(message)
  })

  it('tell a cycle that failed outside of outages, and none that failed in one or a tick after it', async () => {
    const from = outage?.from ?? Number.NaN
    const to = outage?.to ?? Number.NaN
    const lone = { ...record, stalls: [] }
    const check = (at: number): Promise<readonly string[]> =>
      differences(checkCycles, '', { record: { ...lone, ...withCycles(failed(at)).record, stalls: [] } })
    expect(await check(from)).toEqual([])
    expect(await check(to + 30_000)).toEqual([])
    expect(await check(to + 3 * MINUTE)).toEqual([expect.stringMatching(/fetch answered with status 503$/)])
  })

  it('tell a cycle that says it succeeded and is not recorded', async () => {
    const found = await differences(checkCycles, '', withCycles(cycle(FROM)))
    expect(found).toEqual(['cycle 1 was success and is recorded as nothing'])
  })

  it('tell a collector that ended by itself, and one that did not catch up', async () => {
    const events = [{ at: TO - HOUR, what: 'ended', detail: 'exit code 1' }] as const
    expect(await differences(checkCycles, '', { record: { ...record, events } })).toEqual([
      expect.stringMatching(/^the collector has ended by itself \(exit code 1\)/),
    ])
    expect(await differences(checkCycles, '', { watermark: TO - HOUR })).toEqual(['the last cycle has not caught up'])
  })

  it('tell what the remote store lacks', async () => {
    await using remote = await openStore('sqlite::memory:', { clock: createManualClock(0) })
    const found = await differences(checkRemote, '', { remote })
    expect(found.length).toBeGreaterThan(1_000)
    expect(found[0]).toMatch(/is there not at all$/)
  })
})
