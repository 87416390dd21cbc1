import type { Clock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { START } from '../../../test/metric-stream.ts'
import { startReceiver } from '../../../test/receiver.ts'
import type { Alert, AlertNotification } from '../alert.ts'
import { createAlertRule } from '../alert-rule.ts'
import type { Channel } from './channel.ts'
import { createChannels, DEFAULT_CHANNELS, missingVariable } from './channel-spec.ts'
import { createCommandChannel } from './command.ts'
import type { DeliveryOptions } from './deliver.ts'
import { type DeliveryResult, Dispatcher } from './dispatcher.ts'
import { createHeartbeat } from './heartbeat.ts'
import { createPagerDutyChannel } from './pagerduty.ts'
import { createSlackChannel } from './slack.ts'
import { createWebhookChannel } from './webhook.ts'

const TIMEOUT_MS = 5_000
const SOURCE = 'agent1@host'
const KEY = '0123456789abcdef0123456789abcdef'

const RULE = createAlertRule({
  name: 'high_error_rate',
  condition: 'error_rate > 10% over 30 minutes',
  severity: 'warning',
  notification: ['slack'],
  summary: 'More <cycles> fail & fail',
  runbook: 'docs/operations/alerts.md#high_error_rate',
  labels: { team: 'data' },
})

function notification(more: Partial<AlertNotification> = {}): AlertNotification {
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
function hurriedTimer(isLate = false): Clock & { readonly pauses: number[] } {
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

function options(timer: Clock = hurriedTimer()): DeliveryOptions {
  return { fetch, timer, random: () => 1, timeoutMs: TIMEOUT_MS }
}

const ALERT_JSON = {
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

describe('a delivery', () => {
  const post = async (url: string, timer: Clock): Promise<void> =>
    await createWebhookChannel({ name: 'webhook', url, source: SOURCE }, options(timer)).send(notification())

  it('is made again after a failure of the server, with growing pauses', async () => {
    await using receiver = await startReceiver([{ status: 500 }, { status: 503 }])
    const timer = hurriedTimer()
    await post(receiver.url, timer)
    expect(receiver.bodies).toHaveLength(3)
    expect(timer.pauses).toEqual([1_000, 4_000])
  })

  it('is given up after three attempts', async () => {
    await using receiver = await startReceiver([{ status: 500 }, { status: 500 }, { status: 500 }])
    await expect(post(receiver.url, hurriedTimer())).rejects.toThrow('the receiver answered 500')
    expect(receiver.bodies).toHaveLength(3)
  })

  it('waits as long as a receiver asks for, and not for ever', async () => {
    await using patient = await startReceiver([{ status: 429, headers: { 'retry-after': '20' } }])
    const timer = hurriedTimer()
    await post(patient.url, timer)
    expect(timer.pauses).toEqual([20_000])
    await using hostile = await startReceiver([{ status: 429, headers: { 'retry-after': '31' } }])
    await expect(post(hostile.url, hurriedTimer())).rejects.toThrow('the receiver answered 429')
    expect(hostile.bodies).toHaveLength(1)
  })

  it('is not made again where that cannot help, and follows nobody elsewhere', async () => {
    await using receiver = await startReceiver([
      { status: 404 },
      { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    ])
    await expect(post(receiver.url, hurriedTimer())).rejects.toThrow('the receiver answered 404')
    await expect(post(receiver.url, hurriedTimer())).rejects.toThrow('the receiver answered 302')
    expect(receiver.bodies).toHaveLength(2)
  })

  it('does not wait for a receiver that says nothing', async () => {
    await using receiver = await startReceiver(['silence', 'silence', 'silence'])
    await expect(post(receiver.url, hurriedTimer(true))).rejects.toThrow('the receiver did not answer within 5 s')
  })

  it('says why a receiver that is down was not reached, and never where', async () => {
    const receiver = await startReceiver()
    await receiver[Symbol.asyncDispose]()
    await expect(post(`${receiver.url}/secret-path`, hurriedTimer())).rejects.toThrow(
      /^the receiver could not be reached \(ECONNREFUSED\)$/,
    )
  })

  it('ends with the signal', async () => {
    await using receiver = await startReceiver(['silence'])
    const stop = new AbortController()
    const sending = createWebhookChannel({ name: 'w', url: receiver.url, source: SOURCE }, options()).send(
      notification(),
      stop.signal,
    )
    stop.abort(new Error('the program ends'))
    await expect(sending).rejects.toThrow('the program ends')
  })
})

describe('a command', () => {
  const channel = (run: Parameters<typeof createCommandChannel>[1]['run']): Channel =>
    createCommandChannel({ name: 'mail', argv: ['mail-alert', 'team'], source: SOURCE }, { ...options(), run })

  it('gets its arguments as they are and the notification on its standard input', async () => {
    const runs: unknown[] = []
    await channel((argv, input) => {
      runs.push(argv, JSON.parse(input))
      return Promise.resolve({ code: 0 })
    }).send(notification({ kind: 'test' }))
    expect(runs).toEqual([
      ['mail-alert', 'team'],
      expect.objectContaining({ kind: 'test', test: true, alerts: [ALERT_JSON] }),
    ])
  })

  it('is run again when it fails, and not when it is not there', async () => {
    let count = 0
    const failing = channel(() => Promise.resolve({ code: (count++, 3) }))
    await expect(failing.send(notification())).rejects.toThrow('the command ended with 3')
    expect(count).toBe(3)
    const absent = channel(() => Promise.reject(Object.assign(new Error('spawn mail-alert'), { code: 'ENOENT' })))
    await expect(absent.send(notification())).rejects.toThrow('the command could not be run (ENOENT)')
  })
})

describe('the dispatcher', () => {
  /** What comes of sending over channels that fail with these messages, or do not. */
  async function sent(
    channels: Readonly<Record<string, string | undefined>>,
    to: readonly string[],
  ): Promise<readonly DeliveryResult[]> {
    const results: DeliveryResult[] = []
    const dispatcher = new Dispatcher({
      channels: Object.entries(channels).map(([name, failure]) => ({
        name,
        send: () => (failure === undefined ? Promise.resolve() : Promise.reject(new Error(failure))),
      })),
      redact: (text) => text.replaceAll(KEY, '•••'),
      onResult: (result) => void results.push(result),
    })
    await dispatcher.send([notification({ channels: to })])
    return results
  }
  const told = (results: readonly DeliveryResult[]): unknown =>
    results.map(({ channel, failure, insteadOf }) => [channel, failure, insteadOf])

  it('tells over the channels that are meant, and no others', async () => {
    expect(told(await sent({ a: undefined, b: undefined, c: undefined }, ['a', 'c']))).toEqual([
      ['a', undefined, undefined],
      ['c', undefined, undefined],
    ])
  })

  it('tells over all the others what a channel did not take, without its secrets', async () => {
    expect(told(await sent({ a: `key ${KEY} is wrong`, b: undefined, c: 'away' }, ['a']))).toEqual([
      ['a', 'key ••• is wrong', undefined],
      ['b', undefined, 'a'],
      ['c', 'away', 'a'],
    ])
  })

  it('does the same for a channel that is not configured', async () => {
    const results = await sent({ b: undefined }, ['a'])
    expect(told(results)).toEqual([
      ['a', 'the channel a is not configured', undefined],
      ['b', undefined, 'a'],
    ])
    expect(results.map(({ isMissing }) => isMissing)).toEqual([true, undefined])
  })

  it('keeps the order over a channel: the end never comes before the beginning', async () => {
    const seen: string[] = []
    let release: () => void = () => undefined
    const first = new Promise<void>((resolve) => (release = resolve))
    const dispatcher = new Dispatcher({
      channels: [
        {
          name: 'slack',
          async send({ kind }) {
            if (kind === 'firing') await first
            seen.push(kind)
          },
        },
      ],
      redact: (text) => text,
      onResult: () => undefined,
    })
    const both = [dispatcher.send([notification()]), dispatcher.send([notification({ kind: 'resolved' })])]
    release()
    await Promise.all(both)
    expect(seen).toEqual(['firing', 'resolved'])
  })

  it('gives up what is on its way when the time to close has passed', async () => {
    const results: DeliveryResult[] = []
    const dispatcher = new Dispatcher({
      channels: [
        {
          name: 'slack',
          send: (_, signal) =>
            new Promise((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error))),
        },
      ],
      redact: (text) => text,
      onResult: (result) => void results.push(result),
    })
    const sending = dispatcher.send([notification()])
    await dispatcher.close(10, () => Promise.resolve())
    await sending
    expect(results.map(({ failure }) => failure)).toEqual(['the program ends'])
  })
})

describe('channels of the environment', () => {
  it('are those whose variables are set', () => {
    const env: Readonly<Record<string, string>> = {
      SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/x',
      PAGERDUTY_ROUTING_KEY: KEY,
    }
    const lookUp = (variable: string): string | undefined => env[variable]
    const channels = createChannels([...DEFAULT_CHANNELS, { name: 'mail', type: 'command', argv: ['mail'] }], {
      ...options(),
      lookUp,
      source: SOURCE,
      run: () => Promise.resolve({ code: 0 }),
    })
    expect(channels.map(({ name }) => name)).toEqual(['slack', 'pagerduty', 'mail'])
    expect(DEFAULT_CHANNELS.map((spec) => missingVariable(spec, lookUp))).toEqual([
      undefined,
      'SLACK_ONCALL_WEBHOOK_URL',
      undefined,
      'ALERT_WEBHOOK_URL',
    ])
  })
})

describe('the heartbeat', () => {
  it('is told of at most once a minute, again after a failure, and says what went wrong', async () => {
    await using receiver = await startReceiver([{ status: 200 }, { status: 502 }])
    const heartbeat = createHeartbeat({ url: receiver.url }, options())
    expect([await heartbeat.beat(0), await heartbeat.beat(59_999), await heartbeat.beat(60_000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
    expect(receiver.methods).toEqual(['GET', 'GET', 'GET'])
    const post = createHeartbeat({ url: 'http://127.0.0.1:1/secret', method: 'POST' }, options())
    expect(await post.beat(0)).toMatch(/^the receiver could not be reached/)
  })
})
