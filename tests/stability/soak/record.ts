import type { Stretch } from './plan.ts'
import type { Snapshot } from './snapshots.ts'

/** What of a cycle's line on standard output is looked at. Instants are ISO-8601, by the collector's clock. */
export interface CycleLine {
  readonly id: string
  readonly cycle: number
  readonly status: 'success' | 'partial' | 'failed' | 'idle'
  readonly failure?: { readonly category: string; readonly code: string; readonly message: string }
  readonly failedStep?: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly durationMs: number
  readonly waitingMs: number
  readonly barsNew: number
  readonly barsCorrected: number
  readonly barsHeldBack: number
  readonly minutesMissing: number
  readonly minutesHealed: number
  readonly window: { readonly from: string; readonly to: string; readonly cold: boolean }
  readonly watermark: string | null
  readonly newestBar: string | null
  readonly steps: readonly { readonly name: string; readonly durationMs: number }[]
}

/** A cycle, and when its line was heard by the clock of the soak. */
export interface HeardCycle {
  readonly line: CycleLine
  /** Market time, epoch ms. */
  readonly heardAt: number
  /** Which start of the collector it belongs to, from 1. */
  readonly start: number
}

/** Something that the soak did or met, at an instant of market time. */
export interface SoakEvent {
  readonly at: number
  readonly what: 'start' | 'kill' | 'ended' | 'half-line' | 'store-away' | 'store-back' | 'stop' | 'last'
  readonly detail?: string
}

/** What the simulator says of a request or a fault, line by line. */
export type SimulatorLine = Readonly<Record<string, unknown>> & { readonly event: string; readonly time?: string }

/** Everything that a soak leaves behind, beside the stores. */
export interface SoakRecord {
  readonly cycles: readonly HeardCycle[]
  readonly events: readonly SoakEvent[]
  readonly simulator: readonly SimulatorLine[]
  /** When the store was really away. */
  readonly storeAway: readonly Stretch[]
  /** The store as it was on the way. */
  readonly snapshots: readonly Snapshot[]
  /** When the machine was too busy for processes to run in time. */
  readonly stalls: readonly Stretch[]
  /** Real time that it took, ms. */
  readonly wallMs: number
}
