import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it, vi } from 'vitest'

import { startFaultProxy, unavailable } from '../local-supabase/src/index.ts'
import { parseLog, until } from './log-lines.ts'
import { testDatabase } from './on-server.ts'
import { type Running, Workplace } from './run-cli.ts'
import { openStored } from './stored.ts'
import { startWorld, type World } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

/** The samples of a page in Prometheus's text format, by name with labels. Throws for a line that is none. */
function samplesOf(page: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>()
  for (const line of page.split('\n')) {
    if (line === '' || /^# (HELP|TYPE) \S+ .+$/.test(line)) continue
    const [, name, value] = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? []
    if (name === undefined) throw new Error(`not a line of the format: ${line}`)
    samples.set(name, value === 'Nan' ? Number.NaN : Number(value))
  }
  return samples
}

/** A loop with metrics, where they are, and what it has printed. */
async function startLoop(
  workplace: Workplace,
  world: World,
  ...flags: readonly string[]
): Promise<Running & { readonly url: string; readonly printed: () => string }> {
  const running = workplace.start(['run-loop', '--source', world.source, '--metrics-port', '0', ...flags])
  let printed = ''
  running.child.stdout?.on('data', (text: Buffer) => (printed += text.toString()))
  const url = await until(() => parseLog(printed).find(({ operation }) => operation === 'metrics')?.['url'])
  return { ...running, url: String(url), printed: () => printed }
}

describe('metrics', () => {
  it('count and measure what the loop did, under the agreed names', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    world.server.faults.next({ kind: '503' })
    const { child, finished, url, printed } = await startLoop(
      workplace,
      world,
      '-s',
      'NQ=F',
      '-s',
      'XX=F',
      '--cycles',
      '1000',
    )
    await until(() => parseLog(printed()).filter(({ operation }) => operation === 'cycle').length >= 4)
    const response = await fetch(`${url}/metrics`)
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const page = await response.text()
    const samples = samplesOf(page)
    const value = (name: string): number => samples.get(name) ?? Number.NaN
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)

    const good = value('agent1_cycle_count_total{instrument="NQ=F",status="success"}')
    const bad = value('agent1_cycle_count_total{instrument="XX=F",status="failed"}')
    expect(good).toBeGreaterThanOrEqual(1)
    expect(bad).toBeGreaterThanOrEqual(1)
    expect(value('agent1_cycle_success_count_total{instrument="NQ=F"}')).toBe(good)
    expect(value('agent1_cycle_error_count_total{instrument="XX=F"}')).toBe(bad)
    expect(value('agent1_cycle_success_rate{instrument="NQ=F"}')).toBe(100)
    expect(value('agent1_cycle_success_rate{instrument="XX=F"}')).toBe(0)
    expect(value('agent1_errors_total{category="data"}')).toBe(bad)
    expect(value('agent1_data_corruption_total')).toBe(0)
    expect(value('agent1_disk_free_bytes')).toBeGreaterThan(1_000_000)
    const known = value('agent1_reference_levels_known{instrument="NQ=F"}')
    expect(known).toBeGreaterThan(10)
    expect(value('agent1_reference_levels_expected{instrument="NQ=F"}')).toBeLessThanOrEqual(known)
    expect(samples.has('agent1_reference_levels_known{instrument="XX=F"}')).toBe(false)
    for (const category of ['network', 'database', 'calculation', 'system'])
      expect(value(`agent1_errors_total{category="${category}"}`)).toBe(0)
    expect(value('agent1_execution_time_seconds_count{instrument="NQ=F"}')).toBe(good)
    expect(value('agent1_execution_time_seconds_bucket{le="8",instrument="NQ=F"}')).toBeGreaterThanOrEqual(1)
    expect(value('agent1_step_time_seconds_count{step="store_ohlc"}')).toBe(good)
    expect(value('agent1_yfinance_fetch_time_seconds_count')).toBe(good)
    expect(value('agent1_supabase_upsert_time_seconds_count')).toBe(good)
    expect(value('agent1_calculator_duration_seconds_count{calculator="fvg"}')).toBe(good)
    expect(
      value('agent1_yfinance_retry_count_total{instrument="NQ=F"}') +
        value('agent1_yfinance_retry_count_total{instrument="XX=F"}'),
    ).toBe(1)
    await using store = await openStored(workplace)
    const stored = await store.countRows('ohlc_data', 'NQ=F')
    expect(value('agent1_ohlc_bars_new_total{instrument="NQ=F"}')).toBeGreaterThan(5_000)
    expect(value('agent1_ohlc_bars_new_total{instrument="NQ=F"}')).toBeLessThanOrEqual(stored)
    for (const name of ['reference_levels', 'pivots', 'liquidity_events', 'fvg', 'hourly_blocks', 'market_structure'])
      expect(value(`agent1_${name}_count_total{instrument="NQ=F"}`)).toBeGreaterThan(0)
    expect(value('agent1_market_open{instrument="NQ=F"}')).toBe(1)
    // Ten minutes of delay, and some.
    expect(value('data_freshness_seconds{instrument="NQ=F"}')).toBeGreaterThanOrEqual(600)
    expect(value('agent1_lag_seconds{instrument="NQ=F"}')).toBeLessThan(3_600)
    expect(value('agent1_last_success_timestamp_seconds{instrument="NQ=F"}')).toBeGreaterThan(START / 1_000)
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'process_open_fds',
      'process_uptime_seconds',
      'process_threads',
      'nodejs_active_handles_total',
      'system_memory_available_bytes',
      'system_memory_usage_bytes',
      'process_disk_io_bytes{direction="write"}',
    ])
      expect({ name, value: value(name) }).toEqual({ name, value: expect.any(Number) as number })
    expect(page).toMatch(/^agent1_build_info\{version="\d+\.\d+\.\d+",node="\d+\.\d+\.\d+"\} 1$/m)
    // Every series names something that there are few of.
    const labels = new Set(
      [...samples.keys()].flatMap((name) => [...name.matchAll(/[{,](\w+)=/g)].map(([, label]) => label)),
    )
    for (const label of labels)
      expect([
        'instrument',
        'status',
        'step',
        'category',
        'calculator',
        'reason',
        'le',
        'direction',
        'version',
        'node',
        'type',
        'kind',
        'space',
        'major',
        'minor',
        'patch',
      ]).toContain(label)
  })

  it('say that collecting is well, and that it is not once the source has gone', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 600 })
    const { child, finished, url, printed } = await startLoop(workplace, world)
    await until(() => printed().includes('"operation":"cycle"'))
    const well = await fetch(`${url}/healthz`)
    expect(well.status).toBe(200)
    expect(await well.json()).toMatchObject({ ok: true, instruments: [{ symbol: 'NQ=F', ok: true }] })

    await world.server.close()
    await vi.waitUntil(async () => (await fetch(`${url}/healthz`)).status === 503, { timeout: 20_000, interval: 100 })
    const state = await (await fetch(`${url}/healthz`)).json()
    expect(state).toMatchObject({ ok: false, instruments: [{ symbol: 'NQ=F', ok: false }] })
    expect(JSON.stringify(state)).toMatch(/the last success was .* ago, expected one every 5 min at least/)
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed')
  })

  it.skipIf(unavailable() !== undefined)('say what waits for a remote store that is away', async () => {
    await using database = await testDatabase()
    const { hostname: host, port } = new URL(database.url)
    await using proxy = await startFaultProxy({ host, port: Number(port) })
    const url = proxy.through(database.url)
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    expect(await workplace.run(['run-once', '--source', world.source, '--store', url])).toMatchObject({ code: 0 })
    await proxy.set({ kind: 'refused' })
    const loop = await startLoop(workplace, world, '--store', url)
    const lines = (operation: string, status: string): number =>
      parseLog(loop.printed()).filter((line) => line.operation === operation && line.status === status).length
    await until(() => lines('delivery', 'away') > 0 && lines('cycle', 'success') >= 2)
    const samples = samplesOf(await (await fetch(`${loop.url}/metrics`)).text())
    expect(samples.get('agent1_delivery_up')).toBe(0)
    expect(samples.get('agent1_delivery_waiting_rows')).toBeGreaterThan(0)
    expect(samples.get('agent1_delivery_oldest_age_seconds')).toBeGreaterThan(0)
    expect(samples.get('agent1_delivery_refused_rows')).toBe(0)
    expect(samples.get('agent1_errors_total{category="database"}')).toBe(1)

    await proxy.set({ kind: 'none' })
    await vi.waitUntil(
      async () => samplesOf(await (await fetch(`${loop.url}/metrics`)).text()).get('agent1_delivery_up') === 1,
      { timeout: 20_000, interval: 200 },
    )
    loop.child.kill('SIGTERM')
    expect((await loop.finished).code).toBe(0)
  })

  it('listen on this machine alone unless told otherwise, and answer nothing else', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const { child, finished, url } = await startLoop(workplace, world)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${url}/`)).status).toBe(404)
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405)
    child.kill('SIGTERM')
    await finished
  })

  it('are refused an address that cannot be had, with exit code 2, before anything is collected', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as AddressInfo
    const loop = ['run-loop', '--source', world.source]
    const taken = await workplace.run([...loop, '--metrics-port', String(port)])
    other.close()
    expect(taken.code).toBe(2)
    expect(taken.stderr).toMatch(/--metrics-port \d+ on 127\.0\.0\.1: something else listens there already/)
    const foreign = await workplace.run([...loop, '--metrics-port', '0', '--metrics-host', '192.0.2.1'])
    expect(foreign.code).toBe(2)
    expect(foreign.stderr).toMatch(
      /--metrics-port 0 on 192\.0\.2\.1: it is not to be had on this machine \(EADDRNOTAVAIL\)/,
    )
    const high = await workplace.run([...loop, '--metrics-port', '70000'])
    expect(high.code).toBe(2)
    const alone = await workplace.run([...loop, '--metrics-host', '0.0.0.0'])
    expect(alone.code).toBe(2)
    expect(alone.stderr).toMatch(/--metrics-host is given without --metrics-port/)
    expect(world.server.requests).toEqual([])
  })
})
