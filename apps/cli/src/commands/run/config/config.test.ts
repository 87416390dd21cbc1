import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { createManualClock, parseInstant } from '@openpredict/market'
import { makeDayReport } from '@openpredict/monitor'
import { openStore } from '@openpredict/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { testServices } from '../../../../test/services.ts'
import type { VerifyFlags } from '../../config.ts'
import type { Check } from '../health/checklist.ts'
import { verifyConfig } from './config.ts'

const AT = parseInstant('2024-06-06T14:30:00Z')
const DAY = 86_400_000

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = (name: string): string => join(folder, name)

/** Goes through the checklist of a folder with nothing in it but what the test has put there. */
async function verify(
  env: Readonly<Record<string, string>> = {},
  flags: Partial<VerifyFlags> = {},
): Promise<{ readonly code: number; readonly check: (name: string) => Check; readonly printed: string }> {
  const stdout = new PassThrough()
  let printed = ''
  stdout.on('data', (data: Buffer) => (printed += data.toString()))
  const clock = createManualClock(AT)
  const services = testServices({ clock, stdout, env: { OPENPREDICT_STORE: `sqlite:${path('nq.sqlite')}`, ...env } })
  const code = await verifyConfig({ logrotate: path('logrotate.d'), json: true, ...flags }, services)
  const { ok, checks } = JSON.parse(printed) as { readonly ok: boolean; readonly checks: readonly Check[] }
  expect(ok).toBe(code === 0)
  return {
    code,
    printed,
    check: (name) => {
      const check = checks.find((found) => found.name === name)
      if (check === undefined) throw new Error(`There is no line ${name}.`)
      return check
    },
  }
}

/** The report of a day of which so many of a hundred cycles failed. */
async function dayReport(failed: number, { hours = 24, growth = 0 } = {}): Promise<string> {
  await using store = await openStore('sqlite::memory:', { clock: createManualClock(AT) })
  const step = DAY / 100
  await store.transaction(async (tx) => {
    for (let i = 0; i < 100; i++) {
      const started_at = AT - DAY + i * step
      const bad = i < failed * 2 && i % 2 === 0
      await tx.putCycle({
        id: crypto.randomUUID(),
        instrument: 'NQ=F',
        cycle: i,
        started_at,
        finished_at: started_at + 400,
        duration_ms: 400,
        waiting_ms: 300,
        status: bad ? 'failed' : 'success',
        failed_step: bad ? 'fetch' : null,
        error_category: bad ? 'network' : null,
        bars_fetched: 1,
        bars_new: 1,
        rows_written: 1,
        step_ms: { fetch: 400 },
        host: 'here',
        version: '0.1.0',
        measures: {
          process_id: 1,
          process_uptime_ms: DAY + i * step,
          process_memory_bytes: 100_000_000 + (i * growth * 24) / 100,
          process_heap_bytes: 50_000_000 + (i * growth * 24) / 100,
        },
      })
    }
  })
  const options = { store, from: AT - hours * 3_600_000, to: AT, madeAt: AT, version: '0.1.0' }
  const file = path(`day-${failed}-${hours}-${growth}.json`)
  writeFileSync(file, JSON.stringify(await makeDayReport({ ...options, intervalMs: step })))
  return file
}

/** The report of a hundred cycles, the longest of which took so many ms. */
function benchmarkReport(longestMs: number): string {
  const times = { count: 100, min: 300, max: longestMs, mean: 400, median: 400, p95: 500, p99: 600 }
  const bytes = {
    startBytes: 1e8,
    endBytes: 1e8,
    peakBytes: 1e8,
    heapStartBytes: 5e7,
    heapEndBytes: 5e7,
    heapPeakBytes: 5e7,
  }
  const report = {
    kind: 'benchmark',
    format: 1,
    startedAt: '2024-06-06T14:00:00Z',
    end: 'complete',
    conditions: {
      source: 'simulator',
      store: 'nq.sqlite',
      latency: 'default',
      seed: 1,
      symbols: ['NQ=F'],
      cycles: 100,
      warmUp: 1,
      simulatorInside: false,
    },
    machine: { version: '0.1.0', node: '24.0.0', platform: 'linux', cpu: 'x', cores: 2, memoryBytes: 8e9 },
    warmUp: { cycles: 1, durationMs: 900 },
    cycles: { measured: 100, success: 100, partial: 0, failed: 0, aborted: 0, idle: 0 },
    failures: { network: 0, database: 0, data: 0, calculation: 0, system: 0 },
    times: { total: times, own: times, waiting: times },
    memory: { ...bytes, live: [] },
    cpu: { cycleMs: times, runPercent: 1 },
    source: { requests: 100, retries: 0 },
    data: { bars: 100, minutesMissing: 0 },
  }
  const file = path(`benchmark-${longestMs}.json`)
  writeFileSync(file, JSON.stringify(report))
  return file
}

