import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'

import type * as market from '../src/index.ts'

// Loaded by Node itself, for the reason given in time.bench.ts.
const { calendarOf, instrumentOf } = createRequire(import.meta.url)('../src/index.ts') as typeof market

const MINUTE = 60_000
const FROM = Date.UTC(2024, 0, 1)
const TO = Date.UTC(2025, 0, 1)
const MINUTES = (TO - FROM) / MINUTE

const nq = instrumentOf('NQ=F')
const calendar = calendarOf(nq)
// An exception of long ago keeps the calendar from sharing the years that others have made.
const exceptions = [{ kind: 'close', start: Date.UTC(1990, 0, 1), end: Date.UTC(1990, 0, 2) }] as const

/** Calls `ask` with every minute of 2024; the sum keeps the calls from being optimised away. */
function eachMinute(ask: (time: number) => number): number {
  let sum = 0
  for (let time = FROM; time < TO; time += MINUTE) sum += ask(time)
  return sum
}

/** Calls `ask` a thousand times with shifted beginnings, so that milliseconds a run read as microseconds a call. */
function thousand(ask: (time: number) => number): number {
  let sum = 0
  for (let i = 0; i < 1_000; i++) sum += ask(FROM + i * MINUTE)
  return sum
}

describe('the exchange calendar', () => {
  test('openMinutes over a year: ms a run of 1,000 = µs a call', async ({ bench }) => {
    const year = TO - FROM
    const result = await bench.compare(
      bench('openMinutes over a year', () => void thousand((time) => calendar.openMinutes(time, time + year))),
      bench('openMinutes over ten years', () => void thousand((time) => calendar.openMinutes(time, time + 10 * year))),
      bench('openPeriods of 30 minutes', () =>
        void thousand((time) => calendar.openPeriods(time, time + 30 * MINUTE).length)),
    )
    expect(result.get('openMinutes over a year').latency.p50).toBeLessThan(5)
  })

  test('the first question about a year: ms a run', async ({ bench }) => {
    await bench('openMinutes over a year, calendar made anew', () => {
      calendarOf(nq, { exceptions }).openMinutes(FROM, TO)
    }).run()
  })

  test(`every minute of a year: ms a run of ${MINUTES} calls`, async ({ bench }) => {
    await bench.compare(
      bench('isOpen', () => void eachMinute((time) => Number(calendar.isOpen(time)))),
      bench('nextOpen', () => void eachMinute((time) => calendar.nextOpen(time))),
      bench('nextClose', () => void eachMinute((time) => calendar.nextClose(time))),
      bench('sessionOf', () => void eachMinute((time) => calendar.sessionOf(time)?.label ?? 0)),
    )
  })
})
