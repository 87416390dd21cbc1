import type { Position } from '../internal/position.ts'
import type { Range } from '../internal/range.ts'
import { PREVIOUS, SESSIONS } from '../reference-levels/level-types.ts'
import { PreviousRange } from '../reference-levels/previous-range.ts'
import { SessionRange } from '../reference-levels/session-range.ts'
import type { PoolSide } from './pool-side.ts'

/**
 * Makes pools of the highs and lows that are reference levels: of a session when it has ended, of a trading day or week
 * when the next one has its first bar.
 */
export class LevelPools {
  readonly #above: PoolSide
  readonly #below: PoolSide
  readonly #sessions = SESSIONS.map((definition) => ({ definition, tracker: new SessionRange(definition, 0) }))
  readonly #previous = PREVIOUS.map((definition) => ({ definition, tracker: new PreviousRange(definition, 0) }))
  readonly #progress = {
    /** The instant before which no bar begins or ends a session, day or week. */
    until: Number.NEGATIVE_INFINITY,
  }

  constructor(above: PoolSide, below: PoolSide) {
    this.#above = above
    this.#below = below
  }

  get until(): number {
    return this.#progress.until
  }

  /** The parts that remember something, by name. */
  parts(): Readonly<Record<string, object>> {
    const all = [...this.#sessions, ...this.#previous]
    return Object.fromEntries([
      ['levels', this.#progress],
      ...all.map(({ definition, tracker }) => [definition.high, tracker] as const),
    ])
  }

  /** Takes the range of bars before `until`. */
  extend(range: Range): void {
    for (const { tracker } of this.#sessions) tracker.extend(range)
    for (const { tracker } of this.#previous) tracker.extend(range)
  }

  /** Activates pools of what has ended by the open of the next bar, and begins what begins there. */
  turn(time: number, { interval, lastClose, historyStart }: Position): void {
    if (time < this.until) return
    const first = { time, open: Number.NaN, close: time + interval, lastClose, historyStart }
    let until = Number.POSITIVE_INFINITY
    for (const { definition, tracker } of this.#sessions) {
      if (time >= tracker.until) {
        if (tracker.isRunning) this.#activate(definition, tracker.start, tracker.range, time)
        tracker.turn(first)
      }
      until = Math.min(until, tracker.until)
    }
    for (const { definition, tracker } of this.#previous) {
      if (time >= tracker.until) {
        const { start, known, range } = tracker.running
        if (known) this.#activate(definition, start, range, time)
        tracker.turn(first)
      }
      until = Math.min(until, tracker.until)
    }
    this.#progress.until = until
  }

  #activate(
    { high, low }: Pick<(typeof SESSIONS)[number] | (typeof PREVIOUS)[number], 'high' | 'low'>,
    start: number,
    range: Range,
    now: number,
  ): void {
    this.#above.activate(high, start, range.high, now)
    this.#below.activate(low, start, range.low, now)
  }
}
