import { expect, it } from 'vitest'

import type { WithoutInstrument } from '../rows.ts'
import type { Scene } from './fixture.ts'
import { barAt, contentOf, cycleRow, ES, errorRow, MINUTE, NQ, T0 } from './samples.ts'

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

function suspect(change: Partial<WithoutInstrument<'ohlc_suspects'>> = {}): WithoutInstrument<'ohlc_suspects'> {
  const { time: timestamp, ...prices } = barAt(0)
  return {
    timestamp,
    ...prices,
    reason: 'far from the previous close',
    first_seen_at: T0,
    times_seen: 1,
    admitted_at: null,
    ...change,
  }
}

function missing(change: Partial<WithoutInstrument<'missing_minutes'>> = {}): WithoutInstrument<'missing_minutes'> {
  return {
    timestamp: T0,
    state: 'not_fetched',
    times_asked: 0,
    first_asked_at: null,
    last_asked_at: null,
    healed_at: null,
    ...change,
  }
}

/** Cycles, errors, suspects, missing minutes. */
export function testRecords(scene: () => Scene): void {
  it('gives a cycle back as it was recorded, and records it once', async () => {
    const { store } = scene()
    for (let i = 0; i < 2; i++) await store.transaction((tx) => tx.putCycle(cycleRow()))
    expect(await store.readRows('collection_cycles')).toEqual([cycleRow()])
  })

  it('keeps the state in which a cycle finished last', async () => {
    const { store } = scene()
    const finished = cycleRow({
      finished_at: T0 + 9_000,
      status: 'failed',
      failed_step: 'deliver',
      error_category: 'network',
    })
    await store.transaction((tx) => tx.putCycle(cycleRow()))
    await store.transaction((tx) => tx.putCycle(finished))
    await store.transaction((tx) => tx.putCycle(cycleRow()))
    expect(await store.readRows('collection_cycles')).toEqual([finished])
  })

  it('knows the last cycle of an instrument', async () => {
    const { store } = scene()
    expect(await store.lastCycle(NQ)).toBe(0)
    await store.transaction(async (tx) => {
      for (const cycle of [1, 12, 3]) await tx.putCycle(cycleRow({ id: uuid(cycle), cycle }))
    })
    expect(await store.lastCycle(NQ)).toBe(12)
    expect(await store.lastCycle(ES)).toBe(0)
  })

  it('gives an error back as it was recorded, and never changes it', async () => {
    const { store } = scene()
    await store.transaction((tx) => tx.putError(errorRow()))
    await store.transaction((tx) => tx.putError(errorRow({ error_message: 'another story' })))
    expect(await store.readRows('error_log')).toEqual([errorRow()])
  })

  it('takes an error of no instrument and no cycle', async () => {
    const { store } = scene()
    const row = errorRow({
      instrument: null,
      cycle: null,
      details: null,
      severity: 'critical',
      error_category: 'system',
    })
    await store.transaction((tx) => tx.putError(row))
    expect(await store.readRows('error_log')).toEqual([row])
  })

  it.each([
    ['quotes', `it's "quoted" \\ ; DROP TABLE ohlc_data; --`],
    ['line breaks and emoji', 'line\r\nbreak\t🚀 日経 ñ'],
    ['a megabyte', 'x'.repeat(1_048_576)],
    ['nothing', ''],
  ])('gives a text of %s back exactly', async (_, text) => {
    const { store } = scene()
    const row = errorRow({ error_message: text, details: { text, list: [text] }, instrument: text.slice(0, 40) })
    await store.transaction((tx) => tx.putError(row))
    expect(await store.readRows('error_log')).toEqual([row])
  })

  it('puts a replacement character where a text cannot be stored', async () => {
    const { store } = scene()
    await store.transaction((tx) =>
      tx.putError(errorRow({ error_message: 'a\0b\uD83Dc', details: { 'k\0': ['a\0b\uD83Dc'] } })),
    )
    const [row] = await store.readRows('error_log')
    expect(row?.error_message).toBe('a\uFFFDb\uFFFDc')
    expect(row?.details).toEqual({ 'k\uFFFD': ['a\uFFFDb\uFFFDc'] })
  })

  it.each([
    null,
    true,
    0,
    -1.5,
    'text',
    [],
    {},
    [1, [2, { three: null }]],
    { nested: { 'key with "quotes"': [false] } },
  ])('gives the JSON value %j back', async (value) => {
    const { store } = scene()
    await store.transaction((tx) => tx.putError(errorRow({ details: value })))
    expect((await store.readRows('error_log'))[0]?.details).toEqual(value)
  })

  it.each(['日経=F', '🚀🚀', `O'Neil "x"`, 'nq=f', ' NQ=F '])(
    'knows the instrument %j from all others',
    async (symbol) => {
      const { store } = scene()
      await store.transaction(async (tx) => {
        await tx.putBars(symbol, [barAt(0)], { source: '源', ingestedAt: T0 })
        await tx.putBars(NQ, [barAt(1)], { source: 'test', ingestedAt: T0 })
        await tx.raiseHistoryVersion(symbol)
      })
      expect((await store.readBars({ instrument: symbol })).toArray()).toEqual([barAt(0)])
      expect((await store.newestBar(symbol))?.source).toBe('源')
      expect(await store.historyVersion(NQ)).toBe(0)
    },
  )

  it('counts a suspect on, and takes its admission back never', async () => {
    const { store } = scene()
    const put = (row: WithoutInstrument<'ohlc_suspects'>): Promise<number> =>
      store.transaction((tx) => tx.putSuspects(NQ, [row]))
    expect(await put(suspect())).toBe(1)
    expect(await put(suspect())).toBe(0)
    const admitted = suspect({ times_seen: 3, admitted_at: T0 + 3 * MINUTE })
    expect(await put(admitted)).toBe(1)
    expect(await put(suspect({ times_seen: 2 }))).toBe(0)
    expect(await put(suspect({ times_seen: 3 }))).toBe(0)
    expect(await store.readRows('ohlc_suspects')).toEqual([{ instrument: NQ, ...admitted }])
  })

  it('starts a suspect anew when the source shows other prices', async () => {
    const { store } = scene()
    const anew = suspect({ high: 25_000, first_seen_at: T0 + MINUTE, times_seen: 1 })
    await store.transaction((tx) => tx.putSuspects(NQ, [suspect({ times_seen: 2 })]))
    await store.transaction((tx) => tx.putSuspects(NQ, [anew]))
    await store.transaction((tx) => tx.putSuspects(NQ, [suspect({ times_seen: 9 })]))
    expect(await store.readRows('ohlc_suspects')).toEqual([{ instrument: NQ, ...anew }])
  })

  it('keeps missing minutes until they are healed, and healed ones healed', async () => {
    const { store } = scene()
    const asked = missing({ state: 'absent_at_source', times_asked: 1, first_asked_at: T0, last_asked_at: T0 })
    const other = missing({ timestamp: T0 + MINUTE })
    await store.transaction(async (tx) => {
      expect(await tx.putMissingMinutes(NQ, [missing(), other])).toBe(2)
      expect(await tx.putMissingMinutes(NQ, [asked])).toBe(1)
      expect(await tx.putMissingMinutes(NQ, [missing()])).toBe(0)
      expect(await tx.markHealed(NQ, [T0, T0 + 5 * MINUTE], T0 + 9)).toBe(1)
      expect(await tx.markHealed(NQ, [T0], T0 + 10)).toBe(0)
      expect(await tx.putMissingMinutes(NQ, [asked])).toBe(0)
    })
    expect(await store.readRows('missing_minutes')).toEqual([
      { instrument: NQ, ...asked, healed_at: T0 + 9 },
      { instrument: NQ, ...other },
    ])
  })

  it('leaves no trace of a probe', async () => {
    const { store } = scene()
    const before = await contentOf(store)
    await store.probe()
    expect(await contentOf(store)).toEqual(before)
  })
}
