import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../../test/receiver.ts'
import type { Channel } from './channel.ts'
import { createPagerDutyChannel } from './pagerduty.ts'
import { SOURCE, KEY, notification, options, ALERT_JSON } from '../../../test/notifications.ts'

describe('PagerDuty', () => {
  const channel = (url: string): Channel =>
    createPagerDutyChannel({ name: 'pagerduty', routingKey: KEY, url, source: SOURCE }, options())

  it('opens an incident of the group, and closes it with its last alert', async () => {
    await using receiver = await startReceiver([{ status: 202 }])
    const pagerduty = channel(receiver.url)
    await pagerduty.send(notification())
    await pagerduty.send(notification({ kind: 'resolved', remaining: 1 }))
    await pagerduty.send(notification({ kind: 'resolved' }))
    expect(receiver.bodies).toEqual([
      {
        routing_key: KEY,
        event_action: 'trigger',
        dedup_key: 'openpredict/agent1@host/high_error_rate',
        client: 'OpenPredict',
        payload: {
          summary:
            '[FIRING] warning: high_error_rate on NQ=F: More <cycles> fail & fail (error_rate > 10% over 30 minutes; error_rate = 12.5%, since 2024-06-05T14:00:00.000Z)',
          source: SOURCE,
          severity: 'warning',
          timestamp: '2024-06-05T14:00:00.000Z',
          component: 'collector',
          group: 'high_error_rate',
          class: 'high_error_rate',
          custom_details: { alerts: [ALERT_JSON] },
        },
      },
      { routing_key: KEY, event_action: 'resolve', dedup_key: 'openpredict/agent1@host/high_error_rate' },
    ])
  })

  it('keeps a test apart from real trouble', async () => {
    await using receiver = await startReceiver()
    await channel(receiver.url).send(notification({ kind: 'test' }))
    expect(receiver.bodies[0]).toMatchObject({
      dedup_key: 'openpredict/agent1@host/test/high_error_rate',
      payload: { custom_details: { test: 'nothing is wrong' } },
    })
  })
})
