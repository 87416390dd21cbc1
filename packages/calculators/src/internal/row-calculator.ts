import type { Bar, BarSeries, Interval } from '@openpredict/market'

import type { Calculator, FeatureTable } from '../calculator.ts'
import { BarReader } from './bar-reader.ts'
import type { CheckedOptions } from './checked-options.ts'
import { type CalculatorSnapshot, readSnapshot, writeSnapshot } from './snapshot.ts'
import { load, save, type Saved, type SavedParts } from './state.ts'

/** Options with all their defaults, as JSON: two calculators with equal settings go on from each other's snapshots. */
export type Settings = Readonly<Record<string, unknown>>

/**
 * What all calculators share: rows that are finished are kept until they are taken, rows that still live are asked of
 * whoever follows them.
 */
export abstract class RowCalculator<Row extends object> extends BarReader implements Calculator<Row> {
  abstract readonly table: FeatureTable
  readonly #settings: Settings
  #finished: Row[] = []
  /** How often rows were handed over, or another state was taken on. */
  #handovers = 0

  constructor(options: CheckedOptions, settings: Settings = {}) {
    super(options)
    const { instrument, interval, historyStart = null } = options
    this.#settings = {
      instrument: instrument.symbol,
      decimals: instrument.decimals,
      interval,
      historyStart,
      ...settings,
    }
  }

  abstract current(): Row[]

  warmUp(bars: BarSeries | readonly Bar[], interval: Interval): void {
    this.feedAs(interval, bars)
  }

  takeFinished(): Row[] {
    this.#handovers++
    return this.#takeWaiting()
  }

  takeChanges(): Row[] {
    this.#handovers++
    return this.#takeAll()
  }

  peek(bar: Bar): Row[] {
    const waiting = this.#finished
    const state = save(this.#allParts())
    this.#takeAll()
    try {
      this.next(bar)
      return this.#takeAll()
    } finally {
      load(this.#allParts(), state)
      this.#finished = waiting
    }
  }

  snapshot(): CalculatorSnapshot {
    return writeSnapshot(this.table, this.#settings, standingToSave(RowCalculator.standing(this)))
  }

  restore(snapshot: CalculatorSnapshot): void {
    RowCalculator.goBack(this, readSnapshot(snapshot, this.table, this.#settings) as unknown as Standing)
    this.#handovers++
  }

  /** Keeps a row that cannot change any more until it is taken. */
  protected finish(row: Row): void {
    this.#finished.push(row)
  }

  /** The parts that remember something, by name. */
  protected abstract parts(): Readonly<Record<string, object>>

  /** The rows that still live and were created or changed since the last call, as copies. */
  protected abstract takeLiveChanges(): Row[]

  /** All rows that can still change, as copies. */
  protected abstract live(): Row[]

  #takeWaiting(): Row[] {
    const rows = this.#finished
    this.#finished = []
    return rows
  }

  #takeAll(): Row[] {
    const finished = this.#takeWaiting()
    const changed = this.takeLiveChanges()
    return changed.length === 0 ? finished : [...finished, ...changed]
  }

  #allParts(): Readonly<Record<string, object>> {
    return { position: this.position, ...this.parts() }
  }

  /** What a calculator remembers, and its rows that wait to be taken: for the engine, which goes back there. */
  static standing(calculator: RowCalculator<object>): Standing {
    return { state: save(calculator.#allParts()), waiting: calculator.#finished }
  }

  /** Goes back to where a calculator stood; nothing is shared with `standing` afterwards but the rows themselves. */
  static goBack(calculator: RowCalculator<object>, { state, waiting }: Standing): void {
    load(calculator.#allParts(), state)
    calculator.#finished = [...waiting] as never[]
  }

  /** How often rows were handed over, or another state was taken on: tells whether that happened behind one's back. */
  static handoversOf(calculator: RowCalculator<object>): number {
    return calculator.#handovers
  }

  /** The finished rows that wait to be taken. */
  static waiting(calculator: RowCalculator<object>): readonly object[] {
    return calculator.#finished
  }

  /** The rows that can still change. */
  static liveRows(calculator: RowCalculator<object>): object[] {
    return calculator.live()
  }

  static settingsOf(calculator: RowCalculator<object>): Settings {
    return calculator.#settings
  }
}

/** A standing as plain data. */
export function standingToSave({ state, waiting }: Standing): { readonly state: SavedParts; readonly waiting: Saved } {
  return { state, waiting: Object.values(save(waiting)) }
}

/** Where a calculator stands. */
export interface Standing {
  readonly state: SavedParts
  /** Finished rows that wait to be taken; they are never changed. */
  readonly waiting: readonly object[]
}
