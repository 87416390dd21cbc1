import { unavailable } from '@openpredict/local-supabase'
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'

import { type HttpProxy, startHttpProxy } from '../../test/http-proxy.ts'
import { testProject, type TestProject } from '../../test/on-data-api.ts'
import type { Row } from '../rows.ts'
import type { Store } from '../store.ts'
import { barAt, bars, ES, FEATURES, level, MINUTE, NQ, ORIGIN, T0 } from '../testing/samples.ts'

const reason = unavailable('data API')

async function collect<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const row of rows) list.push(row)
  return list
}

describe.skipIf(reason !== undefined)('a server that gives fewer rows than it is asked for', () => {
  const levels = Array.from({ length: 2_500 }, (_, i) =>
    level({ level_type: i % 3 === 0 ? 'NY_OPEN' : '1H_OPEN', period_start: T0 + i * MINUTE, price: i }),
  )
  let here: TestProject
  let http: HttpProxy

  beforeAll(async () => {
    here = await testProject()
    http = await startHttpProxy(here.project.url)
    await here.postgres.transaction(async (tx) => {
      await tx.putBars(NQ, bars(2_500), ORIGIN)
      await tx.putBars(ES, bars(3), ORIGIN)
      await tx.putRows('reference_levels', NQ, levels, { historyVersion: 0, asOf: T0 })
    })
    return async () => {
      await http[Symbol.asyncDispose]()
      await here[Symbol.asyncDispose]()
    }
  })

  beforeEach(() => {
    http.rewrite = undefined
  })

  // 1,000 is what the server gives at most; less is what it may be told to give.
  describe.each([1_000, 300, 1])('at most %d', (most) => {
    let store: Store
    const some = most === 1 ? 40 : 2_500

    beforeAll(async () => {
      store = await here.open({ url: http.url })
    })

    beforeEach(() => {
      http.rewrite = (path) => path.replace(/limit=(\d+)/, (_, n) => `limit=${Math.min(Number(n), most)}`)
    })

    it('gives all bars in the end', async () => {
      const to = T0 + some * MINUTE
      expect((await store.readBars({ instrument: NQ, to })).toArray()).toEqual(bars(some))
      const last = some - 7
      expect((await store.readBars({ instrument: NQ, to, last })).toArray()).toEqual(bars(last, 7))
    })

    it('gives all rows in the end, in either order', async () => {
      const query = { instrument: NQ, to: T0 + some * MINUTE }
      const expected = await here.postgres.readRows('reference_levels', query)
      expect(expected).toHaveLength(some)
      expect(await store.readRows('reference_levels', query)).toEqual(expected)
      expect(await collect(store.streamRows('reference_levels', query))).toEqual(expected)
      for (const limit of [some - 3, some + 3]) {
        const newest = { ...query, newestFirst: true, limit }
        expect(await store.readRows('reference_levels', newest)).toEqual(
          await here.postgres.readRows('reference_levels', newest),
        )
      }
    })

    it('gives all rows of all instruments in the end', async () => {
      const query = { to: T0 + some * MINUTE }
      expect(await store.readRows('ohlc_data', query)).toEqual(await here.postgres.readRows('ohlc_data', query))
    })
  })

  it('counts what it does not give', async () => {
    const store = await here.open()
    expect(await store.countRows('ohlc_data')).toBe(2_503)
    expect(await store.countRows('ohlc_data', NQ)).toBe(2_500)
  })

  it('gives a transaction everything, too', async () => {
    const store = await here.open()
    const work = store.transaction(async (tx) => {
      const all = await tx.readBars({ instrument: NQ })
      const { unchanged } = await tx.putBars(NQ, bars(2_600), ORIGIN)
      const grown = await tx.countRows('ohlc_data', NQ)
      const last = await tx.readBars({ instrument: NQ, last: 150 })
      const newest = await tx.readRows('ohlc_data', { newestFirst: true, limit: 1_200 })
      expect([all.length, unchanged, grown]).toEqual([2_500, 2_500, 2_600])
      expect(last.toArray()).toEqual(bars(150, 2_450))
      expect(newest.map(({ timestamp }) => timestamp)).toEqual(
        bars(1_200, 1_400)
          .map(({ time }) => time)
          .toReversed(),
      )
      throw new Error('not kept')
    })
    await expect(work).rejects.toThrow('not kept')
    expect(await here.postgres.countRows('ohlc_data')).toBe(2_503)
  })
})

/** What means something in an address, in a list of conditions or in JSON. */
const PIECES = [...Array.from('"\'.,(){}\\%*:&=+/?#;<|! \n\taZ0-_~日🚀é'), '$1', 'null', 'eq.', 'in.(', '%00', '\u0301']
const symbol = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''))

const PLACE = { history_version: 0, as_of_version: 0, as_of: T0 }

