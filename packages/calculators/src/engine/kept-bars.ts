import { type BarSeries, BarSeriesBuilder, type Interval } from '@openpredict/market'

import { BarReader } from '../internal/bar-reader.ts'
import { RowCalculator, type Standing } from '../internal/row-calculator.ts'
import { indexAfter, PORTION, type Portion, type Stretch } from './portion.ts'
import { RowsByKey } from './rows-by-key.ts'

/** Instants (epoch ms) that rows had been handed over up to: all that had changed, and then those that were finished. */
export interface HandedOver {
  readonly changes: number
  readonly finished: number
}

/** What is kept, as data. */
export interface Kept {
  /** How many portions lie before. */
  readonly index: number
  readonly stretches: readonly Stretch[]
  /** Where the calculators stood before the first bar. */
  readonly standing: readonly Standing[]
  /** Whether that is the beginning of history. */
  readonly isWhole: boolean
  /** The open of the first bar of all that are kept; undefined when that is the beginning of history. */
  readonly earliest: number | undefined
  readonly handedOver: HandedOver
}

const NEVER = Number.NEGATIVE_INFINITY

/**
 * Gives bars to the calculators and keeps the latest, in portions, so that they can go back to before one of them and take
 * others in its place.
 */
export class KeptBars {
  readonly #calculators: readonly RowCalculator<object>[]
  readonly #limit: number
  #portions: readonly Portion[] = []
  /** How many bars the calculators have taken, and how often rows of them were, as far as is known here. */
  #count = 0
  #handovers = 0
  #isWhole = true
  #handedOver: HandedOver = { changes: NEVER, finished: NEVER }

  /** Keeps at least the last `limit` bars; none when that is 0. */
  constructor(calculators: readonly RowCalculator<object>[], limit: number) {
    this.#calculators = calculators
    this.#limit = limit
  }

  /** Gives checked bars to the calculators, which have been told their length, and keeps them. */
  read(bars: BarSeries, from: number, to: number, interval: Interval): void {
    // Those that the rest would push out are not kept at all.
    const skip = Math.max(0, to - from - this.#limit - PORTION)
    const first = this.#limit === 0 ? to : from + skip
    if (first > from) BarReader.read(this.#calculators, bars, from, first)
    this.#checkStep()
    let i = first
    while (i < to) {
      const portion = this.#open(interval)
      const end = Math.min(to, i + PORTION - portion.bars.length)
      BarReader.read(this.#calculators, bars, i, end)
      portion.bars.append(bars, i, end)
      this.#count += end - i
      i = end
    }
  }

  /** Notes that rows are handed over now, at `asOf`: all that had changed, or only those that were finished. */
  noteHandedOver(kind: keyof HandedOver, asOf: number | undefined = NEVER): void {
    this.#checkStep()
    // Each of the calculators hands over what it has next.
    this.#handovers += this.#calculators.length
    this.#handedOver = kind === 'changes' ? { changes: asOf, finished: asOf } : { ...this.#handedOver, finished: asOf }
    this.#forgetWaiting()
  }

  /** What is kept, from the portion on in which a bar that opens at `time` lies or would lie. */
  from(time: number = NEVER): Kept | undefined {
    this.#checkStep()
    const index = Math.max(
      0,
      this.#portions.findLastIndex(({ bars }) => bars.firstTime <= time),
    )
    const portion = this.#portions[index]
    if (portion === undefined) return undefined
    return {
      index,
      stretches: this.#portions.slice(index).map(({ interval, bars }) => ({ interval, bars: bars.build() })),
      standing: this.#calculators.map((calculator, i) => ({
        state: portion.states[i] ?? {},
        waiting: RowCalculator.waiting(calculator).slice(0, portion.waiting[i]),
      })),
      isWhole: this.#isWhole && index === 0,
      earliest: this.#isWhole ? undefined : this.#portions[0]?.bars.firstTime,
      handedOver: this.#handedOver,
    }
  }

