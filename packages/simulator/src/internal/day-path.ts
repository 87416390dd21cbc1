import { BarSeries, type Calendar, newYorkTimeOfDay } from '@openpredict/market'

import type { Contract } from './contract.ts'
import { bell, bitsAt, uniform } from './hash.ts'
import { CONTRACTS_OF_MINUTE, minuteOfDay, MOVEMENT_OF_MINUTE } from './intraday-profile.ts'
import { MOST_TRADES, tradePrice } from './minute-trades.ts'
import type { DayPlan } from './week-path.ts'

const MINUTE = 60_000
/** A phase of trend or range lasts this many minutes. */
const PHASE = 64
const SHARE_OF_TRENDS = 0.3
const SHARE_OF_RANGES = 0.4
/** How strongly a range pulls the price back to where the phase began, a minute. */
const PULL = 0.11
/** Calm and excited spells of a day change over from one to the next in this many minutes. */
const SPELL = 32
/** Movement below this share of the liveliest half hour is a quiet market. */
const QUIET = 0.4

/** The minutes of one trading day in which somebody traded. */
export interface DayPath {
  readonly bars: BarSeries
  /** For each bar, open and close in ticks, the number of trades, and how far they stray. */
  readonly open: Float64Array
  readonly close: Float64Array
  readonly trades: Uint8Array
  readonly spread: Float64Array
}

/** The streams that a day draws on. */
export interface DayStreams {
  readonly movement: number
  readonly phase: number
  readonly spell: number
  readonly gap: number
  readonly activity: number
  readonly trades: number
}

/**
 * Walks one trading day minute by minute and ties the walk down to the close that the week planned for it.
 *
 * Phases of trend (a steady drift), range (a pull back to where it began) and plain walk follow each other.
 */
export function walkDay(contract: Contract, calendar: Calendar, streams: DayStreams, plan: DayPlan): DayPath {
  const minutes = openMinutes(calendar, streams.spell, plan)
  const count = minutes.time.length
  const scale = plan.movement / Math.sqrt(minutes.variance || 1)

  const walked = new Float64Array(count)
  const moves = new Float64Array(count)
  const traded = new Uint8Array(count)
  let position = 0
  let anchor = 0
  let drift = 0
  let pull = 0
  let phase = -1
  for (let i = 0; i < count; i++) {
    const minute = (minutes.time[i] as number) / MINUTE
    const inPhase = Math.floor(minute / PHASE)
    if (inPhase !== phase) {
      phase = inPhase
      anchor = position
      const kind = uniform(bitsAt(streams.phase, 2 * phase))
      const strength = uniform(bitsAt(streams.phase, 2 * phase + 1))
      drift = kind < SHARE_OF_TRENDS ? (strength < 0.5 ? -0.15 - 0.3 * strength : 0.3 * strength) : 0
      pull = kind >= 1 - SHARE_OF_RANGES ? PULL : 0
    }
    const rarely = minutes.quiet[i] === 1 ? 1 / 600 : 1 / 8000
    const isEdge = i === 0 || i === count - 1
    if (isEdge || uniform(bitsAt(streams.activity, 2 * minute)) >= rarely) {
      traded[i] = 1
      const z = bell(bitsAt(streams.movement, minute))
      // Markets have fatter tails than a bell: small moves a little smaller, large ones larger.
      const move = z * (0.86 + 0.055 * z * z)
      moves[i] = move
      position += scale * (minutes.movement[i] as number) * (move + drift) - pull * (position - anchor)
    }
    walked[i] = position
  }
  return draw(contract, streams, plan, { ...minutes, walked, moves, traded, scale })
}

/** The open minutes of a day, and what is usual in each. */
interface OpenMinutes {
  readonly time: Float64Array
  /** How far prices move, relative to the liveliest half hour. */
  readonly movement: Float64Array
  readonly contracts: Float64Array
  readonly quiet: Uint8Array
  /** The sum of the squared movements. */
  readonly variance: number
}

