import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { createManualClock, createScaledClock } from './clock.ts'

/** Lets promises that are settled already tell their listeners. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve()
}

describe('the manual clock', () => {
  it('stands still until it is advanced', () => {
    const clock = createManualClock(1_000)
    expect(clock.now()).toBe(1_000)
    clock.advance(250)
    clock.advance(0)
    expect(clock.now()).toBe(1_250)
  })

  it('wakes a sleeper when its time has come, not before', async () => {
    const clock = createManualClock(0)
    let awake = false
    const sleep = clock.sleep(100).then(() => (awake = true))
    expect(clock.sleepers).toBe(1)
    clock.advance(99)
    await settle()
    expect([awake, clock.sleepers]).toEqual([false, 1])
    clock.advance(1)
    await sleep
    expect([awake, clock.sleepers]).toEqual([true, 0])
  })

  it('wakes the sleepers that are due in the order of their times', async () => {
    const clock = createManualClock(0)
    const woken: number[] = []
    for (const ms of [300, 100, 200, 400]) void clock.sleep(ms).then(() => woken.push(ms))
    clock.advance(300)
    await settle()
    expect(woken).toEqual([100, 200, 300])
    expect(clock.sleepers).toBe(1)
  })

  it('does not sleep for nothing', async () => {
    const clock = createManualClock(0)
    for (const ms of [0, -5, Number.NaN]) await clock.sleep(ms)
    expect(clock.sleepers).toBe(0)
  })

  it('ends a sleep with the reason of its signal', async () => {
    const clock = createManualClock(0)
    const controller = new AbortController()
    const reason = new Error('enough')
    const sleep = clock.sleep(100, controller.signal)
    controller.abort(reason)
    await expect(sleep).rejects.toBe(reason)
    expect(clock.sleepers).toBe(0)
  })

  it('refuses to sleep under a signal that was aborted before', async () => {
    const clock = createManualClock(0)
    const reason = new Error('enough')
    await expect(clock.sleep(0, AbortSignal.abort(reason))).rejects.toBe(reason)
    await expect(clock.sleep(100, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(clock.sleepers).toBe(0)
  })

  it('lets go of the signal when the sleep is over', async () => {
    const clock = createManualClock(0)
    const { signal } = new AbortController()
    const listeners = new Set<unknown>()
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      if (given[0] === 'abort') listeners.add(given[1])
      add(...given)
    }
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      if (given[0] === 'abort') listeners.delete(given[1])
      remove(...given)
    }
    const sleep = clock.sleep(100, signal)
    expect(listeners.size).toBe(1)
    clock.advance(100)
    await sleep
    expect(listeners.size).toBe(0)
  })

  it('never goes back', () => {
    const clock = createManualClock(0)
    for (const ms of [-1, Number.NaN]) expect(() => clock.advance(ms)).toThrow(RangeError)
    expect(() => clock.advance(-1)).toThrow('advance by -1 ms: expected a number of 0 or more')
    expect(clock.now()).toBe(0)
  })
})

describe('the scaled clock', () => {
  it('starts where it is told and runs as fast as it is told', () => {
    const base = createManualClock(5_000)
    const clock = createScaledClock(base, { start: 1_000_000, speed: 60 })
    expect(clock.now()).toBe(1_000_000)
    base.advance(1_000)
    expect(clock.now()).toBe(1_060_000)
  })

  it('shows whole milliseconds when it runs slower than its base', () => {
    const base = createManualClock(0)
    const clock = createScaledClock(base, { start: 0, speed: 0.3 })
    base.advance(5)
    expect(clock.now()).toBe(1)
  })

  it('has passed the time slept when a sleeper wakes, though its base wakes on whole milliseconds only', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 10_000 }), async (ms, speed) => {
        const base = createManualClock(0)
        const clock = createScaledClock(base, { start: 0, speed })
        let slept = -1
        const sleep = clock.sleep(ms).then(() => (slept = clock.now()))
        const whole = Math.floor(ms / speed)
        base.advance(whole)
        await settle()
        if (slept === -1) base.advance(1)
        await sleep
        expect(slept).toBeGreaterThanOrEqual(ms)
        expect(slept).toBeLessThan(ms + speed)
      }),
    )
  })

  it('passes the signal on', async () => {
    const base = createManualClock(0)
    const controller = new AbortController()
    const sleep = createScaledClock(base, { start: 0, speed: 2 }).sleep(100, controller.signal)
    expect(base.sleepers).toBe(1)
    controller.abort(new Error('enough'))
    await expect(sleep).rejects.toThrow('enough')
  })

  it('refuses a speed that is not a number above 0', () => {
    const base = createManualClock(0)
    for (const speed of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => createScaledClock(base, { start: 0, speed })).toThrow(
        new RangeError(`speed ${speed}: expected a number above 0`),
      )
    }
  })
})
