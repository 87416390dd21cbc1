import { readFileSync } from 'node:fs'

import { type Collector, createCollector, nextTick } from '@openpredict/collector'
import { createYahooSource, withRetries } from '@openpredict/fetcher'
import { calendarOf, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { createFaultSchedule, createMarket, startYahooServer } from '@openpredict/simulator'
import { openStore, type Store, TABLE_NAMES, tableOf } from '@openpredict/store'
import { expect, it } from 'vitest'

import { openpredict, quickTimer } from '../edge-cases/in-process.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { timer } from '../e2e/world.ts'
import { freshSeed } from './random.ts'

const HOUR = 3_600_000
/** Into the hour of the exchange's halt, and out of it. */
const START = parseInstant('2024-06-05T20:05:30Z')
const CYCLES = process.env['OPENPREDICT_FULL'] === '1' ? 1_500 : 85
const RESTART_EVERY = 40
const SEED = freshSeed()
/** Rows of the market and the calculators, and what they were before; cycles and errors have ids that chance gives. */
const TABLES = [
  ...TABLE_NAMES.filter((table) => tableOf(table).group !== 'record'),
  'feature_revisions',
  'instrument_state',
] as const

/** Everything that can be wrong with an answer without waiting for seconds. */
const RATES = {
  '429': 0.02,
  '503': 0.03,
  html: 0.02,
  reset: 0.03,
  truncated: 0.03,
  'null-rows': 0.03,
  duplicates: 0.03,
  'out-of-order': 0.03,
  'quote-on-minute': 0.03,
  'wrong-symbol': 0.02,
  'late-bars': 0.05,
  'revised-bars': 0.1,
  'bad-ticks': 0.05,
} as const

/** What a run leaves: how its cycles ended, and the lines of each table. */
interface Exported {
  readonly statuses: readonly string[]
  readonly texts: ReadonlyMap<string, string>
}

/** Collects with a seed from tick to tick, with restarts, and returns what is exported, by table. */
async function exported(seed: number, cycles: number): Promise<Exported> {
  using workplace = new Workplace()
  const instrument = instrumentOf('NQ=F')
  const clock = createManualClock(START)
  const outage = { fault: { kind: '502' }, from: START + HOUR / 2, to: START + HOUR } as const
  const faults = createFaultSchedule({ seed, rates: RATES, windows: [outage] })
  await using server = await startYahooServer({ markets: [createMarket({ seed, instrument })], clock, timer, faults })
  const yahoo = createYahooSource({ clock, timer, baseUrl: server.url })
  const source = withRetries(yahoo, { timer, random: () => 0 })
  const location = `sqlite:${workplace.path('openpredict.sqlite')}`
  const started = async (): Promise<{ readonly store: Store; readonly collector: Collector }> => {
    const store = await openStore(location, { clock })
    const collector = createCollector({ instrument, source, store, clock, timer, host: 'test', version: '0' })
    return { store, collector }
  }
  let { store, collector } = await started()
  const schedule = { calendar: calendarOf(instrument), delayMs: instrument.delayMs }
  const statuses = new Set<string>()
  for (let cycle = 1; cycle <= cycles; cycle++) {
    statuses.add((await collector.runCycle()).status)
    clock.advance(nextTick(clock.now(), schedule).at - clock.now())
    if (cycle % RESTART_EVERY > 0) continue
    await store.close()
    ;({ store, collector } = await started())
  }
  await store.close()

  const texts = new Map<string, string>()
  for (const table of TABLES) {
    const file = workplace.path(`${table}.ndjson`)
    const { code } = await openpredict(['export', '--table', table, '--store', location, '-o', file], quickTimer(1))
    expect(code).toBe(0)
    texts.set(table, readFileSync(file, 'utf8'))
  }
  return { statuses: [...statuses].toSorted(), texts }
}

it(`the same seed exports the same bytes, another one others (seed ${SEED})`, { timeout: 300_000 }, async () => {
  const first = await exported(SEED, CYCLES)
  const second = await exported(SEED, CYCLES)
  expect(first.statuses).toEqual(['failed', 'idle', 'success'])
  for (const table of TABLES) {
    expect({ table, text: second.texts.get(table) }).toEqual({ table, text: first.texts.get(table) })
  }
  const changed = ['ohlc_data', 'ohlc_revisions', 'missing_minutes', 'reference_levels', 'feature_revisions']
  expect(changed.filter((table) => first.texts.get(table) === '')).toEqual([])
  const other = await exported(SEED + 1, 2)
  expect(other.texts.get('ohlc_data')).not.toBe(first.texts.get('ohlc_data'))
})
