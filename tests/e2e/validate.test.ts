import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

import { importBars } from '@openpredict/collector'
import { BarSeries, createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import { type QualityReport, validateQuality } from '@openpredict/monitor'
import { createMarket } from '@openpredict/simulator'
import { copyStore, openStore, type Store } from '@openpredict/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { localSupabase, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'
import { Workplace } from './run-cli.ts'
import { startWorld, timer, type World } from './world.ts'

const START = parseInstant('2024-06-05T15:00:10Z')
const HOLE = parseInstant('2024-06-05T14:10:00Z')
const MINUTE = 60_000

interface Validated {
  readonly ok: boolean
  readonly instruments: readonly {
    readonly instrument: string
    readonly verdict: string
    readonly score: number
    readonly checks: readonly { readonly id: string; readonly verdict: string; readonly summary: string }[]
    readonly fix?: Readonly<Record<string, number | boolean>>
  }[]
}

/** The checks of the only instrument that did not pass. */
function fired({ instruments: [only] }: Validated): Readonly<Record<string, string>> {
  const checks = only?.checks ?? []
  return Object.fromEntries(checks.flatMap(({ id, verdict }) => (verdict === 'passed' ? [] : [[id, verdict]])))
}

describe('validate', () => {
  let world: World
  const workplace = new Workplace()
  const run = async (...args: readonly string[]): Promise<Awaited<ReturnType<Workplace['run']>>> =>
    await workplace.run([...args, '--source', world.source])

  beforeAll(async () => {
    // Time hardly moves, so that nothing gets old however long a command takes.
    world = await startWorld({ start: START, speed: 0.01 })
    const filled = await run('backfill', '--from', '2024-06-05T09:00Z')
    if (filled.code !== 0) throw new Error(filled.stderr)
  })

  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    workplace[Symbol.dispose]()
  })

  it('passes what was collected, says no to what is damaged, and mends it', async () => {
    const good = await run('validate', '--window', '3h')
    expect(good.code).toBe(0)
    expect(good.stdout).toMatch(
      /^NQ=F {2}E-mini Nasdaq-100 {2}2024-06-05 12:00 – 2024-06-05 15:00 UTC\n {2}✔ continuity /,
    )
    expect(good.stdout).toMatch(/score (100|99\.\d) /)

    const database = new DatabaseSync(workplace.path('openpredict.sqlite'))
    database.exec(`DELETE FROM ohlc_data WHERE timestamp >= ${HOLE} AND timestamp < ${HOLE + 10 * MINUTE}`)
    database.exec(`DELETE FROM reference_levels WHERE level_type = '1H_OPEN'`)
    database.close()
    const bad = await run('validate', '--window', '3h')
    expect(bad.code).toBe(1)
    expect(bad.stdout).toMatch(
      /✖ continuity +1\d open minutes without a bar: .+ 10 without a reason\n +2024-06-05 14:10 +has neither/,
    )
    expect(bad.stdout).toMatch(/✖ levels +1H_OPEN 0 of [34]/)

    const report = workplace.path('report.json')
    const mended = await run('validate', '--window', '3h', '--fix', '--recompute', '--json', '--output', report)
    const found = JSON.parse(mended.stdout) as Validated
    expect(fired(found)).toEqual({})
    expect(mended.code).toBe(0)
    expect(found.instruments[0]?.fix).toMatchObject({ stretches: 1, inserted: 10, recomputed: false })
    expect(JSON.parse(readFileSync(report, 'utf8'))).toEqual(found)
  })

  it('computes features again that are wrong, though no bar is missing', async () => {
    const database = new DatabaseSync(workplace.path('openpredict.sqlite'))
    database.exec(`UPDATE reference_levels SET price = 1 WHERE level_type = '1H_OPEN'`)
    database.exec(`DELETE FROM hourly_blocks WHERE block_number = 3`)
    database.close()
    const mended = await run('validate', '--window', '3h', '--recompute', '--fix')
    expect(mended.stdout).toMatch(
      /^no minute had to be asked for, features computed again, \d+ rows written; the score was/,
    )
    expect(mended.code).toBe(0)
  })

  it('judges what was known then, beside the collector, and tells of it', async () => {
    const loop = await run('run-loop', '--cycles', '1', '--validate-every', '1h', '--log-format', 'json')
    expect(loop.code).toBe(0)
    const lines = loop.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    const [line, ...more] = lines.filter(({ operation }) => operation === 'validate')
    expect(more).toEqual([])
    expect(line).toMatchObject({
      level: 'INFO',
      status: 'passed',
      instrument: 'NQ=F',
      failed_checks: [],
      message: expect.stringMatching(/^Data of NQ=F: score [\d.]+, all checks passed$/),
    })
    expect(line?.['score']).toBeGreaterThan(98)
    const then = await run('validate', '--as-of', '2024-06-05T14:00Z', '--json')
    const { instruments } = JSON.parse(then.stdout) as Validated
    expect(instruments[0]?.checks.find(({ id }) => id === 'freshness')?.summary).toBe('no bar is stored')
  })
})

describe.skipIf(unavailable('data API') !== undefined)('a store on a server', () => {
  it('is judged as the file that it was copied from', async () => {
    const clock = createManualClock(START)
    const instrument = instrumentOf('NQ=F')
    const from = START - 30 * 3_600_000
    await using file = await openStore('sqlite::memory:', { clock })
    // Not the first two minutes of the last hour, and nobody knows why.
    const bars = [...createMarket({ seed: 5, instrument }).bars(from, START)].filter(
      ({ time }) => time < HOLE || time >= HOLE + 2 * MINUTE,
    )
    await importBars({ instrument, bars: BarSeries.from(bars), store: file, clock, timer, source: 'test' })
    const judge = async (store: Store): Promise<QualityReport> =>
      await validateQuality({ store, instrument, from: START - 3 * 3_600_000, to: START, now: START, recompute: true })
    const expected = await judge(file)
    expect(expected.verdict).toBe('failed')
    expect(expected.checks.filter(({ verdict }) => verdict === 'failed').map(({ id }) => id)).toEqual(['continuity'])

    await using database = await testDatabase()
    await using postgres = await openStore(database.url, { clock })
    await copyStore({ from: file, to: postgres })
    expect(await judge(postgres)).toEqual(expected)
    const { url, keys } = await (await localSupabase()).startDataApi(database)
    await using supabase = await openStore(`supabase:${url}`, { clock, supabaseKey: keys.secret })
    expect(await judge(supabase)).toEqual(expected)
  })
})