describe('config verify', () => {
  it('is content with a fresh installation, and says what is left for people and how', async () => {
    const { code, check } = await verify()
    expect(code).toBe(0)
    for (const name of [
      'alerts',
      'backup',
      '24-hour report',
      'benchmark',
      'memory',
      'log rotation',
      'tests',
      'security',
    ]) {
      expect(check(name)).toMatchObject({ ok: true, manual: true, hint: expect.stringMatching(/\S/) as string })
    }
    expect(check('node')).toMatchObject({ ok: true, message: `Node.js ${process.versions.node}` })
    expect(check('store').message).toMatch(/schema \d+, written and read back/)
  })

  it.each([
    [0o600, true],
    [0o640, true],
    [0o644, false],
    [0o660, false],
    [0o604, false],
  ])('judges an env file with the rights %o', async (mode, ok) => {
    writeFileSync(path('prod.env'), '')
    chmodSync(path('prod.env'), mode)
    const { code, check } = await verify({}, { envFile: path('prod.env') })
    expect({ ok: check('env file').ok, code }).toEqual({ ok, code: ok ? 0 : 1 })
  })

  it.each([
    [{ OPENPREDICT_YAHOO_URL: 'http://127.0.0.1:8080' }, true],
    [{ OPENPREDICT_YAHOO_URL: 'https://proxy.example' }, true],
    [{ OPENPREDICT_YAHOO_URL: 'http://proxy.example' }, false],
    [{ DATABASE_URL: 'postgres://me:PlantedPassword@db.example/nq' }, true],
    [{ DATABASE_URL: 'postgres://me:PlantedPassword@db.example/nq?sslmode=disable' }, false],
    [{ DATABASE_URL: 'postgres://me:PlantedPassword@localhost/nq?sslmode=disable' }, true],
  ])('wants encryption on the way out: %j', async (env, ok) => {
    const { check, printed } = await verify(env)
    expect(check('encryption').ok).toBe(ok)
    expect(printed).not.toContain('Planted')
  })

  it('wants a log file that can be written, and something that rotates it', async () => {
    mkdirSync(path('logrotate.d'))
    const nowhere = await verify({ LOG_FILE: path('none/nq.log') })
    expect(nowhere.check('log file')).toMatchObject({ ok: false, message: expect.stringContaining('ENOENT') as string })
    writeFileSync(
      path('logrotate.d/other'),
      `# ${path('nq.log')}\n"/var/log/a b.log" /var/log/*.log {\n  daily\n  # ${path('nq.log')}\n}\n`,
    )
    const unrotated = await verify({ LOG_FILE: path('nq.log') })
    expect(unrotated.check('log file').ok).toBe(true)
    expect(unrotated.check('log rotation').ok).toBe(false)
    writeFileSync(path('logrotate.d/nq'), `# comment\n${folder}/n?.l*g {\n  daily\n}\n`)
    expect((await verify({ LOG_FILE: path('nq.log') })).check('log rotation').ok).toBe(true)
  })

  it('wants rules of alerts that read well, with channels that are set', async () => {
    const rule = "{ name: slow, condition: 'execution_time_p95 > 8s', severity: warning, notification: slack }"
    writeFileSync(path('alerts.yaml'), `alerts: [${rule}]\n`)
    const unset = await verify({}, { alerts: path('alerts.yaml') })
    expect(unset.check('alerts')).toMatchObject({
      ok: false,
      message: expect.stringContaining('SLACK_WEBHOOK_URL') as string,
    })
    const env = { SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/PlantedPlanted' }
    const set = await verify(env, { alerts: path('alerts.yaml') })
    expect(set.check('alerts')).toMatchObject({ ok: true, message: expect.stringContaining('told to slack') as string })
    expect(set.printed).not.toContain('Planted')
    writeFileSync(path('alerts.yaml'), `alerts: [${rule.replace('execution_time', 'exekution_time')}]\n`)
    expect((await verify(env, { alerts: path('alerts.yaml') })).check('alerts').ok).toBe(false)
  })

  it('wants a whole backup of the last day', async () => {
    mkdirSync(path('backups'))
    const empty = await verify({}, { backup: path('backups') })
    expect(empty.check('backup')).toMatchObject({
      ok: false,
      message: expect.stringContaining('holds no backup') as string,
    })
    const file = path('backups/nq.sqlite')
    await (await openStore(`sqlite:${file}`, { clock: createManualClock(AT) })).close()
    const made = (ago: number): void => utimesSync(file, new Date(AT - ago), new Date(AT - ago))
    made(25 * 3_600_000)
    expect((await verify({}, { backup: path('backups') })).check('backup')).toMatchObject({ ok: true })
    made(27 * 3_600_000)
    expect((await verify({}, { backup: file })).check('backup')).toMatchObject({ ok: false })
    writeFileSync(file, 'no database')
    made(0)
    expect((await verify({}, { backup: file })).check('backup')).toMatchObject({ ok: false })
  })

  it.each([
    [4, true],
    [5, false],
  ])('wants more than 95 %% of the cycles of a day to succeed: %i of 100 failed', async (failed, ok) => {
    const { check } = await verify({}, { report: await dayReport(failed) })
    expect(check('24-hour report')).toMatchObject({
      ok,
      message: expect.stringContaining(`Success rate ${100 - failed}`) as string,
    })
  })

  it('wants the report of a whole day, of the right kind', async () => {
    const short = await verify({}, { report: await dayReport(0, { hours: 23 }) })
    expect(short.check('24-hour report')).toMatchObject({
      ok: false,
      message: expect.stringContaining('covers 23 h') as string,
    })
    writeFileSync(path('other.json'), '{"kind":"benchmark"}')
    expect((await verify({}, { report: path('other.json') })).check('24-hour report').ok).toBe(false)
    expect((await verify({}, { benchmark: path('other.json') })).check('benchmark').ok).toBe(false)
  })

  it.each([
    [7_999, true],
    [8_000, false],
  ])('wants each cycle of a benchmark within 8 s: the longest took %i ms', async (longestMs, ok) => {
    const { check } = await verify({}, { benchmark: benchmarkReport(longestMs) })
    expect(check('benchmark')).toMatchObject({ ok, message: expect.stringContaining('Cycle time') as string })
  })

  it.each([
    [0, true],
    [2_000_000, false],
  ])('wants memory to stay where it is: %i bytes an hour', async (growth, ok) => {
    const { check } = await verify({}, { report: await dayReport(0, { growth }) })
    expect(check('memory')).toMatchObject({ ok, message: expect.stringContaining('Memory growth') as string })
    expect(check('memory').manual).toBeUndefined()
  })
})
