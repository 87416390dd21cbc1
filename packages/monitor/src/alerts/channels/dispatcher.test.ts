import { describe, expect, it } from 'vitest'
import { type DeliveryResult, Dispatcher } from './dispatcher.ts'
import { KEY, notification } from '../../../test/notifications.ts'

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
