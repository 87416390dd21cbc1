import type { AlertNotification, DeliveryResult } from '@openpredict/monitor'

import type { LogEntry } from './log.ts'
import type { LogLevel } from './log-level.ts'

const OPERATION = 'alert'

/** One line for each alert of a notification. Loads nothing: its texts are made where alerts are judged. */
export function alertLines({ kind, alerts, level, channels }: AlertNotification): readonly LogEntry[] {
  return alerts.map(({ rule, instrument, values }) => {
    const isOver = kind === 'resolved' || kind === 'test'
    const where = instrument === undefined ? '' : ` on ${instrument}`
    const who = level === undefined ? '' : ` to the ${level}`
    return {
      level: isOver ? 'INFO' : rule.severity === 'critical' ? 'ERROR' : 'WARNING',
      operation: OPERATION,
      status: kind,
      message: `Alert ${rule.name}${where} ${WORDS[kind]}${who}: ${rule.condition.text}`,
      more: {
        alert: rule.name,
        instrument: instrument ?? null,
        severity: rule.severity,
        values: Object.fromEntries(values.map(({ metric, value }) => [metric, value ?? null])),
        channels,
      },
    }
  })
}

const WORDS = {
  firing: 'fires',
  repeat: 'still fires',
  escalation: 'is escalated',
  resolved: 'is resolved',
  test: 'is tested',
} as const satisfies Readonly<Record<AlertNotification['kind'], string>>

/** A line on how a notification went. Whoever is not told of trouble must be able to find it here. */
export function notificationLines({
  channel,
  notification,
  failure,
  isMissing,
  insteadOf,
}: DeliveryResult): readonly LogEntry[] {
  const names = [...new Set(notification.alerts.map(({ rule }) => rule.name))]
  const instead = insteadOf === undefined ? '' : `, in place of ${insteadOf}`
  const level: LogLevel = failure === undefined ? 'INFO' : isMissing === true ? 'WARNING' : 'CRITICAL'
  return [
    {
      level,
      operation: 'notification',
      status: failure === undefined ? 'delivered' : 'failed',
      message:
        failure === undefined
          ? `Told ${channel} of ${names.join(', ')}${instead}`
          : `${channel} could not be told of ${names.join(', ')}${instead}: ${failure}`,
      more: { channel, alerts: names },
    },
  ]
}
