import { formatInstant } from '@openpredict/market'

import type { AlertNotification } from '../alert.ts'
import { alertJson, lineOf, severityOf, titleOf } from '../notification-text.ts'
import type { Channel } from './channel.ts'
import { type DeliveryOptions, postJson } from './deliver.ts'

/** Where PagerDuty takes events, version 2 of its API. */
export const PAGERDUTY_URL = 'https://events.pagerduty.com/v2/enqueue'
const LONGEST_SUMMARY = 1_024
const LONGEST_KEY = 255

/**
 * Opens and closes incidents of PagerDuty. The key that tells incidents apart is made of source and group alone: after a
 * restart, or from a second process, the same trouble stays one incident. The routing key is a secret.
 */
export function createPagerDutyChannel(
  {
    name,
    routingKey,
    url = PAGERDUTY_URL,
    source,
  }: { readonly name: string; readonly routingKey: string; readonly url?: string; readonly source: string },
  options: DeliveryOptions,
): Channel {
  return {
    name,
    async send(notification, signal) {
      // The incident of a group ends with its last alert.
      if (notification.kind === 'resolved' && notification.remaining > 0) return
      await postJson(url, { routing_key: routingKey, ...pagerDutyEvent(notification, source) }, options, signal)
    },
  }
}

/** The event, without the key. A test has an incident of its own. */
function pagerDutyEvent(notification: AlertNotification, source: string): Readonly<Record<string, unknown>> {
  const { kind, at, group, alerts } = notification
  const key = `openpredict/${source}/${kind === 'test' ? 'test/' : ''}${group}`.slice(0, LONGEST_KEY)
  if (kind === 'resolved') return { event_action: 'resolve', dedup_key: key }
  const text = `${titleOf(notification)}: ${alerts.map((alert) => lineOf(alert, { isTitled: alerts.length === 1 })).join('; ')}`
  return {
    event_action: 'trigger',
    dedup_key: key,
    client: 'OpenPredict',
    payload: {
      summary: text.slice(0, LONGEST_SUMMARY),
      source,
      severity: severityOf(notification),
      timestamp: formatInstant(at),
      component: 'collector',
      group,
      class: alerts[0].rule.name,
      custom_details: { alerts: alerts.map(alertJson), ...(kind === 'test' ? { test: 'nothing is wrong' } : {}) },
    },
  }
}
