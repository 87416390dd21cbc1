import type { Clock } from '@openpredict/market'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type HttpFault, type HttpProxy, startHttpProxy } from '../../test/http-proxy.ts'
import { createTransport, type TransportOptions } from './transport.ts'

const json = { 'content-type': 'application/json' }
const fine: HttpFault = { kind: 'answer', status: 200, headers: json, body: '[1]' }

function failing(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '<html>hush</html>',
): HttpFault {
  return { kind: 'answer', status, headers, body }
}

let server: HttpProxy
let pauses: number[]

beforeAll(async () => {
  server = await startHttpProxy('http://127.0.0.1')
  return () => server[Symbol.asyncDispose]()
})

beforeEach(() => {
  pauses = []
})

/** Writes down how long it was told to sleep. */
const clock: Clock = {
  now: () => 0,
  sleep: async (ms, signal) => {
    signal?.throwIfAborted()
    pauses.push(ms)
  },
}

/** Sends one request that meets these faults, and says how often it came. */
async function send(
  faults: readonly HttpFault[],
  options: Partial<TransportOptions> = {},
  init: RequestInit = {},
): Promise<{ readonly text: string; readonly times: number }> {
  const transport = createTransport({
    location: 'supabase:http://here',
    role: 'service_role',
    fetch,
    clock,
    random: () => 1,
    requestTimeoutMs: 10_000,
    retries: 3,
    retryBaseMs: 200,
    retryMaxMs: 5_000,
    retryAfterMaxMs: 10_000,
    ...options,
  })
  server.next(...faults)
  const before = server.seen.length
  try {
    const text = await (await transport(`${server.url}/rest/v1/fvg`, init)).text()
    return { text, times: server.seen.length - before }
  } catch (error) {
    throw Object.assign(error as Error, { times: server.seen.length - before })
  }
}

describe('a request', () => {
  it('is sent once when it is answered', async () => {
    expect(await send([fine])).toEqual({ text: '[1]', times: 1 })
    expect(pauses).toEqual([])
  })

  it.each([408, 429, 500, 502, 503, 504, 520, 522])('is sent again after HTTP %d', async (status) => {
    expect(await send([failing(status), failing(status), fine])).toEqual({ text: '[1]', times: 3 })
    expect(pauses).toEqual([200, 400])
  })

  it.each([400, 401, 403, 404, 406, 409, 413, 422])('is not sent again after HTTP %d', async (status) => {
    await expect(send([failing(status), fine])).rejects.toMatchObject({ name: 'StoreError', times: 1 })
  })

  it('is sent again when the connection breaks, before the answer or within', async () => {
    expect(await send([{ kind: 'reset' }, fine])).toEqual({ text: '[1]', times: 2 })
  })

  it('is given up after some times, with the last failure', async () => {
    const faults = [failing(503), failing(503), { kind: 'reset' as const }, failing(504), fine]
    await expect(send(faults)).rejects.toMatchObject({ code: 'timeout', times: 4 })
    expect(pauses).toEqual([200, 400, 800])
  })

  it('is given up when nothing comes in time, and sent again', async () => {
    const silence: HttpFault = { kind: 'silence' }
    expect(await send([silence, fine], { requestTimeoutMs: 50 })).toEqual({ text: '[1]', times: 2 })
    await expect(send([silence, silence], { requestTimeoutMs: 50, retries: 1 })).rejects.toMatchObject({
      code: 'timeout',
      times: 2,
    })
  })

  it('is not followed elsewhere, for the key goes with it', async () => {
    const elsewhere = failing(307, { location: `${server.url}/elsewhere` })
    await expect(send([elsewhere, fine])).rejects.toMatchObject({ code: 'not-found', times: 1 })
  })

  it('is not answered by what is no data API', async () => {
    const page = failing(200, { 'content-type': 'text/html' }, '<html>hush</html>')
    await expect(send([page])).rejects.toMatchObject({ code: 'not-found', times: 1 })
    await expect(send([page])).rejects.not.toThrow(/hush/)
  })
})

describe('the pause before a request is sent again', () => {
  it('is of random length, up to twice as long each time, and not longer than it may be', async () => {
    const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    await fc.assert(
      fc.asyncProperty(unit, async (random) => {
        pauses = []
        await send(
          [502, 502, 502, 502, 502].map((status) => failing(status)),
          {
            random: () => random,
            retries: 4,
            retryMaxMs: 1_000,
          },
        ).catch(() => {})
        expect(pauses).toEqual([200, 400, 800, 1_000].map((most) => random * most))
      }),
      { numRuns: 20 },
    )
  })

  it('is as long as the server asks for, in seconds or until a date on its clock', async () => {
    await send([failing(429, { 'retry-after': '3' }), fine])
    const date = { date: 'Mon, 01 Jul 2024 14:30:00 GMT', 'retry-after': 'Mon, 01 Jul 2024 14:30:07 GMT' }
    await send([failing(503, date), fine])
    await send([failing(503, { 'retry-after': 'soon' }), fine])
    expect(pauses).toEqual([3_000, 7_000, 200])
  })

  it('is not made when the server asks for more than anybody waits', async () => {
    await expect(send([failing(429, { 'retry-after': '11' }), fine])).rejects.toMatchObject({
      code: 'unreachable',
      times: 1,
    })
    expect(pauses).toEqual([])
  })
})

describe('when the signal aborts', () => {
  const reason = new Error('stopped')

  it('sends nothing', async () => {
    await expect(send([fine], {}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('does not wait for the answer', async () => {
    const abort = new AbortController()
    const sent = send([{ kind: 'silence' }], {}, { signal: abort.signal })
    abort.abort(reason)
    await expect(sent).rejects.toBe(reason)
    expect(pauses).toEqual([])
  })

  it('does not wait to send again', async () => {
    const abort = new AbortController()
    const stopping: Clock = {
      now: () => 0,
      sleep: async (_, signal) => {
        abort.abort(reason)
        signal?.throwIfAborted()
      },
    }
    const sent = send([failing(503), fine], { clock: stopping }, { signal: abort.signal })
    await expect(sent).rejects.toMatchObject({ message: 'stopped', times: 1 })
  })
})
