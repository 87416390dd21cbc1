import { type Condition, parseCondition } from './condition.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How far back metrics look where a rule does not say. */
const DEFAULT_WINDOW = 10 * MINUTE
const DEFAULT_REPEAT = { critical: HOUR, error: 4 * HOUR, warning: 4 * HOUR, info: 24 * HOUR } as const

/** How bad it is, the worst first. */
export const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const

/** How bad it is. */
export type Severity = (typeof SEVERITIES)[number]

/** Who is told next, and when, while an alert fires and nobody has acknowledged it. */
export interface EscalationLevel {
  /** Who: the on-call engineer, the team lead. */
  readonly level: string
  /** After the alert began to fire, ms. */
  readonly afterMs: number
  /** The channels that they are told over. */
  readonly notification: readonly string[]
}

/** A rule as it is written, durations in ms. */
export interface AlertRuleOptions {
  readonly name: string
  readonly condition: string | Condition
  readonly severity: Severity
  /** The channels that it is told over, by name. */
  readonly notification: readonly string[]
  /**
   * How far back metrics of cycles look; for a condition of what is so now, how long it must be so. @default 10 minutes,
   * and at once
   */
  readonly windowMs?: number
  /** How long the condition must hold before the alert fires. @default see `windowMs` */
  readonly forMs?: number
  /** How often it is told again. @default 1 h (critical), 4 h (error, warning), 24 h (info) */
  readonly repeatMs?: number
  /** Alerts of a group that fire at one time are told in one notification. @default the rule's name */
  readonly group?: string
  /** @default none */
  readonly labels?: Readonly<Record<string, string>>
  /** What it means, one line. */
  readonly summary?: string
  /** Where it says what to do. */
  readonly runbook?: string
  /** @default none */
  readonly escalation?: readonly EscalationLevel[]
  /** Rules that say less of the same: not told while this one fires. @default none */
  readonly inhibits?: readonly string[]
}

/** A rule, complete. */
export interface AlertRule extends Required<Omit<AlertRuleOptions, 'condition' | 'summary' | 'runbook'>> {
  readonly condition: Condition
  readonly summary: string | undefined
  readonly runbook: string | undefined
  /** Whether each instrument has its own alert. */
  readonly scope: 'instrument' | 'process'
}

/**
 * Completes a rule. Its window is that of the condition's `over …`, else `windowMs`. A condition that depends on cycles is
 * judged over the window and fires at once; one that says what is so now must hold for the window, where one is given.
 *
 * Throws an `AlertError` for a condition that cannot be right.
 *
 * @example
 * ```ts
 * const rule = createAlertRule({
 *   name: 'data_staleness',
 *   condition: 'last_ohlc_age > 300s',
 *   severity: 'critical',
 *   notification: ['pagerduty'],
 *   windowMs: 300_000,
 * })
 * rule.forMs // => 300000
 * rule.scope // => 'instrument'
 * ```
 */
export function createAlertRule(options: AlertRuleOptions): AlertRule {
  const { name, severity, notification, group = name, labels = {}, summary, runbook } = options
  const condition = typeof options.condition === 'string' ? parseCondition(options.condition) : options.condition
  const windowMs = condition.windowMs ?? options.windowMs
  const isWindowed = condition.metrics.some(({ windowed }) => windowed)
  return {
    name,
    condition,
    severity,
    notification,
    windowMs: windowMs ?? DEFAULT_WINDOW,
    forMs: options.forMs ?? (isWindowed ? 0 : (windowMs ?? 0)),
    repeatMs: options.repeatMs ?? DEFAULT_REPEAT[severity],
    group,
    labels,
    summary,
    runbook,
    escalation: options.escalation ?? [],
    inhibits: options.inhibits ?? [],
    scope: condition.metrics.some(({ scope }) => scope === 'instrument') ? 'instrument' : 'process',
  }
}
