import type { MetricUnit } from '../metrics/quantity.ts'
import type { AlertRule } from './alert-rule.ts'

/**
 * How an alert stands. `pending`: the condition holds, and not for long enough yet. `unknown`: a metric has no value, so
 * that nothing can be said. `resolved`: it has fired, and does not any more.
 */
export type AlertState = 'inactive' | 'pending' | 'firing' | 'resolved' | 'unknown'

/** A metric of a condition and its value; `undefined` without data. */
export interface AlertValue {
  readonly metric: string
  readonly value: number | string | undefined
  readonly unit: MetricUnit
}

/** A rule, judged for an instrument or for the process. Instants in epoch ms. */
export interface Alert {
  readonly rule: AlertRule
  /** Absent for the process as a whole. */
  readonly instrument?: string
  readonly state: AlertState
  /** Since when it stands so. */
  readonly since: number
  /** When it began to fire; of a resolved one, when it had. */
  readonly firedAt?: number
  readonly values: readonly AlertValue[]
  /** Why nobody is told: the reason of the silence. */
  readonly silenced?: string
  /** The rule that says more of the same, and fires. */
  readonly inhibitedBy?: string
  readonly acknowledgedAt?: number
}

/** What is told, over which channels. */
export interface AlertNotification {
  readonly kind: 'firing' | 'repeat' | 'escalation' | 'resolved' | 'test'
  /** Epoch ms. */
  readonly at: number
  readonly group: string
  /** What it is about: one alert or more of the group. */
  readonly alerts: readonly [Alert, ...Alert[]]
  /** How many others of the group still fire. */
  readonly remaining: number
  /** Channels by name. */
  readonly channels: readonly string[]
  /** Who is told, of an escalation. */
  readonly level?: string
}
