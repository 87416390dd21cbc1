import { type Calendar, newYorkInstant } from '@openpredict/market'

import { BoundedCache } from './bounded-cache.ts'
import type { Contract } from './contract.ts'
import { rollStep } from './contract-roll.ts'
import { bell, bitsAt, uniform } from './hash.ts'

const HOUR = 3_600_000
const SESSION_START = 18 * HOUR
const DAYS_OF_WEEK = 7
/** Market phases overlap: each octave lasts twice as long as the one before, from 1 to 64 weeks. */
const OCTAVES = 7
/** Deviation of the shortest octave as a multiple of a day's movement; with it a week moves about √5 days' worth. */
const OCTAVE_DEVIATION = 1.12
/** A weekend's gap and a daily halt's gap as multiples of a day's movement. */
const WEEKEND_GAP = 0.3
const HALT_GAP = 0.02

/** What one trading day is given: where it starts and ends, and how lively it is. Prices in ticks. */
export interface DayPlan {
  /** The day's label, days since 1970-01-01. */
  readonly label: number
  readonly start: number
  readonly end: number
  readonly open: number
  readonly close: number
  /** The day's movement in ticks. */
  readonly movement: number
  /** How lively the day is; 1 is usual. */
  readonly liveliness: number
}

/** The plans of all trading days, found by the day's label. */
export interface DayPlans {
  planOf(label: number): DayPlan
}

/** Lays out weeks and their days from seeded streams, each week by itself. */
export function createDayPlans(contract: Contract, calendar: Calendar, stream: number): DayPlans {
  const weeks = new BoundedCache(64, (week) => planWeek(contract, calendar, stream, week))
  return {
    planOf(label) {
      // 1970-01-05, day 4, was a Monday.
      const week = Math.floor((label - 4) / DAYS_OF_WEEK)
      return weeks.get(week)[label - 4 - week * DAYS_OF_WEEK] as DayPlan
    },
  }
}

/** The price in ticks at which a week begins, before its opening gap: the last close of the week before. */
export function weekLevel(contract: Contract, stream: number, week: number): number {
  let deviation = 0
  for (let octave = 0; octave < OCTAVES; octave++) {
    const length = 1 << octave
    const node = Math.floor(week / length)
    const share = (week - node * length) / length
    const here = bell(bitsAt(stream + octave, node))
    const next = bell(bitsAt(stream + octave, node + 1))
    deviation += (here + (next - here) * share) * Math.sqrt(length)
  }
  const moved = deviation * OCTAVE_DEVIATION * contract.dailyMovement
  // Up and down by the same ratio, and never below zero.
  return Math.max(1, Math.round(moved >= 0 ? contract.level * (1 + moved) : contract.level / (1 - moved)))
}

function planWeek(contract: Contract, calendar: Calendar, stream: number, week: number): readonly DayPlan[] {
  const from = weekLevel(contract, stream, week)
  const to = weekLevel(contract, stream, week + 1)
  const monday = 4 + week * DAYS_OF_WEEK
  const days = Array.from({ length: DAYS_OF_WEEK }, (_, i) => {
    const label = monday + i
    const start = newYorkInstant(label - 1, SESSION_START)
    const end = newYorkInstant(label, SESSION_START)
    const open = calendar.openMinutes(start, end)
    const liveliness = phase(stream, week) * (0.7 + 0.6 * uniform(bitsAt(stream + 101, label)))
    const movement = contract.dailyMovement * from * liveliness * Math.sqrt(Math.min(1, open / 1380))
    const roll = from * rollStep(contract.instrument, stream + 105, label)
    return { label, start, end, open, liveliness, movement, roll }
  })
  const variance = days.reduce((sum, day) => sum + day.movement * day.movement, 0)
  const opening = days.find((day) => day.open > 0)
  const closing = days.findLast((day) => day.open > 0)

  const rolls = days.reduce((sum, day) => sum + day.roll, 0)

  // A free walk over the days, then tied down so that the last close is the level at which the next week begins.
  let free = 0
  const walked = days.map((day) => (free += day.movement * bell(bitsAt(stream + 102, day.label))))
  const gap = contract.instrument.hours === 'always' ? 0 : 1
  const first = contract.dailyMovement * from * WEEKEND_GAP * bell(bitsAt(stream + 103, week)) * gap
  let passed = 0
  let rolled = 0
  let close = from
  return days.map((day, i): DayPlan => {
    passed += day.movement * day.movement
    const overnight = contract.dailyMovement * from * HALT_GAP * bell(bitsAt(stream + 104, day.label)) * gap
    rolled += day.roll
    const open = clamp(close + day.roll + (day === opening ? first : overnight))
    if (day === closing) close = to
    else if (day.open > 0) {
      const share = passed / variance
      close = clamp(from + first + rolled + (walked[i] ?? 0) + share * (to - from - first - rolls - free))
    }
    return {
      label: day.label,
      start: day.start,
      end: day.end,
      open,
      close,
      movement: day.movement,
      liveliness: day.liveliness,
    }
  })
}

/** Calm and excited phases of a few weeks each. */
function phase(stream: number, week: number): number {
  const node = Math.floor(week / 6)
  const share = (week - node * 6) / 6
  const here = uniform(bitsAt(stream + 100, node))
  const next = uniform(bitsAt(stream + 100, node + 1))
  return 0.75 + 0.6 * (here + (next - here) * share)
}

function clamp(ticks: number): number {
  return Math.max(1, Math.round(ticks))
}
