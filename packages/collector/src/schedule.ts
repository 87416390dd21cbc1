import type { Calendar } from '@openpredict/market'

const MINUTE = 60_000

/** When the loop wakes. All times in milliseconds. */
export interface ScheduleOptions {
  readonly calendar: Calendar
  /** How late the source shows a trade. */
  readonly delayMs: number
  /** @default 60_000 */
  readonly intervalMs?: number
  /** How long after the full minute, so that the source has it. @default 2_000 */
  readonly offsetMs?: number
  /** How often to look while the market is closed. @default 900_000 */
  readonly idleIntervalMs?: number
}

/** The next time to collect, and whether the market is closed until then. */
export interface Tick {
  readonly at: number
  readonly idle: boolean
}

/**
 * Whether a closed bar can be new at `time`: the market was open in the last minute or two that the source, with its
 * delay, can have completed by then.
 */
export function canHaveNewBar(time: number, calendar: Calendar, delayMs: number): boolean {
  const newest = Math.floor((time - delayMs - MINUTE) / MINUTE) * MINUTE
  // The minute before it too: a quiet last minute is only known to be over a minute later.
  return calendar.isOpen(newest) || calendar.isOpen(newest - MINUTE)
}

/** The tick that was kept last. */
export interface LastTick {
  readonly at: number
  /** How long ago its cycle began, by a clock that nobody sets. */
  readonly sinceMs: number
}

/**
 * The tick to keep after `last`. As a rule that is `nextTick`. When the clock was set back since, to before `last`, it is
 * the first one of the new time at which an interval has really passed: minutes that come a second time are collected a
 * second time, but never two within one minute.
 */
export function tickAfter(last: LastTick, now: number, options: ScheduleOptions): Tick {
  const tick = nextTick(now, options)
  if (tick.at > last.at) return tick
  const { intervalMs = MINUTE } = options
  // A timer may fire a moment early: this much less than an interval is one.
  const slackMs = Math.min(1_000, intervalMs / 10)
  return nextTick(now + Math.max(1, intervalMs - slackMs - last.sinceMs) - 1, options)
}

/**
 * The first tick after `now`: on the interval's grid plus the offset, never drifting. Ticks that have passed are
 * skipped. While the market is closed the grid is that of `idleIntervalMs`, but for the first tick at which the
 * reopened market's first bar can be there.
 */
export function nextTick(now: number, options: ScheduleOptions): Tick {
  const { calendar, delayMs, intervalMs = MINUTE, offsetMs = 2_000, idleIntervalMs = 15 * MINUTE } = options
  const regular = after(now, intervalMs, offsetMs)
  if (canHaveNewBar(regular, calendar, delayMs)) return { at: regular, idle: false }
  const reopen = calendar.nextOpen(regular - delayMs - MINUTE) + delayMs + MINUTE
  const first = after(reopen - 1, intervalMs, offsetMs)
  return { at: Math.min(after(now, Math.max(idleIntervalMs, intervalMs), offsetMs), first), idle: true }
}

/** The first instant later than `time` of the form n · step + offset. */
function after(time: number, step: number, offset: number): number {
  return (Math.floor((time - offset) / step) + 1) * step + offset
}