function openMinutes(calendar: Calendar, spells: number, plan: DayPlan): OpenMinutes {
  const periods = calendar.openPeriods(plan.start, plan.end)
  const count = periods.reduce((sum, { start, end }) => sum + Math.floor((end - start) / MINUTE), 0)
  const time = new Float64Array(count)
  const movement = new Float64Array(count)
  const contracts = new Float64Array(count)
  const quiet = new Uint8Array(count)
  let variance = 0
  let i = 0
  for (const { start, end } of periods) {
    const first = minuteOfDay(newYorkTimeOfDay(start))
    for (let minute = 0; start + (minute + 1) * MINUTE <= end; minute++, i++) {
      const ofDay = (first + minute) % MOVEMENT_OF_MINUTE.length
      const usual = MOVEMENT_OF_MINUTE[ofDay] as number
      const spell = spellAt(spells, start / MINUTE + minute)
      time[i] = start + minute * MINUTE
      movement[i] = usual * spell
      contracts[i] = (CONTRACTS_OF_MINUTE[ofDay] as number) * spell * plan.liveliness
      quiet[i] = usual < QUIET ? 1 : 0
      variance += usual * spell * usual * spell
    }
  }
  return { time, movement, contracts, quiet, variance }
}

/** How excited the market is, from 0.6 to 1.4. */
function spellAt(spells: number, minute: number): number {
  const node = Math.floor(minute / SPELL)
  const share = (minute - node * SPELL) / SPELL
  const here = uniform(bitsAt(spells, node))
  const next = uniform(bitsAt(spells, node + 1))
  return 0.6 + 0.8 * (here + (next - here) * share)
}

interface Walk extends OpenMinutes {
  readonly walked: Float64Array
  readonly moves: Float64Array
  readonly traded: Uint8Array
  readonly scale: number
}

/** Turns the walk into bars: ties it to the planned close, opens each minute near the last close, draws the trades. */
function draw({ toPrice }: Contract, streams: DayStreams, plan: DayPlan, walk: Walk): DayPath {
  const count = walk.traded.reduce((sum, flag) => sum + flag, 0)
  const columns = {
    time: new Float64Array(count),
    open: new Float64Array(count),
    high: new Float64Array(count),
    low: new Float64Array(count),
    close: new Float64Array(count),
    volume: new Float64Array(count),
  }
  const open = new Float64Array(count)
  const close = new Float64Array(count)
  const trades = new Uint8Array(count)
  const spread = new Float64Array(count)
  const total = walk.walked.at(-1) ?? 0
  const missed = plan.close - plan.open - total
  const shape = { minute: 0, open: 0, close: 0, trades: 1, spread: 0 }
  let passed = 0
  let last = plan.open
  let n = 0
  for (let i = 0; i < walk.time.length; i++) {
    const usual = walk.movement[i] as number
    passed += usual * usual
    if (walk.traded[i] === 0) continue
    const minute = (walk.time[i] as number) / MINUTE
    const size = Math.abs(walk.moves[i] as number)
    const bits = bitsAt(streams.activity, 2 * minute + 1)
    const volume = contractsTraded(walk.contracts[i] as number, size, bits)
    const busy = walk.quiet[i] === 1 ? 5 + (bits % 5) : MOST_TRADES

    shape.minute = minute
    shape.trades = Math.min(busy, volume)
    shape.spread = walk.scale * usual * (0.7 + 0.3 * size)
    shape.close = Math.max(1, Math.round(plan.open + (walk.walked[i] as number) + (missed * passed) / walk.variance))
    const gap = 0.11 * shape.spread * bell(bitsAt(streams.gap, minute))
    shape.open = n === 0 ? plan.open : Math.max(1, Math.round(last + gap))
    if (shape.trades === 1) shape.open = shape.close
    last = shape.close

    let high = Math.max(shape.open, shape.close)
    let low = Math.min(shape.open, shape.close)
    for (let k = 1; k < shape.trades - 1; k++) {
      const price = tradePrice(streams.trades, shape, k)
      if (price > high) high = price
      else if (price < low) low = price
    }
    columns.time[n] = walk.time[i] as number
    columns.open[n] = toPrice(shape.open)
    columns.high[n] = toPrice(high)
    columns.low[n] = toPrice(low)
    columns.close[n] = toPrice(shape.close)
    columns.volume[n] = volume
    open[n] = shape.open
    close[n] = shape.close
    trades[n] = shape.trades
    spread[n] = shape.spread
    n++
  }
  return { bars: new BarSeries(columns), open, close, trades, spread }
}

function contractsTraded(usual: number, size: number, bits: number): number {
  // The product of two: most minutes below the usual, a few far above.
  const luck = 0.1 + (4.4 * ((bits >>> 8) & 1023) * ((bits >>> 18) & 1023)) / (1023 * 1023)
  return Math.max(1, Math.floor(usual * (0.45 + 0.5 * size) * luck))
}
