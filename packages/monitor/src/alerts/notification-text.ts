import { formatInstant } from '@openpredict/market'

import { formatQuantity } from '../metrics/quantity.ts'
import type { Alert, AlertNotification } from './alert.ts'
import { SEVERITIES, type Severity } from './alert-rule.ts'

/** The worst of the alerts that a notification is about. */
export function severityOf({ alerts }: AlertNotification): Severity {
  const ranks = alerts.map(({ rule }) => SEVERITIES.indexOf(rule.severity))
  return SEVERITIES[Math.min(...ranks)] ?? 'critical'
}

/** One line: what has happened, how bad it is, and to whom. */
export function titleOf(notification: AlertNotification): string {
  const { kind, alerts, group, level } = notification
  const names = [...new Set(alerts.map(({ rule }) => rule.name))]
  const what = names.length === 1 ? names[0] : `${group} (${alerts.length} alerts)`
  const where = [...new Set(alerts.flatMap(({ instrument }) => instrument ?? []))].join(', ')
  const mark =
    kind === 'repeat'
      ? 'STILL FIRING'
      : kind === 'escalation'
        ? `ESCALATED to the ${level ?? 'next level'}`
        : kind.toUpperCase()
  return `[${mark}] ${severityOf(notification)}: ${what}${where === '' ? '' : ` on ${where}`}`
}

/** One line on an alert: what it means, its values, and since when. `isTitled`: its instrument is in the title already. */
export function lineOf(alert: Alert, { isTitled = false }: { readonly isTitled?: boolean } = {}): string {
  const { rule, instrument, firedAt } = alert
  const where = instrument === undefined || isTitled ? '' : `${instrument}: `
  const since = firedAt === undefined ? '' : `, since ${formatInstant(firedAt)}`
  return `${where}${rule.summary ?? rule.name} (${rule.condition.text}; ${valuesOf(alert)}${since})`
}

/** `error_rate = 60%, cycle_count = 10`. */
export function valuesOf({ values }: Alert): string {
  return values
    .map(({ metric, value, unit }) => `${metric} = ${value === undefined ? 'unknown' : formatQuantity(value, unit)}`)
    .join(', ')
}

/** A notification as plain values, for programs: what a webhook and a command get. */
export function notificationJson(notification: AlertNotification, source: string): Readonly<Record<string, unknown>> {
  const { kind, at, group, level, remaining, alerts } = notification
  return {
    version: 1,
    kind,
    ...(kind === 'test' ? { test: true } : {}),
    title: titleOf(notification),
    at: formatInstant(at),
    source,
    severity: severityOf(notification),
    group,
    level: level ?? null,
    remaining,
    alerts: alerts.map(alertJson),
  }
}

/** An alert as plain values. */
export function alertJson(alert: Alert): Readonly<Record<string, unknown>> {
  const { rule, instrument, state, since, firedAt, values, silenced, inhibitedBy, acknowledgedAt } = alert
  return {
    alert: rule.name,
    instrument: instrument ?? null,
    severity: rule.severity,
    state,
    since: formatInstant(since),
    fired_at: firedAt === undefined ? null : formatInstant(firedAt),
    condition: rule.condition.text,
    values: Object.fromEntries(values.map(({ metric, value }) => [metric, value ?? null])),
    summary: rule.summary ?? null,
    runbook: rule.runbook ?? null,
    labels: rule.labels,
    ...(silenced === undefined ? {} : { silenced }),
    ...(inhibitedBy === undefined ? {} : { inhibited_by: inhibitedBy }),
    ...(acknowledgedAt === undefined ? {} : { acknowledged_at: formatInstant(acknowledgedAt) }),
  }
}
