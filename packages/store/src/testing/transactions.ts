import { describe, expect, it } from 'vitest'

import type { StoreTransaction } from '../store.ts'
import type { Scene } from './fixture.ts'
import { barAt, bars, contentOf, cycleRow, level, NQ, ORIGIN, T0 } from './samples.ts'

async function writeSome(tx: StoreTransaction): Promise<void> {
  await tx.putBars(NQ, bars(3), ORIGIN)
  await tx.putRows('reference_levels', NQ, [level()], { historyVersion: 0, asOf: T0 })
  await tx.raiseHistoryVersion(NQ)
  await tx.putCycle(cycleRow())
}

/** Transactions: whole or not at all, one after the other, seen when they are committed. */
export function testTransactions(scene: () => Scene): void {
  it('hands back what the work returns, and stores all of it', async () => {
    const { store } = scene()
    const answer = await store.transaction(async (tx) => {
      await writeSome(tx)
      return 42
    })
    expect(answer).toBe(42)
    expect(await store.countRows('ohlc_data')).toBe(3)
    expect(await store.countRows('collection_cycles')).toBe(1)
  })

  it('reads its own writes', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      await writeSome(tx)
      expect((await tx.readBars({ instrument: NQ })).length).toBe(3)
      expect(await tx.countRows('reference_levels', NQ)).toBe(1)
      expect(await tx.readRows('reference_levels')).toHaveLength(1)
      expect((await tx.newestBar(NQ))?.time).toBe(barAt(2).time)
      expect((await tx.oldestBar(NQ))?.time).toBe(T0)
      expect(await tx.historyVersion(NQ)).toBe(1)
      expect(await tx.lastCycle(NQ)).toBe(1)
    })
  })

  it('stores nothing when the work throws, and rejects with what it threw', async () => {
    const { store } = scene()
    const before = await contentOf(store)
    const failure = new Error('half-way')
    const work = store.transaction(async (tx) => {
      await writeSome(tx)
      throw failure
    })
    await expect(work).rejects.toBe(failure)
    expect(await contentOf(store)).toEqual(before)
    const sync = store.transaction(() => {
      throw failure
    })
    await expect(sync).rejects.toBe(failure)
    await store.transaction(writeSome)
    expect(await store.countRows('ohlc_data')).toBe(3)
  })

  describe('when the signal aborts', () => {
    const reason = new Error('stopped')

    it('stores nothing, without waiting for the work', async () => {
      const { store } = scene()
      const abort = new AbortController()
      const written = Promise.withResolvers<void>()
      const work = store.transaction(
        async (tx) => {
          await writeSome(tx)
          written.resolve()
          await new Promise(() => {})
        },
        { signal: abort.signal },
      )
      await written.promise
      abort.abort(reason)
      await expect(work).rejects.toBe(reason)
      expect(await store.countRows('ohlc_data')).toBe(0)
      await store.transaction(writeSome)
      expect(await store.countRows('ohlc_data')).toBe(3)
    })

    it('refuses what the work still tries', async () => {
      const { store } = scene()
      const abort = new AbortController()
      let late: Promise<unknown> = Promise.resolve()
      const work = store.transaction(
        async (tx) => {
          await writeSome(tx)
          abort.abort(reason)
          await Promise.resolve()
          late = new Promise((resolve) => {
            setImmediate(() => resolve(tx.putBars(NQ, bars(1, 50), ORIGIN)))
          })
          await late
        },
        { signal: abort.signal },
      )
      await expect(work).rejects.toBe(reason)
      await expect(late).rejects.toMatchObject({ failure: { kind: 'closed' } })
      expect(await store.countRows('ohlc_data')).toBe(0)
    })

    it('stores nothing when it aborts before the commit, and the work has ended', async () => {
      const { store } = scene()
      const abort = new AbortController()
      const work = store.transaction(
        async (tx) => {
          await writeSome(tx)
          abort.abort(reason)
        },
        { signal: abort.signal },
      )
      await expect(work).rejects.toBe(reason)
      expect(await store.countRows('ohlc_data')).toBe(0)
    })

    it('does not begin, and leaves the queue of transactions at once', async () => {
      const { store } = scene()
      const never = store.transaction(
        () => {
          throw new Error('begun')
        },
        { signal: AbortSignal.abort(reason) },
      )
      await expect(never).rejects.toBe(reason)

      const { promise: open, resolve: end } = Promise.withResolvers<void>()
      const first = store.transaction(async () => {
        await open
      })
      const abort = new AbortController()
      const waiting = store.transaction(writeSome, { signal: abort.signal })
      const third = store.transaction((tx) => tx.putBars(NQ, bars(1), ORIGIN))
      abort.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      end()
      await first
      await third
      expect(await store.countRows('ohlc_data')).toBe(1)
    })

    it('rejects reads', async () => {
      const { store } = scene()
      const options = { signal: AbortSignal.abort(reason) }
      await expect(store.readBars({ instrument: NQ }, options)).rejects.toBe(reason)
      await expect(store.readRows('fvg', {}, options)).rejects.toBe(reason)
      await expect(store.streamRows('fvg', {}, options)[Symbol.asyncIterator]().next()).rejects.toBe(reason)
    })
  })

  it('runs transactions one after the other', async () => {
    const { store } = scene()
    const events: string[] = []
    await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        store.transaction(async (tx) => {
          events.push(`${name} begins`)
          const version = await tx.raiseHistoryVersion(NQ)
          await new Promise((resolve) => {
            setImmediate(resolve)
          })
          expect(await tx.historyVersion(NQ)).toBe(version)
          events.push(`${name} ends`)
        }),
      ),
    )
    expect(events).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(await store.historyVersion(NQ)).toBe(3)
  })

  it('shows only what is committed to readers of the store', async () => {
    const { store } = scene()
    const { promise: open, resolve: end } = Promise.withResolvers<void>()
    const { promise: written, resolve: hasWritten } = Promise.withResolvers<void>()
    const failing = store.transaction(async (tx) => {
      await writeSome(tx)
      hasWritten()
      await open
      throw new Error('not kept')
    })
    await written
    const seen = store.countRows('ohlc_data')
    end()
    await expect(failing).rejects.toThrow('not kept')
    expect(await seen).toBe(0)
  })

  it('shows only what is committed to another connection', async ({ skip }) => {
    const { store, lasting, open } = scene()
    if (!lasting) skip('the database lives in one connection')
    const other = await open()
    await store.transaction(async (tx) => {
      await writeSome(tx)
      expect(await other.countRows('ohlc_data')).toBe(0)
      expect(await other.newestBar(NQ)).toBeUndefined()
    })
    expect(await other.countRows('ohlc_data')).toBe(3)
  })

  it('lets two connections write in turn, each seeing what the other has committed', async ({ skip }) => {
    const { store, lasting, open } = scene()
    if (!lasting) skip('the database lives in one connection')
    const other = await open()
    const versions = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 === 0 ? store : other).transaction((tx) => tx.raiseHistoryVersion(NQ)),
      ),
    )
    expect(versions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('refuses a transaction that has ended', async () => {
    const { store } = scene()
    let kept: StoreTransaction | undefined
    await store.transaction((tx) => {
      kept = tx
    })
    await expect(kept?.putBars(NQ, bars(1), ORIGIN)).rejects.toMatchObject({ failure: { kind: 'closed' } })
    await expect(kept?.countRows('ohlc_data')).rejects.toMatchObject({ failure: { kind: 'closed' } })
  })

  it('refuses the methods of the store inside a transaction, where some would wait for themselves', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      const calls = [
        store.transaction(() => {}),
        store.readBars({ instrument: NQ }),
        store.countRows('ohlc_data'),
        store.probe(),
        store.migrate(),
        store.close(),
      ]
      for (const outcome of await Promise.allSettled(calls)) {
        expect(outcome).toMatchObject({ status: 'rejected', reason: { failure: { kind: 'misuse' } } })
      }
      await writeSome(tx)
    })
    expect(await store.countRows('ohlc_data')).toBe(3)
  })
}
