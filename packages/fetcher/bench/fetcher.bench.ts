import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type * as marketPackage from '@openpredict/market'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type * as fetcherPackage from '../src/index.ts'

// Loaded by Node itself, as users run it: vitest's own loader puts a getter before every import.
const load = createRequire(import.meta.url)
const { cleanRows, createYahooSource, parseBars, readBars, splitSuspects } = load(
  '../src/index.ts',
) as typeof fetcherPackage
const { BarSeries, createManualClock, formatInstant, instrumentOf } = load(
  '@openpredict/market',
) as typeof marketPackage

const MINUTE = 60_000
const NQ = instrumentOf('NQ=F')
const APPLE = instrumentOf('AAPL')
/** Friday, at the end of a week of trading. */
const NOW = Date.UTC(2023, 10, 17, 21)
/** What a cold start asks for. */
const WEEK = 7_000

/** Rows as Yahoo sends them: 32-bit floats. */
function rows(count: number, price = Math.fround): marketPackage.Bar[] {
  return Array.from({ length: count }, (_, i) => {
    const open = 15_900 + (i % 400) * 0.25
    const time = NOW - (count + 30 - i) * MINUTE
    return {
      time,
      open: price(open),
      high: price(open + 2),
      low: price(open - 1.75),
      close: price(open + 0.5),
      volume: i,
    }
  })
}

const context = { interval: '1m', from: 0, to: NOW, watermark: NOW, lastTrade: NOW } as const
const week = rows(WEEK)
const shares = rows(WEEK, (price) => Math.fround(price / 71))
const series = BarSeries.from(week)
const text = [
  'timestamp,open,high,low,close,volume',
  ...rows(WEEK).map((row) => [formatInstant(row.time), row.open, row.high, row.low, row.close, row.volume].join(',')),
  '',
].join('\n')

describe('cleaning', () => {
  test('7,000 rows: 7 / ms a run = million rows/s', async ({ bench }) => {
    const result = await bench.compare(
      bench('cleanRows, known tick', () => void cleanRows(week, { ...context, instrument: NQ })),
      bench('cleanRows, unknown tick', () => void cleanRows(shares, { ...context, instrument: APPLE })),
      bench('splitSuspects', () => void splitSuspects(series)),
    )
    expect(result.get('cleanRows, known tick').latency.mean).toBeLessThan(40)
  })
})

describe('CSV', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
    writeFileSync(join(folder, 'bars.csv'), text)
    writeFileSync(join(folder, 'bars.csv.gz'), gzipSync(text))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('7,000 rows: 7,000 / ms a run = thousand rows/s', async ({ bench }) => {
    const result = await bench.compare(
      bench('parseBars', () => void parseBars(text)),
      bench('readBars, plain', async () => void (await readBars(join(folder, 'bars.csv')))),
      bench('readBars, gzip', async () => void (await readBars(join(folder, 'bars.csv.gz')))),
    )
    expect(result.get('readBars, gzip').latency.mean).toBeLessThan(200)
  })
})

describe('a fetch from a local server', () => {
  const server = createServer((request, response) => {
    const count = Number(/\/COUNT(\d+)\?/.exec(request.url ?? '')?.[1])
    response.sendDate = false
    response.writeHead(200, { date: new Date(NOW).toUTCString() }).end(bodies.get(count))
  })
  const bodies = new Map([WEEK, 40].map((count) => [count, body(count)]))
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('ms a fetch, answers of 7,000 and of 40 rows', async ({ bench }) => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const clock = createManualClock(NOW)
    const source = createYahooSource({ clock, baseUrl })
    const fetch = async (count: number): Promise<void> => {
      const instrument = { ...NQ, symbol: `COUNT${count}` }
      const batch = await source.fetch({ instrument, from: NOW - 6 * 1_440 * MINUTE, to: NOW })
      expect(batch.received).toBe(count)
    }
    await bench.compare(
      bench('7,000 rows', () => fetch(WEEK)),
      bench('40 rows', () => fetch(40)),
    )
  })
})

function body(count: number): string {
  const sent = rows(count)
  const column = (name: keyof marketPackage.Bar): number[] => sent.map((row) => row[name])
  const [open, high, low, close, volume] = [
    column('open'),
    column('high'),
    column('low'),
    column('close'),
    column('volume'),
  ]
  const meta = { symbol: `COUNT${count}`, dataGranularity: '1m', regularMarketTime: (NOW - 600_000) / 1_000 }
  const timestamp = column('time').map((time) => time / 1_000)
  const quote = [{ open, high, low, close, volume }]
  return JSON.stringify({ chart: { result: [{ meta, timestamp, indicators: { quote } }], error: null } })
}
