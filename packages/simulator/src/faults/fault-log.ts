import type { Alteration } from './bar-faults.ts'
import type { FaultKind, GrowingDelay, RequestFault } from './fault.ts'

/** What every entry of the log of faults says. */
interface Happened {
  /** Market time, epoch ms. */
  readonly time: number
  readonly symbol: string
  /** Which request for a chart of this symbol it was, counted from 1. */
  readonly request: number
  readonly kind: FaultKind
}

/** Something that was done to one request. */
export interface RequestFaultLog extends Happened {
  readonly kind: RequestFault['kind']
  readonly fault: RequestFault
}

/** A bar that was shown other than it stays, at the first request that saw it. */
export interface BarFaultLog extends Happened {
  readonly kind: Alteration['kind']
  readonly bar: Alteration
}

/** The first request of a stretch for which the source was later than usual. */
export interface DelayLog extends Happened {
  readonly kind: GrowingDelay['kind']
  /** How much later than usual, in milliseconds. */
  readonly extraMs: number
}

/** What was done, and to whom. */
export type FaultLog = RequestFaultLog | BarFaultLog | DelayLog
