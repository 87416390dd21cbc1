import { expect, it } from 'vitest'
import { startReceiver } from '../../../test/receiver.ts'
import { createWebhookChannel } from './webhook.ts'
import { SOURCE, notification, options, ALERT_JSON } from '../../../test/notifications.ts'

it('a webhook gets plain values', async () => {
  await using receiver = await startReceiver()
  await createWebhookChannel({ name: 'webhook', url: receiver.url, source: SOURCE }, options()).send(notification())
  expect(receiver.bodies).toEqual([
    {
      version: 1,
      kind: 'firing',
      title: '[FIRING] warning: high_error_rate on NQ=F',
      at: '2024-06-05T14:00:00.000Z',
      source: SOURCE,
      severity: 'warning',
      group: 'high_error_rate',
      level: null,
      remaining: 0,
      alerts: [ALERT_JSON],
    },
  ])
})
