import { describe, expect, it } from 'vitest'
import { startReceiver } from '../../../test/receiver.ts'
import { createHeartbeat } from './heartbeat.ts'
import { options } from '../../../test/notifications.ts'

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
