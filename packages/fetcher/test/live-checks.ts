import { calendarOf, type Clock, instrumentOf } from '@openpredict/market'
import { expect } from 'vitest'

import { type BarBatch, type BarSource, DROP_REASONS, type DropReason, splitSuspects } from '../src/index.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const NQ = instrumentOf('NQ=F')

/** How far the machine's clock may be from the source's. */
const CLOCKS_APART = 2 * MINUTE

/** What Yahoo's answers may hold besides bars: minutes without a trade, the forming bar and the quote behind it. */
const ORDINARY: readonly DropReason[] = ['null-row', 'not-closed', 'outside-window', 'duplicate']

/** What a source was found to be like. */
export interface Findings {
  readonly bars: number
  readonly watermark: number
  readonly answeredAt: number
  readonly delayMs: number
  readonly received: number
  readonly dropped: Readonly<Record<DropReason, number>>
  readonly suspects: number
}

/**
 * Checks on a source of NQ's minutes what everything above relies on: shape, watermark, delay, cleaning. It must hold
 * on Yahoo at any time of the week, so it knows no exact numbers.
 */
export async function checkNqMinutes(source: BarSource, clock: Clock): Promise<Findings> {
  const now = clock.now()
  const batch = await source.fetch({ instrument: NQ, from: now - 7 * DAY, to: now })
  checkShape(batch)
  checkTimes(batch, now)
  const { suspects } = splitSuspects(batch.bars)
  checkCleaning(batch, suspects.length)

  const { watermark } = batch
  const again = await source.fetch({ instrument: NQ, from: now - 2 * 60 * MINUTE, to: clock.now() })
  expect(again.watermark, 'the watermark does not go back').toBeGreaterThanOrEqual(
    Math.min(watermark, again.answeredAt - again.delayMs - MINUTE),
  )
  const known = new Map(batch.bars.toArray().map((bar) => [bar.time, bar]))
  const changed = again.bars.toArray().filter((bar) => {
    const before = known.get(bar.time)
    return before !== undefined && (before.open !== bar.open || before.close !== bar.close)
  })
  // Late trades correct a bar now and then; a source that shows forming bars as closed changes nearly every answer's last.
  expect(changed.length, 'closed bars that changed at once').toBeLessThanOrEqual(1)

  const { answeredAt, delayMs, received, dropped } = batch
  return { bars: batch.bars.length, watermark, answeredAt, delayMs, received, dropped, suspects: suspects.length }
}

function checkShape({ bars, instrument, interval, requests, watermark }: BarBatch): void {
  expect({ symbol: instrument.symbol, interval }).toEqual({ symbol: 'NQ=F', interval: '1m' })
  // One for the week; failed attempts count, too.
  expect(requests).toBeGreaterThanOrEqual(1)
  expect(requests).toBeLessThanOrEqual(3)
  // Five sessions of 1,380 minutes; less with holidays, in which a week has three at least.
  expect(bars.length, 'bars of a week').toBeGreaterThan(2_500)
  expect(bars.length, 'bars of a week').toBeLessThanOrEqual(5 * 1_380 + 60)
  const calendar = calendarOf(NQ)
  const all = bars.toArray()
  const closed = all.filter(({ time }) => !calendar.isOpen(time))
  expect(closed.length / all.length, 'bars while the market is closed').toBeLessThan(0.005)
  expect(
    all.filter(({ time }) => time % MINUTE !== 0 || time + MINUTE > watermark),
    'bars off the minute or not closed',
  ).toEqual([])
  const offTick = all
    .flatMap(({ open, high, low, close }) => [open, high, low, close])
    .filter((price) => price % 0.25 !== 0)
  expect(offTick, 'prices off the tick').toEqual([])
  expect(all.filter(({ volume }) => volume > 0).length / all.length, 'bars with volume').toBeGreaterThan(0.9)
}

function checkTimes({ answeredAt, watermark, delayMs, bars, forming }: BarBatch, now: number): void {
  expect(Math.abs(answeredAt - now), 'clocks apart').toBeLessThan(CLOCKS_APART)
  expect(watermark, 'the watermark').toBeLessThanOrEqual(answeredAt)
  expect(watermark).toBeGreaterThanOrEqual(answeredAt - delayMs - MINUTE)
  expect(delayMs, 'delay').toBeGreaterThanOrEqual(NQ.delayMs)
  expect(delayMs, 'delay').toBeLessThan(60 * MINUTE)
  const last = bars.time.at(-1) ?? 0
  const calendar = calendarOf(NQ)
  const openSince = calendar.openMinutes(last + MINUTE, watermark)
  // A quiet minute has no bar; more than a few of them would be a stale source.
  expect(openSince, 'open minutes up to the watermark without a bar').toBeLessThanOrEqual(15)
  if (forming !== undefined) expect(forming.time + MINUTE).toBeGreaterThan(watermark)
}

function checkCleaning({ bars, received, dropped }: BarBatch, suspects: number): void {
  expect(bars.length + DROP_REASONS.reduce((sum, reason) => sum + dropped[reason], 0), 'rows accounted for').toBe(
    received,
  )
  for (const reason of DROP_REASONS) {
    if (ORDINARY.includes(reason)) continue
    expect(dropped[reason], `rows dropped as ${reason}`).toBeLessThanOrEqual(received * 0.001)
  }
  expect(dropped['not-closed'], 'rows of bars that form').toBeLessThanOrEqual(15)
  expect(dropped['null-row'], 'rows without prices').toBeLessThanOrEqual(received * 0.1)
  expect(suspects, 'bars held back').toBeLessThanOrEqual(3)
}
