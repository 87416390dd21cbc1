import type { Clock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../../test/receiver.ts'
import { createWebhookChannel } from './webhook.ts'
import { SOURCE, notification, hurriedTimer, options } from '../../../test/notifications.ts'

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
