import { expect, it } from 'vitest'

import type { Scene } from './fixture.ts'
import { barAt, bars, ES, MINUTE, NQ, ORIGIN, T0 } from './samples.ts'

/** Bars: inserted once, compared, revised, read. */
export function testBars(scene: () => Scene): void {
  it('inserts bars that are not there and returns them ascending', async () => {
    const { store } = scene()
    const [a, b, c] = [barAt(0), barAt(1), barAt(2)]
    await store.transaction((tx) => tx.putBars(NQ, [b], ORIGIN))
    const result = await store.transaction((tx) => tx.putBars(NQ, [c, b, a], ORIGIN))
    expect(result.inserted.toArray()).toEqual([a, c])
    expect(result.unchanged).toBe(1)
    expect(result.differing).toEqual([])
    expect((await store.readBars({ instrument: NQ })).toArray()).toEqual([a, b, c])
  })

  it('leaves equal bars alone, with the time and the source they came from', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putBars(NQ, bars(3), ORIGIN))
    const again = await store.transaction((tx) => tx.putBars(NQ, bars(3), { source: 'other', ingestedAt: T0 * 2 }))
    expect(again.inserted.length).toBe(0)
    expect(again.unchanged).toBe(3)
    expect(await store.newestBar(NQ)).toEqual({ ...barAt(2), ...ORIGIN, revision: 0 })
  })

  it.each(['open', 'high', 'low', 'close', 'volume'] as const)(
    'returns a bar that differs in its %s and does not change it',
    async (field) => {
      const { store } = scene()
      const stored = barAt(0)
      const found = {
        ...stored,
        [field]: stored[field] + (field === 'low' ? -0.25 : 0.25 * Number(field !== 'volume') || 1),
      }
      await store.transaction((tx) => tx.putBars(NQ, [stored], ORIGIN))
      const result = await store.transaction((tx) => tx.putBars(NQ, [found], ORIGIN))
      expect(result.differing).toEqual([{ stored: { ...stored, ...ORIGIN, revision: 0 }, found }])
      expect(result.unchanged).toBe(0)
      expect((await store.readBars({ instrument: NQ })).toArray()).toEqual([stored])
    },
  )

  it('takes the first of two bars of one minute and returns the second', async () => {
    const { store } = scene()
    const second = barAt(0, { high: 20_000 })
    const result = await store.transaction((tx) => tx.putBars(NQ, [barAt(0), second], ORIGIN))
    expect(result.inserted.toArray()).toEqual([barAt(0)])
    expect(result.differing.map(({ found }) => found)).toEqual([second])
  })

  it('keeps a bar that the source changed, every time it changed', async () => {
    const { store } = scene()
    const [first, second, third] = [barAt(0), barAt(0, { close: 19_799 }), barAt(0, { volume: 0 })]
    await store.transaction((tx) => tx.putBars(NQ, [first], { source: 'a', ingestedAt: 1_000 }))
    for (const [i, bar] of [second, third].entries()) {
      const revised = await store.transaction((tx) => tx.reviseBars(NQ, [bar], { source: 'b', ingestedAt: 2_000 + i }))
      expect(revised).toBe(1)
    }
    expect(await store.newestBar(NQ)).toEqual({ ...third, source: 'b', ingestedAt: 2_001, revision: 2 })
    const { time: timestamp, ...prices } = first
    expect(await store.readRows('ohlc_revisions', { instrument: NQ })).toEqual([
      { instrument: NQ, timestamp, revision: 0, ...prices, seen_at: 1_000 },
      { instrument: NQ, timestamp, revision: 1, ...prices, close: 19_799, seen_at: 2_000 },
    ])
  })

  it('revises nothing where a bar is equal, and inserts one that is not there', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putBars(NQ, [barAt(0)], ORIGIN))
    expect(await store.transaction((tx) => tx.reviseBars(NQ, bars(2), ORIGIN))).toBe(0)
    expect((await store.readBars({ instrument: NQ })).toArray()).toEqual(bars(2))
    expect(await store.countRows('ohlc_revisions')).toBe(0)
  })

  it('reads bars from an instant on, up to and without another, and the last of them', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putBars(NQ, bars(10), ORIGIN))
    const minutes = async (query: { from?: number; to?: number; last?: number }): Promise<number[]> =>
      Array.from((await store.readBars({ instrument: NQ, ...query })).time, (time) => (time - T0) / MINUTE)
    expect(await minutes({ from: T0 + 3 * MINUTE, to: T0 + 6 * MINUTE })).toEqual([3, 4, 5])
    expect(await minutes({ from: T0 + 8 * MINUTE - 1 })).toEqual([8, 9])
    expect(await minutes({ last: 2 })).toEqual([8, 9])
    expect(await minutes({ last: 3, to: T0 + 5 * MINUTE })).toEqual([2, 3, 4])
    expect(await minutes({ last: 0 })).toEqual([])
    expect(await minutes({ last: 99 })).toHaveLength(10)
    expect(await minutes({ from: T0 + 6 * MINUTE, to: T0 + 3 * MINUTE })).toEqual([])
  })

  it('keeps instruments apart', async () => {
    const { store } = scene()
    await store.transaction(async (tx) => {
      await tx.putBars(NQ, bars(2), ORIGIN)
      await tx.putBars(ES, bars(3, 1), ORIGIN)
    })
    expect((await store.readBars({ instrument: ES })).toArray()).toEqual(bars(3, 1))
    expect(await store.countRows('ohlc_data', NQ)).toBe(2)
    expect(await store.countRows('ohlc_data')).toBe(5)
    expect((await store.oldestBar(ES))?.time).toBe(T0 + MINUTE)
    expect((await store.newestBar(ES))?.time).toBe(T0 + 3 * MINUTE)
  })

  it('knows no bar of an instrument without bars', async () => {
    const { store } = scene()
    expect(await store.newestBar(NQ)).toBeUndefined()
    expect(await store.oldestBar(NQ)).toBeUndefined()
    expect((await store.readBars({ instrument: NQ })).length).toBe(0)
  })

  it.each([0.1, 0.1 + 0.2, 15_893.25, 1e-7, 1.797e308, 123_456_789.012_345_67])(
    'gives the price %d back exactly',
    async (price) => {
      const { store } = scene()
      const bar = { time: -T0, open: price, high: price, low: price, close: price, volume: Number.MAX_SAFE_INTEGER }
      await store.transaction((tx) => tx.putBars(NQ, [bar], ORIGIN))
      expect((await store.readBars({ instrument: NQ })).toArray()).toEqual([bar])
    },
  )

  it('keeps coarser bars beside the others, each interval for itself', async () => {
    const { store } = scene()
    const put = (interval: '5m' | '1h', change = {}): Promise<number> =>
      store.transaction((tx) =>
        tx.putHistoryBars(NQ, interval, [barAt(0, change), barAt(60, change)], { source: 'test' }),
      )
    expect(await put('5m')).toBe(2)
    expect(await put('1h')).toBe(2)
    expect(await put('5m')).toBe(0)
    expect(await put('5m', { volume: 5 })).toBe(2)
    expect(await store.countRows('ohlc_data')).toBe(0)
    const rows = await store.readRows('ohlc_history')
    expect(rows.map(({ interval, volume }) => [interval, volume])).toEqual([
      ['1h', 100],
      ['1h', 160],
      ['5m', 5],
      ['5m', 5],
    ])
  })

  it('takes ten thousand bars in one call', async () => {
    const { store } = scene()
    const many = bars(10_000)
    const result = await store.transaction((tx) => tx.putBars(NQ, many, ORIGIN))
    expect(result.inserted.length).toBe(10_000)
    const read = await store.readBars({ instrument: NQ })
    expect(read.length).toBe(10_000)
    expect(read.at(-1)).toEqual(many.at(-1))
  })
}
