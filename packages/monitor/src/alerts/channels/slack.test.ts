import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../../test/receiver.ts'
import { createSlackChannel } from './slack.ts'
import { SOURCE, notification, options } from '../../../test/notifications.ts'

describe('Slack', () => {
  it('gets a line and a coloured block, with its three characters escaped', async () => {
    await using receiver = await startReceiver()
    await createSlackChannel({ name: 'slack', url: receiver.url, source: SOURCE }, options()).send(
      notification({ remaining: 2 }),
    )
    expect(receiver.bodies).toEqual([
      {
        text: '[FIRING] warning: high_error_rate on NQ=F',
        attachments: [
          {
            color: '#ffba08',
            blocks: [
              {
                type: 'section',
                text: {
                  type: 'mrkdwn',
                  text: '• NQ=F: More &lt;cycles&gt; fail &amp; fail (error_rate &gt; 10% over 30 minutes; error_rate = 12.5%, since 2024-06-05T14:00:00.000Z)',
                },
              },
              {
                type: 'context',
                elements: [
                  {
                    type: 'mrkdwn',
                    text: 'from agent1@host · 2 more of the group still fire · what to do: docs/operations/alerts.md#high_error_rate',
                  },
                ],
              },
            ],
          },
        ],
      },
    ])
  })

  it.each([
    [{ kind: 'repeat' }, '[STILL FIRING] warning: high_error_rate on NQ=F'],
    [{ kind: 'resolved' }, '[RESOLVED] warning: high_error_rate on NQ=F'],
    [{ kind: 'escalation', level: 'team lead' }, '[ESCALATED to the team lead] warning: high_error_rate on NQ=F'],
    [{ kind: 'test' }, '[TEST] warning: high_error_rate on NQ=F'],
  ] as const)('is told what has happened: %j', async (more, title) => {
    await using receiver = await startReceiver()
    await createSlackChannel({ name: 'slack', url: receiver.url, source: SOURCE }, options()).send(notification(more))
    expect(receiver.bodies[0]).toMatchObject({ text: title })
  })
})
