import { createManualClock, type ManualClock } from '@openpredict/market'
import { expect, it } from 'vitest'

import { StoreError } from '../errors.ts'
import { whenFree } from './lock-wait.ts'

function locked(): StoreError {
  return new StoreError('locked', { kind: 'locked', waitedMs: 0 }, { hint: 'Wait.' })
}

/** Lets time pass whenever somebody sleeps, until the promise has settled. */
async function settle<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false
  const watch = promise.then(
    () => (settled = true),
    () => (settled = true),
  )
  while (!settled) {
    clock.advance(1)
    await Promise.race([watch, new Promise((resolve) => setImmediate(resolve))])
  }
  return await promise
}

it('tries again until the database is free', async () => {
  const clock = createManualClock(0)
  let tries = 0
  const attempt = (): string => {
    if (++tries < 4) throw locked()
    return 'mine'
  }
  expect(await settle(clock, whenFree(attempt, { clock, location: 'x', timeoutMs: 1_000 }))).toBe('mine')
  expect(tries).toBe(4)
})

it('gives up after the time that it was given, and says how long it waited', async () => {
  const clock = createManualClock(0)
  const attempt = (): never => {
    throw locked()
  }
  const waiting = settle(clock, whenFree(attempt, { clock, location: 'x', timeoutMs: 300 }))
  await expect(waiting).rejects.toMatchObject({ code: 'locked', failure: { kind: 'locked' } })
  await expect(waiting).rejects.toThrow(/^store x: another program has been writing to it for 3\d\d ms$/)
})

it('stops waiting as soon as the signal aborts', async () => {
  const clock = createManualClock(0)
  const abort = new AbortController()
  const attempt = (): never => {
    throw locked()
  }
  const waiting = whenFree(attempt, { clock, location: 'x', timeoutMs: 300, signal: abort.signal })
  abort.abort(new Error('stopped'))
  await expect(waiting).rejects.toThrow('stopped')
})

it('passes other failures on at once', async () => {
  const clock = createManualClock(0)
  const attempt = (): never => {
    throw new StoreError('full', { kind: 'disk-full' }, { hint: '' })
  }
  await expect(whenFree(attempt, { clock, location: 'x', timeoutMs: 300 })).rejects.toMatchObject({ code: 'disk-full' })
})
