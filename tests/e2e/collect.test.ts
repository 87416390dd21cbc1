import { writeFileSync } from 'node:fs'

import { formatInstant, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { TABLE_NAMES } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'
import { marketRows, openStored, type StoredTables } from './stored.ts'
import { startWorld } from './world.ts'

const MINUTE = 60_000
const DELAY = 10 * MINUTE
const START = parseInstant('2024-06-05T14:30:30Z')

/** With coarser bars before the first minutes, as everybody has them. */
const WARM = { WARM_UP_DAYS: '60' }

/** Where a cold start at `time` begins: with the first whole hour of the week before. */
function weekBefore(time: number): number {
  const hour = 60 * MINUTE
  const end = Math.floor(time / MINUTE) * MINUTE + MINUTE
  return Math.ceil((end - 7 * 24 * hour) / hour) * hour
}

interface CycleJson {
  readonly status: string
  readonly barsNew: number
  readonly rowsWritten: number
  readonly newestBar: string
  readonly steps: readonly { readonly name: string }[]
}

/** An address on this machine at which nothing listens any more. */
async function addressWithoutListener(): Promise<string> {
  const world = await startWorld({ start: START })
  await world.server.close()
  return world.server.url
}

describe('collect --once', () => {
  it('stores a week of closed bars, then asks only for the overlap and changes no row', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })

    const first = await workplace.run(['collect', '--once', '--source', world.source, '--json'], WARM)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const cold = JSON.parse(first.stdout) as CycleJson
    expect(cold.status).toBe('success')
    expect(cold.steps.map(({ name }) => name)).toEqual([
      'fetch',
      'store_ohlc',
      'calc_ref_levels',
      'calc_pivots',
      'detect_liquidity',
      'detect_fvg',
      'segment_blocks',
      'detect_structure',
    ])
    let before: StoredTables
    {
      await using store = await openStored(workplace)
      before = await marketRows(store)
      const newest = parseInstant(cold.newestBar)
      const from = weekBefore(START)
      const stored = await store.readBars({ instrument: 'NQ=F' })
      expect(stored.toArray()).toEqual(world.market.bars(from, newest + MINUTE).toArray())
      expect(stored.length).toBe(cold.barsNew)
      expect(before['reference_levels']?.length).toBeGreaterThan(100)
      expect(before['fibonacci_pivots']?.length).toBeGreaterThan(20)
    }

    // The week, and coarser bars from before it.
    const asked = world.server.requests.length
    expect(asked).toBe(2)
    const second = await workplace.run(['collect', '--once', '--source', world.source, '--json'], WARM)
    expect(second).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(second.stdout)).toMatchObject({ status: 'success', barsNew: 0, rowsWritten: 0, cycle: 2 })
    const [request, ...more] = world.server.requests.slice(asked)
    expect(more).toEqual([])
    expect(request?.period1).toBe(parseInstant(cold.newestBar) - 29 * MINUTE)
    await using store = await openStored(workplace)
    expect(await marketRows(store)).toEqual(before)
  })

  it('shows a person what it did, in a few lines', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const { code, stdout, stderr } = await workplace.run(['run-once', '--source', world.source])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^NQ=F {2}E-mini Nasdaq-100/)
    expect(stdout).toMatch(/bars +[\d,]+ closed bars, [\d,]+ new; set aside: 1 not-closed/)
    expect(stdout).toMatch(/newest bar +2024-06-05 14:19 UTC, nothing newer to be had/)
    expect(stdout).not.toContain('\u001B[')
  })

  it('keeps nothing of a dry run', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const { code, stdout } = await workplace.run(['collect', '--dry-run', '--source', world.source])
    expect(code).toBe(0)
    expect(stdout).toContain('dry run: nothing was kept')
    await using store = await openStored(workplace)
    for (const table of TABLE_NAMES) {
      if (table === 'schema_migrations') continue
      expect({ table, rows: await store.countRows(table) }).toEqual({ table, rows: 0 })
    }
  })

  it('says in one block what failed without a network, ends with 3 and leaves every bar and feature as it was', async () => {
    using workplace = new Workplace()
    {
      await using world = await startWorld({ start: START })
      expect(await workplace.run(['collect', '--source', world.source])).toMatchObject({ code: 0 })
    }
    let before: StoredTables
    {
      await using store = await openStored(workplace)
      before = await marketRows(store)
    }
    const { code, stdout, stderr } = await workplace.run(['collect', '--once'], {
      OPENPREDICT_YAHOO_URL: await addressWithoutListener(),
    })
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr.trim().split('\n')).toHaveLength(3)
    expect(stderr).toMatch(/✖ .*could not be reached \(ECONNREFUSED\)/)
    expect(stderr).toMatch(/→ Nothing listens at the address/)
    expect(stderr).toMatch(/network\/network/)

    await using store = await openStored(workplace)
    expect(await marketRows(store)).toEqual(before)
    const [failed] = await store.readRows('collection_cycles', { newestFirst: true, limit: 1 })
    expect(failed).toMatchObject({ status: 'failed', failed_step: 'fetch', error_category: 'network', bars_new: 0 })
    const [logged] = await store.readRows('error_log')
    expect(logged).toMatchObject({ operation: 'fetch', error_category: 'network', instrument: 'NQ=F' })
  })

  it('keeps nothing of a dry loop either', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 300 })
    const { code } = await workplace.run(['collect', '--loop', '--cycles', '2', '--dry-run', '--source', world.source])
    expect(code).toBe(0)
    await using store = await openStored(workplace)
    expect(await store.countRows('ohlc_data')).toBe(0)
  })

  it('stores every bar of a file', async () => {
    using workplace = new Workplace()
    const bars = createMarket({ seed: 8 })
      .bars(START, START + 15 * 60 * MINUTE)
      .toArray()
    const lines = bars.map((bar) =>
      [formatInstant(bar.time), bar.open, bar.high, bar.low, bar.close, bar.volume].join(','),
    )
    writeFileSync(workplace.path('bars.csv'), `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`)
    expect(await workplace.run(['collect', '--source', 'csv:bars.csv'])).toMatchObject({ code: 0, stderr: '' })
    await using store = await openStored(workplace)
    expect((await store.readBars({ instrument: 'NQ=F' })).toArray()).toEqual(bars)
  })

  it('refuses a store that is ahead of the source, with exit code 2', async () => {
    using workplace = new Workplace()
    {
      await using world = await startWorld({ start: START })
      expect(await workplace.run(['collect', '--source', world.source])).toMatchObject({ code: 0 })
    }
    await using world = await startWorld({ start: START - 20 * 24 * 60 * MINUTE })
    const { code, stderr } = await workplace.run(['collect', '--source', world.source])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /the store holds a bar of 2024-06-05T14:19:00.000Z, but for this source it is only 2024-05-16/,
    )
  })

  it('collects several instruments', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const run = await workplace.run(['collect', '-s', 'NQ=F', '-s', 'XX=F', '--source', world.source, '--json'])
    expect(run.code).toBe(3)
    const [known, unknown] = JSON.parse(run.stdout) as [CycleJson, CycleJson & { failure: { code: string } }]
    expect(known.status).toBe('success')
    expect(unknown).toMatchObject({ status: 'failed', failure: { code: 'unknown-symbol' } })
  })
})

