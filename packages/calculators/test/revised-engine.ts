import type { Bar, Interval } from '@openpredict/market'

import { CalculatorError, createEngine, type Engine, type EngineOptions, FEATURE_TABLES } from '../src/index.ts'
import type { NaiveOptions } from './cases.ts'
import { differences, Ledger, SUBJECTS } from './laws.ts'

/** All bars in order, each time once: those named later replace those before. */
export function merged(...lists: readonly (readonly Bar[])[]): Bar[] {
  return [...new Map(lists.flat().map((bar) => [bar.time, bar])).values()].toSorted((a, b) => a.time - b.time)
}

/** What is taken of an engine. */
export type Taking = 'changes' | 'finished' | 'nothing'

/** An engine that is corrected, the bars as they are known by now, and what somebody has who wrote down its rows. */
export class RevisedEngine {
  readonly #options: EngineOptions
  readonly #ledgers = new Map(FEATURE_TABLES.map((table) => [table, new Ledger(table)] as const))
  #engine: Engine
  #known: readonly Bar[] = []

  constructor(options: EngineOptions) {
    this.#options = options
    this.#engine = createEngine(options)
  }

  get asOf(): number | undefined {
    return this.#engine.asOf
  }

  get known(): readonly Bar[] {
    return this.#known
  }

  warmUp(bars: readonly Bar[], interval: Interval): void {
    this.#engine.warmUp(bars, interval)
    this.#known = merged(this.#known, bars)
  }

  feed(bars: readonly Bar[]): void {
    this.#engine.feed(bars)
    this.#known = merged(this.#known, bars)
  }

  advanceTo(asOf: number): void {
    this.#engine.advanceTo(asOf)
  }

  take(what: Taking): void {
    if (what === 'nothing') return
    const rows = what === 'changes' ? this.#engine.takeChanges() : this.#engine.takeFinished()
    for (const [table, ledger] of this.#ledgers) ledger.write(rows[table])
  }

  /** Goes on with a new engine from a snapshot. */
  restart(): void {
    const snapshot = JSON.stringify(this.#engine.snapshot())
    this.#engine = createEngine(this.#options)
    this.#engine.restore(JSON.parse(snapshot))
  }

  /** Corrects bars. Tells whether that was done: it may be refused of bars that are not among the last `revisable`. */
  revise(bars: readonly Bar[]): boolean {
    const [first, ...others] = bars
    if (first === undefined) return true
    const { revisable } = this.#options
    try {
      const { gone, come } = this.#engine.revise(others.length === 0 ? first : bars)
      for (const [table, ledger] of this.#ledgers) ledger.correct(gone[table], come[table])
    } catch (error) {
      const earliest = revisable === 0 ? undefined : this.#known.at(-(revisable ?? 0))
      const mayBeRefused = revisable !== undefined && (earliest === undefined || first.time < earliest.time)
      if (mayBeRefused && error instanceof CalculatorError && error.failure.kind === 'revision') return false
      throw error
    }
    this.#known = merged(this.#known, bars)
    return true
  }

  /** What keeps the rows that were taken, and those that hold now, from being those of the corrected bars. */
  wrong(naive: NaiveOptions): string[] {
    const at = { ...naive, ...(this.asOf === undefined ? {} : { asOf: this.asOf }) }
    return SUBJECTS.flatMap(({ table, history, current }) => [
      ...differences(this.#ledgers.get(table)?.rows ?? [], history(this.#known, at), `${table} history`),
      ...differences(this.#engine.current()[table], current(this.#known, at), `${table} current`),
    ])
  }
}
