import type { BarSeries, Calendar, Clock, Instrument } from '@openpredict/market'
import type { Store } from '@openpredict/store'

import type { SoakPlan } from '../plan.ts'
import type { SoakRecord } from '../record.ts'

/** What a finished soak is judged by. */
export interface Evidence {
  readonly plan: SoakPlan
  readonly record: SoakRecord
  readonly instrument: Instrument
  readonly calendar: Calendar
  /** What stores are opened with. */
  readonly clock: Clock
  readonly speed: number
  /** The store that the collector worked on. */
  readonly store: Store
  readonly remote: Store | undefined
  /** Where stored history has to begin, epoch ms. */
  readonly first: number
  /** How far the source had got in the last cycle, epoch ms. */
  readonly watermark: number
  /** The bars that have to be stored, and no others. */
  readonly truth: BarSeries
}

/** What a check found. */
export interface Finding {
  readonly check: string
  /** How many things were looked at. */
  readonly compared: number
  /** Each difference in words; there must be none. */
  readonly differences: readonly string[]
  /** What is no difference and should be known all the same. */
  readonly notes?: readonly string[]
}

/** Something that must hold after a soak. */
export type Check = (evidence: Evidence) => Promise<Finding>
