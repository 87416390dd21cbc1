import { type Bar, barProblem, instrumentOf, type Interval, intervalMs, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { type BarBatch, type BarRequest, type BarSource, DROP_REASONS, FetchError } from '../src/index.ts'
import { someBars } from './charts.ts'

/** A source that has been given bars to give. */
export interface OpenedSource extends AsyncDisposable {
  readonly source: BarSource
}

/** Opens a source whose market consists of these bars, all of them closed. */
export type OpenSource = (bars: readonly Bar[], interval: Interval) => Promise<OpenedSource>

const NQ = instrumentOf('NQ=F')
/** Monday, in the middle of a session. */
export const START: number = parseInstant('2023-11-20T15:00:00Z')
const MINUTE = 60_000
const BARS = someBars(START, 120)
const END = START + 120 * MINUTE

/** What every source promises: runs the promises against one. */
export function testSource(name: string, open: OpenSource): void {
  async function fetched(request: Partial<BarRequest> = {}, bars: readonly Bar[] = BARS): Promise<BarBatch> {
    await using opened = await open(bars, request.interval ?? '1m')
    return await opened.source.fetch({ instrument: NQ, from: START, to: END, ...request })
  }

  describe(`${name}, as a source,`, () => {
    it('has a name', async () => {
      await using opened = await open(BARS, '1m')
      expect(opened.source.name).toMatch(/^\S/)
    })

    it('gives the bars of the window, the minutes of an instrument unless asked otherwise', async () => {
      const batch = await fetched()
      expect(batch.bars.toArray()).toEqual(BARS)
      expect(batch).toMatchObject({ instrument: NQ, interval: '1m', from: START, to: END })
    })

    it.each([
      ['its start included, its end not', START + 10 * MINUTE, START + 20 * MINUTE, 10, 20],
      ['ends between two bars', START + 10 * MINUTE + 1, START + 20 * MINUTE + 1, 11, 21],
      ['one bar', START + 10 * MINUTE, START + 10 * MINUTE + 1, 10, 11],
      ['more than there is', START - 60 * MINUTE, END + 60 * MINUTE, 0, 120],
    ])('keeps to the window: %s', async (_, from, to, first, end) => {
      const batch = await fetched({ from, to })
      expect(batch.bars.toArray()).toEqual(BARS.slice(first, end))
      expect(batch.from).toBe(Math.ceil(from / MINUTE) * MINUTE)
      expect(batch.to).toBe(Math.ceil(to / MINUTE) * MINUTE)
    })

    it.each([
      ['before', START - 60 * MINUTE, START],
      ['after', END, END + 60 * MINUTE],
    ])('gives an empty batch for a window %s its bars', async (_, from, to) => {
      const batch = await fetched({ from, to })
      expect(batch.bars.length).toBe(0)
      expect(batch.forming).toBeUndefined()
    })

    it('gives bars of other intervals', async () => {
      const bars = someBars(START, 12, 5 * MINUTE)
      const batch = await fetched({ interval: '5m', from: START + 1 }, bars)
      expect(batch.bars.toArray()).toEqual(bars.slice(1))
      expect(batch).toMatchObject({ interval: '5m', from: START + 5 * MINUTE })
    })

    it('gives only bars that are possible, ascending and closed by its watermark', async () => {
      const { bars, watermark, interval } = await fetched()
      let last = Number.NEGATIVE_INFINITY
      for (const bar of bars) {
        expect(barProblem(bar)).toBeUndefined()
        expect(bar.time).toBeGreaterThan(last)
        expect(bar.time + intervalMs(interval)).toBeLessThanOrEqual(watermark)
        last = bar.time
      }
    })

    it('accounts for every row, and for its effort', async () => {
      const { bars, dropped, received, requests, waitingMs, delayMs, answeredAt, watermark } = await fetched()
      expect(Object.keys(dropped)).toEqual([...DROP_REASONS])
      expect(bars.length + Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(received)
      for (const value of [requests, waitingMs, delayMs]) expect(value).toBeGreaterThanOrEqual(0)
      expect(watermark).toBeLessThanOrEqual(answeredAt)
    })

    it('gives the same again, also to many at once', async () => {
      await using opened = await open(BARS, '1m')
      const request = { instrument: NQ, from: START, to: END }
      const first = await opened.source.fetch(request)
      const many = await Promise.all(Array.from({ length: 8 }, () => opened.source.fetch(request)))
      for (const batch of many) expect(batch.bars).toEqual(first.bars)
    })

    it.each([
      ['ends where it starts', START, START],
      ['ends before it starts', END, START],
      ['lies between two bars', START + 1, START + 2],
      ['has no start', Number.NaN, END],
      ['has no end', START, Infinity],
    ])('refuses a window that %s', async (_, from, to) => {
      const error: unknown = await fetched({ from, to }).catch((failure: unknown) => failure)
      expect(error).toBeInstanceOf(FetchError)
      expect((error as FetchError).failure).toEqual({ kind: 'invalid-window', from, to })
    })

    it('refuses an interval that it does not have', async () => {
      await using opened = await open(BARS, '1m')
      const error: unknown = await opened.source
        .fetch({ instrument: NQ, interval: '10s', from: START, to: END })
        .catch((failure: unknown) => failure)
      expect((error as FetchError).failure).toMatchObject({ kind: 'unsupported-interval', interval: '10s' })
    })

    it('rejects with the reason of a signal that is aborted already', async () => {
      const reason = new Error('enough')
      await expect(fetched({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    })

    it('rejects with the reason of a signal that is aborted while it fetches, and then goes on as ever', async () => {
      await using opened = await open(BARS, '1m')
      const stop = new AbortController()
      const request = { instrument: NQ, from: START, to: END }
      const fetching = opened.source.fetch({ ...request, signal: stop.signal })
      stop.abort('enough')
      await expect(fetching).rejects.toBe('enough')
      expect((await opened.source.fetch(request)).bars.length).toBe(120)
    })
  })
}
