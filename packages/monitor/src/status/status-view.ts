import type { Instrument } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import type { NearbyLevels } from './nearby-levels.ts'
import type { TradingEvent } from './trading-events.ts'

/** How one instrument stands, as its store tells it. Instants are epoch ms UTC, durations ms. */
export interface StatusView {
  readonly instrument: Instrument
  /** The instant that it holds for. */
  readonly at: number
  readonly market: MarketState
  /** The cycle that started last; absent before the first. */
  readonly lastCycle: LastCycle | undefined
  /** How cycles ended, in windows that end now, the shortest first. */
  readonly success: readonly SuccessWindow[]
  readonly freshness: Freshness
  /** Durations of the last cycles that had something to do, oldest first; 120 at the most. */
  readonly cycleTimes: readonly number[]
  readonly levels: NearbyLevels
  /** What the calculators found in the trading day of the newest bar, newest first. */
  readonly events: readonly TradingEvent[]
  readonly missing: OpenCount
  /** Bars that are held back because their prices cannot be believed yet. */
  readonly suspects: OpenCount
  /** Resident memory of the collector at the end of its last cycle, bytes; absent where it is not known. */
  readonly memoryBytes: number | undefined
}

/** Whether trades can happen now. */
export interface MarketState {
  readonly open: boolean
  /** When that changes next; absent for a market that never closes. */
  readonly changesAt: number | undefined
}

/** A cycle, and for one that did not end well what went wrong. */
export interface LastCycle {
  readonly row: Row<'collection_cycles'>
  /** Its steps in the order in which they ran, ms each. */
  readonly steps: readonly { readonly name: string; readonly durationMs: number }[]
  /** What was recorded of its failure. */
  readonly error: string | undefined
}

/** How the cycles of a window ended. */
export interface SuccessWindow {
  readonly lengthMs: number
  readonly cycles: number
  /** Of a cycle, a calculator failed and the others went on. */
  readonly partial: number
  readonly failed: number
  /** Cycles that succeeded or had nothing to do, as a share of all; absent without a cycle. */
  readonly share: number | undefined
}

/** How far the bars have got. */
export interface Freshness {
  /** The open time of the newest stored bar. */
  readonly newestBar: number | undefined
  /** Its close. */
  readonly price: number | undefined
  /** Open market between it and the newest bar that the source can have. */
  readonly lagMs: number | undefined
  /** How late the source shows trades: as declared for the instrument, or as seen in the last cycle. */
  readonly delayMs: number
}

/** How many there are. */
export interface OpenCount {
  readonly count: number
  /** There may be more: only the newest rows were read. */
  readonly isLeast: boolean
}
