import type { Instrument } from '@openpredict/market'

import type { CycleReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'

/** Cycles by how they ended. */
export type CycleCount = Readonly<Record<CycleReport['status'], number>>

/** What the loop did for one instrument. */
export interface InstrumentSummary {
  readonly symbol: string
  readonly cycles: CycleCount
  /** Duration of a cycle in real milliseconds; 0 before the first one has ended. */
  readonly longestMs: number
  readonly meanMs: number
  /** Open time of the newest stored bar. */
  readonly newestBar?: number
  /** When the first of the cycles that have failed up to the end began, epoch ms. */
  readonly failingSince?: number
  /** Why the last cycle failed, when it did. */
  readonly failure?: Failure
}

/** Keeps the account of one instrument. */
export class InstrumentTally {
  readonly #symbol: string
  readonly #cycles = { success: 0, partial: 0, failed: 0, idle: 0 }
  #count = 0
  #totalMs = 0
  #longestMs = 0
  #newestBar: number | undefined
  #failingSince: number | undefined
  #failure: Failure | undefined

  constructor({ symbol }: Instrument) {
    this.#symbol = symbol
  }

  get count(): number {
    return this.#count
  }

  add({ status, durationMs, newestBar, startedAt, failure }: CycleReport): void {
    this.#count++
    this.#cycles[status]++
    this.#totalMs += durationMs
    this.#longestMs = Math.max(this.#longestMs, durationMs)
    this.#newestBar = newestBar ?? this.#newestBar
    this.#failingSince = status === 'failed' ? (this.#failingSince ?? startedAt) : undefined
    this.#failure = status === 'failed' ? failure : undefined
  }

  summary(): InstrumentSummary {
    return {
      symbol: this.#symbol,
      cycles: { ...this.#cycles },
      longestMs: this.#longestMs,
      meanMs: this.#count === 0 ? 0 : this.#totalMs / this.#count,
      ...(this.#newestBar === undefined ? {} : { newestBar: this.#newestBar }),
      ...(this.#failingSince === undefined ? {} : { failingSince: this.#failingSince }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    }
  }
}
