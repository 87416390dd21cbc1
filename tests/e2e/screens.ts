import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import { type Clock, createManualClock, parseInstant } from '@openpredict/market'

import { startReceiver } from '../../packages/monitor/test/receiver.ts'
import { inFolder, openPageWorld } from '../docs/page-world.ts'
import { openpredictSeen, type Seen } from '../edge-cases/in-process.ts'
import { jumpingClock } from '../edge-cases/loop.ts'

/** How wide a terminal is that nobody has made wider. */
export const COLUMNS = 80

const START = parseInstant('2024-06-05T14:30:30Z')
const HOLE = parseInstant('2024-06-05T13:50:00Z')
const MINUTE = 60_000
const STORE = 'openpredict.sqlite'

/** What commands show of the morning of a collector. */
export interface Morning {
  /** By name. */
  readonly screens: ReadonlyMap<string, Seen>
  /** The store, as it was for the first looks, and when that was. */
  readonly looked: { readonly store: Buffer; readonly at: string }
}

/** Collects for a few minutes, and looks with every command at what there is; then a gap is torn, and the collector stops. */
export async function liveMorning(folder: string): Promise<Morning> {
  const clock = jumpingClock(START)
  await using world = await openPageWorld({ folder, clock })
  await using receiver = await startReceiver()
  const env = { ...world.env, WARM_UP_DAYS: '0' }
  const timer = tickingTimer()
  const screens = new Map<string, Seen>()
  const type = (args: string, own: Partial<Parameters<typeof openpredictSeen>[1]> = {}): Promise<Seen> =>
    openpredictSeen(args.split(' '), { clock, timer, env, columns: COLUMNS, ...own })
  const keep = async (name: string, ...typed: Parameters<typeof type>): Promise<void> => {
    screens.set(name, await type(...typed))
  }
  const collect = async (): Promise<void> => {
    const { code, screen } = await type('collect --once --log-format none')
    if (code !== 0) throw new Error(screen)
    setMeasures()
  }

  return await inFolder(folder, async () => {
    await collect()
    await clock.sleep(75_000)
    await keep('run-loop', 'run-loop --cycles 2 --log-format pretty')
    // Two cycles that begin at the same time have no order.
    await clock.sleep(45_000)
    await type('run-loop --cycles 6 --log-format none')
    setMeasures()
    const looked = { store: readFileSync(STORE), at: new Date(clock.now()).toISOString() }

    await keep('health', 'health --check-db')
    await keep('config-verify', 'config verify', { env: {} })
    await keep('db-status', 'db status')
    await keep('export', 'export --table ohlc_data --format csv --from 2024-06-05T14:20Z')
    await keep('validate', 'validate')
    await keep('report', 'report --window 15m')
    await keep('alerts-list', 'alerts list')
    await keep('alerts-check', 'alerts check')
    await keep('alerts-test', 'alerts test slow_execution', { env: { SLACK_WEBHOOK_URL: receiver.url } })
    await keep('incident', 'incident create --severity high --output incident.md')
    await keep('completion', 'completion bash')
    await keep('benchmark', 'benchmark --cycles 4 --latency 0')

    // A cycle comes a few seconds before each look.
    const watched: Clock = {
      now: () => clock.now(),
      async sleep(ms) {
        await clock.sleep(ms - 5_000)
        await collect()
        await clock.sleep(5_000)
      },
    }
    await keep('monitor', 'monitor --duration 3m --output watch.json', { clock: watched })
    await keep('analyze', 'analyze watch.json')

    inStore((database) => {
      database.prepare('DELETE FROM ohlc_data WHERE timestamp >= ? AND timestamp < ?').run(HOLE, HOLE + 10 * MINUTE)
    })
    await keep('validate-gap', 'validate')
    await keep('validate-fix', 'validate --fix')
    await clock.sleep(12 * MINUTE)
    await keep('alerts-check-firing', 'alerts check')
    return { screens, looked }
  })
}

/** A timer that moves on whenever it is looked at, by the same: durations are the same in every run. Nothing is ever late. */
function tickingTimer(): Clock {
  const still = createManualClock(0)
  let now = 0
  return { now: () => (now += 2.5), sleep: (ms, signal) => still.sleep(ms, signal) }
}

/** Replaces what cycles measured of this process and machine. */
function setMeasures(): void {
  inStore((database) => {
    const rows = database.prepare('SELECT id, cycle, measures FROM collection_cycles').all() as unknown as readonly {
      readonly id: string
      readonly cycle: number
      readonly measures: string
    }[]
    const update = database.prepare('UPDATE collection_cycles SET measures = ? WHERE id = ?')
    for (const { id, cycle, measures } of rows) {
      const own = {
        process_id: 4_711,
        process_uptime_ms: cycle * MINUTE,
        process_memory_bytes: 118_000_000 + (cycle % 4) * 1_000_000,
        process_heap_bytes: 41_000_000,
        process_memory_limit_bytes: 2_000_000_000,
        process_cpu_ms: 900 + cycle * 120,
        process_threads: 11,
        process_open_files: 24,
        process_read_bytes: 0,
        process_written_bytes: cycle * 700_000,
        system_memory_available_bytes: 1_200_000_000,
        system_memory_total_bytes: 2_000_000_000,
        system_busy_ms: cycle * 6_000,
        system_cpu_ms: cycle * 2 * MINUTE,
        disk_free_bytes: 40_000_000_000,
      }
      update.run(JSON.stringify({ ...(JSON.parse(measures) as object), ...own }), id)
    }
  })
}

function inStore(work: (database: DatabaseSync) => void): void {
  using database = new DatabaseSync(STORE)
  work(database)
}

/** Puts a store as it was then into another folder. */
export function restore({ store }: Morning['looked'], folder: string): void {
  const path = join(folder, STORE)
  if (existsSync(path)) throw new Error(`${path} is there already`)
  writeFileSync(path, store)
}