describe('collect --loop', () => {
  it('stores exactly the closed bars of thirty simulated minutes, none of them early', async () => {
    using workplace = new Workplace()
    const speed = 300
    await using world = await startWorld({ start: START, speed })
    const args = ['collect', '--loop', '--cycles', '31', '--source', world.source, '--json']
    const { code, stdout, stderr } = await workplace.run(args)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const cycles = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as CycleJson & { startedAt: string })
    expect(cycles.map(({ status }) => status)).toEqual(Array.from({ length: 31 }, () => 'success'))

    await using store = await openStored(workplace)
    const stored = await store.readRows('ohlc_data', { instrument: 'NQ=F' })
    const newest = stored.at(-1)?.timestamp ?? 0
    const from = weekBefore(parseInstant(cycles[0]?.startedAt ?? ''))
    const truth = world.market.bars(from, newest + MINUTE).toArray()
    expect(
      stored.map(({ timestamp, open, high, low, close, volume }) => ({
        time: timestamp,
        open,
        high,
        low,
        close,
        volume,
      })),
    ).toEqual(truth)
    // Half an hour went by, and the newest bar is the newest that the delayed source could have shown.
    const last = parseInstant(cycles.at(-1)?.startedAt ?? '')
    expect(last - parseInstant(cycles[0]?.startedAt ?? '')).toBeGreaterThanOrEqual(29 * MINUTE)
    expect(newest).toBeGreaterThanOrEqual(last - DELAY - 3 * MINUTE)
    const early = stored.filter(({ timestamp, ingested_at }) => ingested_at < timestamp + MINUTE + DELAY)
    expect(early).toEqual([])
    expect(stored.every(({ revision }) => revision === 0)).toBe(true)
  })

  it('ends with 0 and its account when it is told to stop', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const { child, finished } = workplace.start(['run-loop', '--log-format', 'pretty', '--source', world.source])
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill('SIGTERM')
    const { code, stderr } = await finished
    expect(code).toBe(0)
    expect(stderr).toMatch(/\d+ rounds?: \d+ succeeded, 0 partial, 0 failed, 0 idle\.\n$/)
  })
})
