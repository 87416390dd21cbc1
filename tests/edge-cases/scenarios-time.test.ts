import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { readLog, until } from '../e2e/log-lines.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { startWorld } from '../e2e/world.ts'
import { ROOT } from '../package-map.ts'
import { barsIn, START } from './filled-store.ts'
import { expectTruth, outcomes, Scene } from './scene.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const FULL = process.env['OPENPREDICT_FULL'] === '1'

/** A stretch in which the market is closed: when it closes and when it opens again. */
interface Close {
  readonly closes: string
  readonly opens: string
}

/**
 * Collects from half an hour before a close until a quarter of an hour after the first bar of the reopened market.
 * Returns how many cycles were idle.
 */
async function idleCycles({ closes, opens }: Close): Promise<number> {
  const [close, open] = [parseInstant(closes), parseInstant(opens)]
  await using scene = await Scene.open({ start: close - HOUR / 2 + 2_000 })
  const reports = await scene.runUntil(open + 26 * MINUTE)
  expect(new Set(outcomes(reports))).toEqual(new Set(['success', 'idle']))
  const idle = reports.filter(({ status }) => status === 'idle')
  expect(idle[0]?.newestBar).toBe(close - MINUTE)
  for (const { startedAt, marketOpen } of idle) {
    expect(marketOpen).toBe(false)
    expect(startedAt).toBeGreaterThan(close + 10 * MINUTE)
    expect(startedAt).toBeLessThan(open + 13 * MINUTE)
  }
  // A closed market is not stale, and neither is one that has just opened.
  for (const { lagMs = Number.NaN } of reports) expect(lagMs).toBeLessThanOrEqual(MINUTE)
  const first = reports.find(({ newestBar = 0 }) => newestBar >= open)
  // Ten minutes of delay, the minute itself, and the tick; one more when nobody traded at once.
  expect(first?.startedAt).toBeLessThanOrEqual(open + 12 * MINUTE + 2_000)
  const bars = await barsIn(scene.store)
  expect(bars.find(({ time }) => time >= close)?.time).toBe(open)
  expect(bars.filter(({ time }) => time < close).length).toBeGreaterThan(300)
  const missing = await scene.store.readRows('missing_minutes', { from: close, to: open })
  expect(missing).toEqual([])
  await expectTruth(scene)
  return idle.length
}

describe('time', () => {
  it('D1: the daily halt is no outage, and the first bar after it comes on time', { timeout: 60_000 }, async () => {
    expect(await idleCycles({ closes: '2024-06-05T21:00:00Z', opens: '2024-06-05T22:00:00Z' })).toBe(4)
  })

  it('D2: weekends, holidays and early closes are known', { timeout: 120_000 }, async () => {
    expect(await idleCycles({ closes: '2024-06-07T21:00:00Z', opens: '2024-06-09T22:00:00Z' })).toBe(196)
    // Thanksgiving: a halt from 13:00 New York on, and on the day after a close at 13:15 until Sunday.
    expect(await idleCycles({ closes: '2024-11-28T18:00:00Z', opens: '2024-11-28T23:00:00Z' })).toBe(20)
    expect(await idleCycles({ closes: '2024-11-29T18:15:00Z', opens: '2024-12-01T23:00:00Z' })).toBe(211)
  })

  it(
    'D3: the market reopens at 18:00 New York on the days on which the clocks change',
    { timeout: 60_000 },
    async () => {
      // 17:00 of winter to 18:00 of summer, and back: 48 and 50 hours.
      expect(await idleCycles({ closes: '2024-03-08T22:00:00Z', opens: '2024-03-10T22:00:00Z' })).toBe(192)
      expect(await idleCycles({ closes: '2024-11-01T21:00:00Z', opens: '2024-11-03T23:00:00Z' })).toBe(200)
    },
  )

  it('D4: the first run takes a week of minutes, and knows levels of longer periods', { timeout: 60_000 }, async () => {
    await using scene = await Scene.open({ start: START, coldStartDays: 7, warmUpDays: 60 })
    const first = await scene.next()
    expect(first).toMatchObject({ status: 'success', window: { cold: true }, cycle: 1 })
    expect(first.barsNew).toBeGreaterThan(6_000)
    const coarse = await scene.store.readRows('ohlc_history')
    expect(coarse.length).toBeGreaterThan(10_000)
    const levels = await scene.store.readRows('reference_levels')
    const types = new Set(levels.map(({ level_type: type }) => type))
    expect([...types]).toEqual(expect.arrayContaining(['WEEKLY_OPEN', 'MONTHLY_OPEN', 'PREV_WEEK_HIGH']))
    expect(await scene.next()).toMatchObject({ status: 'success', window: { cold: false }, cycle: 2 })
    await expectTruth(scene)
  })

  // A sample of them in the ordinary run.
  it('D5: a thousand cycles leave nothing behind', { timeout: 300_000 }, async () => {
    const cycles = FULL ? 1_000 : 120
    const child = spawn(
      process.execPath,
      ['--expose-gc', '--conditions=@openpredict/source', join(ROOT, 'tests/edge-cases/leak-child.ts'), String(cycles)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
    expect(code).toBe(0)
    const { from, to } = JSON.parse(printed) as Readonly<Record<'from' | 'to', Measured>>
    expect(to.cycle).toBe(cycles)
    expect(to.heap - from.heap).toBeLessThanOrEqual(3 * 1_024 * 1_024)
    expect({ handles: to.handles, files: to.files }).toEqual({ handles: from.handles, files: from.files })
  })
})

/** What `leak-child.ts` measures after a cycle. */
interface Measured {
  readonly cycle: number
  readonly heap: number
  readonly handles: readonly string[]
  readonly files: number
}

describe('shutdown', () => {
  it('3.4 D: by a signal leaves statistics, and neither a process nor a lock', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const log = workplace.path('log')
    for (const [n, signal] of (['SIGINT', 'SIGTERM'] as const).entries()) {
      const { child, finished } = workplace.start(['run-loop', '--source', world.source], { LOG_FILE: log })
      await until(() => readLog(log).filter(({ operation }) => operation === 'cycle').length > n)
      child.kill(signal)
      expect(await finished).toMatchObject({ code: 0, signal: null })
      const lines = readLog(log)
      expect(lines.findLast(({ status }) => status === 'stopping')?.message).toBe(`Stopping: stopped by ${signal}`)
      expect(lines.filter(({ operation }) => operation === 'statistics')).toHaveLength(n + 1)
      expect(lines.at(-1)).toMatchObject({ operation: 'stop', status: 'stopped' })
      expect(() => process.kill(child.pid ?? 0, 0)).toThrow('ESRCH')
    }
    expect(await workplace.run(['run-once', '--source', world.source])).toMatchObject({ code: 0, stderr: '' })
  })
})