describe.skipIf(reason !== undefined)('any text', () => {
  let here: TestProject
  let store: Store

  beforeAll(async () => {
    here = await testProject()
    store = await here.open()
    return () => here[Symbol.asyncDispose]()
  })

  it('is an instrument that is known from all others, whatever it means elsewhere', async () => {
    const symbols = fc.uniqueArray(symbol, { minLength: 2, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(symbols, async (names) => {
        await here.postgres.reset()
        const levels = names.flatMap((instrument, i): Row<'reference_levels'>[] =>
          [0, 1].map((n) => ({ instrument, ...level({ period_start: T0 + n * MINUTE, price: i }), ...PLACE })),
        )
        await store.replicate({ rows: { reference_levels: levels } })
        await store.transaction(async (tx) => {
          for (const [i, name] of names.entries()) {
            await tx.putBars(name, [barAt(i)], ORIGIN)
            for (let n = 0; n <= i; n++) await tx.raiseHistoryVersion(name)
          }
        })
        for (const [i, name] of names.entries()) {
          expect((await store.readBars({ instrument: name })).toArray()).toEqual([barAt(i)])
          expect(await store.countRows('reference_levels', name)).toBe(2)
          expect(await store.historyVersion(name)).toBe(i + 1)
          expect((await store.readRows('reference_levels', { instrument: name })).map(({ price }) => price)).toEqual([
            i,
            i,
          ])
        }
        // Page by page, so that each symbol is what a page goes on behind.
        const all = await collect(store.streamRows('reference_levels', {}, { pageSize: 1 }))
        expect(all).toEqual(await here.postgres.readRows('reference_levels'))
        const backwards = await store.readRows('reference_levels', { newestFirst: true })
        expect(backwards).toEqual(await here.postgres.readRows('reference_levels', { newestFirst: true }))
      }),
      { numRuns: 12 },
    )
  })

  it('is removed under its own key only', async () => {
    await here.postgres.reset()
    const names = ['a,b', 'a', '"a"', `'a'`, 'a)', '(a', 'a\\']
    const rows = names.map((instrument) => ({ instrument, ...FEATURES.fvg, ...PLACE }))
    await store.replicate({ rows: { fvg: rows } })
    for (const [i, instrument] of names.entries()) {
      const { timeframe, timestamp, fvg_type: type } = FEATURES.fvg
      const key = { instrument, timeframe, timestamp, fvg_type: type }
      const { removed } = await store.replicate({ rows: {}, removed: [{ table: 'fvg', key, ...PLACE }] })
      expect(removed).toBe(1)
      expect(await store.countRows('fvg')).toBe(names.length - i - 1)
    }
  })

  it('is a megabyte of quotes, backslashes and emoji in a message, and comes back', async () => {
    const text = `"\\',\u{1f680}\n`.repeat(120_000)
    const row: Row<'error_log'> = {
      id: '00000000-0000-4000-8000-000000000001',
      timestamp: T0,
      component: text.slice(0, 99),
      operation: 'probe',
      error_message: text,
      severity: 'error',
      error_category: 'data',
      instrument: null,
      cycle: null,
      details: { [text.slice(0, 99)]: [text] },
    }
    await store.replicate({ rows: { error_log: [row] } })
    expect(await store.readRows('error_log')).toEqual([row])
    const broken = { ...row, id: row.id.replace('1', '2'), error_message: 'a\0b\uD83D', details: { 'k\0': ['\uDE80'] } }
    await store.replicate({ rows: { error_log: [broken] } })
    expect((await store.readRows('error_log')).at(-1)).toMatchObject({
      error_message: 'a\uFFFDb\uFFFD',
      details: { 'k\uFFFD': ['\uFFFD'] },
    })
  })
})

describe.skipIf(reason !== undefined)('any number', () => {
  let here: TestProject

  beforeAll(async () => {
    here = await testProject()
    return () => here[Symbol.asyncDispose]()
  })

  it('comes back as it was, as do instants of any year that the server holds', async () => {
    const store = await here.open()
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n))
    const instant = fc.integer({ min: -210_000_000_000_000, max: 8.64e15 - 1 })
    await fc.assert(
      fc.asyncProperty(finite, finite, instant, instant, async (price, speed, timestamp, swing) => {
        await here.postgres.reset()
        const row: Row<'market_structure'> = {
          instrument: NQ,
          ...FEATURES.market_structure,
          ...PLACE,
          level: price,
          displacement_speed: speed,
          timestamp,
          swing_timestamp: swing,
        }
        await store.replicate({ rows: { market_structure: [row] } })
        expect(await store.readRows('market_structure', { from: timestamp, to: timestamp + 1 })).toEqual([row])
        expect(await collect(store.streamRows('market_structure', {}, { pageSize: 1 }))).toEqual([row])
        await store.transaction(async (tx) => {
          expect(await tx.readRows('market_structure', { instrument: NQ })).toEqual([row])
        })
      }),
      { numRuns: 30 },
    )
  })
})
