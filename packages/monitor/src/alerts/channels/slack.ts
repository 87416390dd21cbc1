import type { AlertNotification } from '../alert.ts'
import { lineOf, severityOf, titleOf } from '../notification-text.ts'
import type { Channel } from './channel.ts'
import { type DeliveryOptions, postJson } from './deliver.ts'

const COLOURS = { critical: '#d00000', error: '#e85d04', warning: '#ffba08', info: '#577590' } as const
const RESOLVED = '#2d6a4f'
/** Slack cuts longer texts of a section. */
const LONGEST = 2_900

/** Tells a Slack channel, through an incoming webhook. Its URL is a secret. */
export function createSlackChannel(
  { name, url, source }: { readonly name: string; readonly url: string; readonly source: string },
  options: DeliveryOptions,
): Channel {
  return { name, send: (notification, signal) => postJson(url, slackMessage(notification, source), options, signal) }
}

/** The body of a message: a line that also stands in push notifications, and a coloured block with the details. */
function slackMessage(notification: AlertNotification, source: string): Readonly<Record<string, unknown>> {
  const { kind, alerts, remaining } = notification
  const title = escaped(titleOf(notification))
  const lines = alerts.map((alert) => `• ${escaped(lineOf(alert))}`)
  const runbooks = [...new Set(alerts.flatMap(({ rule }) => rule.runbook ?? []))]
  const foot = [
    ...(kind === 'test' ? ['This is a test: nothing is wrong.'] : []),
    `from ${escaped(source)}`,
    ...(remaining > 0 ? [`${remaining} more of the group still ${remaining === 1 ? 'fires' : 'fire'}`] : []),
    ...runbooks.map((runbook) => `what to do: ${escaped(runbook)}`),
  ]
  return {
    text: title,
    attachments: [
      {
        color: kind === 'resolved' ? RESOLVED : COLOURS[severityOf(notification)],
        blocks: [
          { type: 'section', text: { type: 'mrkdwn', text: lines.join('\n').slice(0, LONGEST) } },
          { type: 'context', elements: [{ type: 'mrkdwn', text: foot.join(' · ').slice(0, LONGEST) }] },
        ],
      },
    ],
  }
}

/** The three characters that Slack reads as markup. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
