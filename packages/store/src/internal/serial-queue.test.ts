import { describe, expect, it } from 'vitest'

import { orAborted, SerialQueue } from './serial-queue.ts'

describe('SerialQueue', () => {
  it('runs tasks in the order in which they came, also after one that failed', async () => {
    const queue = new SerialQueue()
    const order: number[] = []
    const task = (n: number) => async (): Promise<number> => {
      await Promise.resolve()
      order.push(n)
      if (n === 2) throw new Error('second')
      return n
    }
    const outcomes = await Promise.allSettled([1, 2, 3].map((n) => queue.run(task(n))))
    expect(order).toEqual([1, 2, 3])
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })

  it('lets a waiting task leave without disturbing the order of the others', async () => {
    const queue = new SerialQueue()
    const { promise: open, resolve: end } = Promise.withResolvers<void>()
    const order: string[] = []
    const first = queue.run(async () => {
      await open
      order.push('first')
    })
    const abort = new AbortController()
    const leaving = queue.run(() => {
      order.push('leaving')
    }, abort.signal)
    const last = queue.run(() => {
      order.push('last')
    })
    abort.abort(new Error('gone'))
    await expect(leaving).rejects.toThrow('gone')
    end()
    await Promise.all([first, last])
    expect(order).toEqual(['first', 'last'])
  })
})

describe('orAborted', () => {
  it('is the outcome of the promise when nothing aborts', async () => {
    const { signal } = new AbortController()
    expect(await orAborted(Promise.resolve(1), signal)).toBe(1)
    await expect(orAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no')
    expect(await orAborted(2)).toBe(2)
  })

  it('takes its listener off the signal', async () => {
    const { signal } = new AbortController()
    const removed: string[] = []
    const remove = signal.removeEventListener.bind(signal)
    signal.removeEventListener = (...args: Parameters<typeof remove>): void => {
      removed.push(args[0])
      remove(...args)
    }
    await orAborted(Promise.resolve(1), signal)
    expect(removed).toEqual(['abort'])
  })

  it('does not leave the rejection of an abandoned promise unhandled', async () => {
    const { promise, reject } = Promise.withResolvers<never>()
    await expect(orAborted(promise, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop')
    reject(new Error('later'))
  })
})
