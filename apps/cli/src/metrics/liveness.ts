import { canHaveNewBar } from '@openpredict/collector'
import { calendarOf, type Instrument } from '@openpredict/market'

import { formatAge } from '../format.ts'

const MINUTE = 60_000
/** After so many intervals without success collecting is not well. */
const MOST_INTERVALS = 5
/** Less would be no sign of anything: one cycle may take so long. */
const LEAST_MS = 60_000
/** The longest that a market was closed, with room. */
const LONGEST_CLOSE = 14 * 1_440 * MINUTE

/** What is known of an instrument. Instants in epoch ms. */
export interface Beat {
  readonly instrument: Instrument
  /** When collecting began. */
  readonly since: number
  /** When the last cycle that did not fail ended. */
  readonly lastSuccess: number | undefined
}

/** Whether collecting is well, and how each instrument stands. */
export interface Liveness {
  readonly ok: boolean
  readonly instruments: readonly { readonly symbol: string; readonly ok: boolean; readonly reason: string }[]
}

/**
 * Judges whether collecting goes on: every instrument whose market is open had a cycle that succeeded within the last five
 * intervals, a minute at least; counted from the open, or from the start, where that was later.
 */
export function livenessOf(beats: readonly Beat[], now: number, intervalMs: number): Liveness {
  const most = Math.max(MOST_INTERVALS * intervalMs, LEAST_MS)
  const instruments = beats.map(({ instrument, since, lastSuccess }) => {
    const { symbol, delayMs } = instrument
    const calendar = calendarOf(instrument)
    if (!canHaveNewBar(now, calendar, delayMs)) return { symbol, ok: true, reason: 'the market is closed' }
    const opened = calendar.openPeriods(now - LONGEST_CLOSE, now).at(-1)?.start ?? now - LONGEST_CLOSE
    const age = now - Math.max(lastSuccess ?? since, opened + delayMs + MINUTE)
    if (age > most) {
      const what = lastSuccess === undefined ? 'no cycle has succeeded' : 'the last success'
      const tail =
        lastSuccess === undefined
          ? ` since the start ${formatAge(now - since)} ago`
          : ` was ${formatAge(now - lastSuccess)} ago`
      return { symbol, ok: false, reason: `${what}${tail}, expected one every ${formatAge(most)} at least` }
    }
    return { symbol, ok: true, reason: lastSuccess === undefined ? 'starting' : 'cycles succeed' }
  })
  return { ok: instruments.every(({ ok }) => ok), instruments }
}