  /**
   * Takes the calculators back to before kept bars and gives them these again, or others. Rows are handed over where they
   * had been; those that were known after the last time are the result.
   */
  again({ stretches, standing, handedOver }: Kept): RowsByKey {
    this.#goBack(standing)
    return this.#handOverWhile(stretches, handedOver, (stretch, from, to) => {
      BarReader.withInterval(this.#calculators, stretch.interval, () => {
        BarReader.read(this.#calculators, stretch.bars, from, to)
      })
    })
  }

  /** The same, and keeps these bars in place of those that were kept from there on. */
  instead({ index, stretches, standing, isWhole, handedOver }: Kept): RowsByKey {
    this.#goBack(standing)
    this.#portions = this.#portions.slice(0, index)
    if (index === 0) this.#isWhole = isWhole
    this.#count = this.#taken()
    this.#handedOver = handedOver
    return this.#handOverWhile(stretches, handedOver, (stretch, from, to) => {
      BarReader.withInterval(this.#calculators, stretch.interval, () => {
        this.read(stretch.bars, from, to, stretch.interval)
      })
    })
  }

  /** Forgets all bars. */
  clear(): void {
    this.#portions = []
    this.#count = this.#taken()
    this.#handovers = this.#handedOverBy()
    this.#isWhole = this.#count === 0
  }

  /** The same, where it is not known what had been handed over: all that there is counts as such. */
  startAnew(): void {
    this.clear()
    const asOf = this.#calculators[0]?.asOf ?? NEVER
    this.#handedOver = { changes: asOf, finished: asOf }
  }

  #handOverWhile(
    stretches: readonly Stretch[],
    { changes, finished }: HandedOver,
    read: (stretch: Stretch, from: number, to: number) => void,
  ): RowsByKey {
    const known = new RowsByKey()
    const asOf = this.#calculators[0]?.asOf ?? NEVER
    // What had been handed over before and still lives may be finished by then, or not any more.
    if (changes !== NEVER && changes <= asOf) this.#putLive(known)
    const stops = [changes, finished].filter((at, i, all) => at > asOf && all.indexOf(at) === i)
    let passed = 0
    for (const stretch of stretches) {
      let from = 0
      for (const at of stops.slice(passed)) {
        const to = indexAfter(stretch, at)
        if (to === stretch.bars.length) break
        if (to > from) read(stretch, from, to)
        from = to
        this.#handOver(at, at === changes, known)
        passed++
      }
      if (from < stretch.bars.length) read(stretch, from, stretch.bars.length)
    }
    for (const at of stops.slice(passed)) this.#handOver(at, at === changes, known)
    return known
  }

  #handOver(at: number, changes: boolean, known: RowsByKey): void {
    BarReader.advance(this.#calculators, at)
    for (const calculator of this.#calculators) {
      known.put(calculator.table, changes ? calculator.takeChanges() : calculator.takeFinished())
    }
    // Those among them that had not changed are known from before.
    if (changes) this.#putLive(known)
    this.#handovers = this.#handedOverBy()
    this.#forgetWaiting()
  }

  #putLive(known: RowsByKey): void {
    for (const calculator of this.#calculators) known.put(calculator.table, RowCalculator.liveRows(calculator))
  }

  #goBack(standing: readonly Standing[]): void {
    for (const [i, calculator] of this.#calculators.entries()) {
      const there = standing[i]
      if (there !== undefined) RowCalculator.goBack(calculator, there)
    }
  }

  /** The portion that takes the next bar. */
  #open(interval: Interval): Portion {
    const last = this.#portions.at(-1)
    if (last !== undefined && last.interval === interval && last.bars.length < PORTION) return last
    const standing = this.#calculators.map((calculator) => RowCalculator.standing(calculator))
    const portion: Portion = {
      interval,
      bars: this.#dropOld() ?? new BarSeriesBuilder(),
      states: standing.map(({ state }) => state),
      waiting: standing.map(({ waiting }) => waiting.length),
    }
    this.#portions = [...this.#portions, portion]
    return portion
  }

  /** Drops the oldest portions, as far as the others are enough, and gives their memory for the next, emptied. */
  #dropOld(): BarSeriesBuilder | undefined {
    let rest = this.#portions.reduce((sum, { bars }) => sum + bars.length, 0)
    const first = this.#portions.findIndex(({ bars }) => (rest -= bars.length) < this.#limit)
    if (first < 1) return undefined
    const [dropped] = this.#portions
    this.#portions = this.#portions.slice(first)
    this.#isWhole = false
    dropped?.bars.clear()
    return dropped?.bars
  }

  /** None of the rows that waited before now waits any more. */
  #forgetWaiting(): void {
    for (const portion of this.#portions) portion.waiting = portion.waiting.map(() => 0)
  }

  /** Forgets everything when the calculators have been given bars, or rows were taken from them, behind its back. */
  #checkStep(): void {
    if (this.#taken() !== this.#count || this.#handedOverBy() !== this.#handovers) this.clear()
  }

  #handedOverBy(): number {
    let sum = 0
    for (const calculator of this.#calculators) sum += RowCalculator.handoversOf(calculator)
    return sum
  }

  #taken(): number {
    const [first] = this.#calculators
    return first === undefined ? 0 : BarReader.countOf(first)
  }
}
