import type { ClockJump, CycleReport, Failure, Hold, LoopSummary, OtherCollector, Tick } from '@openpredict/collector'
import type { Retry } from '@openpredict/fetcher'
import type { Instrument } from '@openpredict/market'
import type { AlertNotification, DeliveryResult, QualityReport } from '@openpredict/monitor'
import type { DeliveryEvent } from '@openpredict/store/delivery'

import type { CollectStatistics } from './collect-statistics.ts'

/** What happens while collecting, for those who tell of it: the terminal, the log, metrics, the service manager. */
export type CollectEvent =
  | {
      readonly kind: 'start'
      readonly instruments: readonly Instrument[]
      /** Where bars come from, for people. */
      readonly title: string
      /** Where rows go, for people. */
      readonly location: string
      /** Absent for a single cycle. */
      readonly intervalMs?: number
      readonly version: string
    }
  /** Metrics are served at a URL. */
  | { readonly kind: 'serving'; readonly url: string }
  | { readonly kind: 'cycle'; readonly report: CycleReport }
  | { readonly kind: 'wait'; readonly tick: Tick }
  | { readonly kind: 'retry'; readonly retry: Retry; readonly failure: Failure }
  | { readonly kind: 'hold'; readonly hold: Hold }
  | { readonly kind: 'release' }
  | { readonly kind: 'clock-jump'; readonly jump: ClockJump }
  | { readonly kind: 'delivery'; readonly event: DeliveryEvent }
  /** Another process collects the same instrument into the same store: told once. */
  | { readonly kind: 'other-collector'; readonly instrument: Instrument; readonly other: OtherCollector }
  /** Room on the disk under the store gets low; without a failure: there is enough again. */
  | { readonly kind: 'disk'; readonly failure?: Failure }
  /** A fault of this program, which ends it. */
  | { readonly kind: 'crash'; readonly failure: Failure }
  /** What is stored was judged, after a cycle. */
  | { readonly kind: 'validation'; readonly report: QualityReport; readonly durationMs: number }
  | { readonly kind: 'validation-failed'; readonly instrument: Instrument; readonly failure: Failure }
  /** Somebody has to be told of alerts. */
  | { readonly kind: 'alert'; readonly notification: AlertNotification }
  /** Somebody was told over a channel, or could not be. */
  | { readonly kind: 'notification'; readonly result: DeliveryResult }
  /** What is to be told to those who would notice silence was not, or alerts could not be judged. */
  | { readonly kind: 'alerts-failed'; readonly message: string }
  /** Nothing can be collected: the command ends. */
  | { readonly kind: 'fault'; readonly failure: Failure }
  /** A signal was received: the running cycle is finished or aborted. */
  | { readonly kind: 'stopping'; readonly reason: string }
  | { readonly kind: 'reopened' }
  | {
      readonly kind: 'stop'
      readonly statistics: CollectStatistics
      /** Rows that wait for a remote store, where there is one. */
      readonly waiting?: number
      readonly summary?: LoopSummary
    }

/** Is told of everything. */
export type CollectObserver = (event: CollectEvent) => void
