import type { Clock } from '@openpredict/market'
import { START } from './metric-stream.ts'
import type { Alert, AlertNotification } from '../src/alerts/alert.ts'
import { type AlertRule, createAlertRule } from '../src/alerts/alert-rule.ts'
import type { DeliveryOptions } from '../src/alerts/channels/deliver.ts'

const TIMEOUT_MS = 5_000
export const SOURCE = 'agent1@host'
export const KEY = '0123456789abcdef0123456789abcdef'

/** The rule of that alert, with what has to be escaped in its words. */
const RULE: AlertRule = createAlertRule({
  name: 'high_error_rate',
  condition: 'error_rate > 10% over 30 minutes',
  severity: 'warning',
  notification: ['slack'],
  summary: 'More <cycles> fail & fail',
  runbook: 'docs/operations/alerts.md#high_error_rate',
  labels: { team: 'data' },
})

/** One alert that fires, as channels are told of it. */
export function notification(more: Partial<AlertNotification> = {}): AlertNotification {
  const alert: Alert = {
    rule: RULE,
    instrument: 'NQ=F',
    state: 'firing',
    since: START,
    firedAt: START,
    values: [{ metric: 'error_rate', value: 0.125, unit: 'share' }],
  }
  return {
    kind: 'firing',
    at: START,
    group: 'high_error_rate',
    alerts: [alert],
    remaining: 0,
    channels: ['slack'],
    ...more,
  }
}

/** Time in which pauses pass at once and are remembered; attempts time out at once where `isLate`. */
export function hurriedTimer(isLate = false): Clock & { readonly pauses: number[] } {
  const pauses: number[] = []
  return {
    pauses,
    now: () => 0,
    async sleep(ms, signal) {
      if (ms !== TIMEOUT_MS) {
        pauses.push(ms)
        return
      }
      if (isLate) return
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error)))
    },
  }
}

/** How a channel sends in a test. */
export function options(timer: Clock = hurriedTimer()): DeliveryOptions {
  return { fetch, timer, random: () => 1, timeoutMs: TIMEOUT_MS }
}

/** The same alert as receivers get it. */
export const ALERT_JSON: Readonly<Record<string, unknown>> = {
  alert: 'high_error_rate',
  instrument: 'NQ=F',
  severity: 'warning',
  state: 'firing',
  since: '2024-06-05T14:00:00.000Z',
  fired_at: '2024-06-05T14:00:00.000Z',
  condition: 'error_rate > 10% over 30 minutes',
  values: { error_rate: 0.125 },
  summary: 'More <cycles> fail & fail',
  runbook: 'docs/operations/alerts.md#high_error_rate',
  labels: { team: 'data' },
}
