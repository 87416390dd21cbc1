import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { type Bar, createManualClock, formatInstant } from '@openpredict/market'

import { createCsvSource, createYahooSource, withCache, withRetries } from '../src/index.ts'
import { chartBody } from './charts.ts'
import { realTimer } from './clocks.ts'
import { type OpenedSource, START, testSource } from './source-contract.ts'
import { answer, stage } from './stage.ts'

const HOUR = 3_600_000

testSource('Yahoo', openYahoo)

testSource('Yahoo with retries', async (bars, interval) => {
  const opened = await openYahoo(bars, interval)
  return { ...opened, source: withRetries(opened.source, { timer: realTimer, random: Math.random }) }
})

testSource('Yahoo with a cache', async (bars, interval) => {
  const opened = await openYahoo(bars, interval)
  return { ...opened, source: withCache(opened.source, { clock: createManualClock(START + 3 * HOUR) }) }
})

async function openYahoo(bars: readonly Bar[], interval: string): Promise<OpenedSource> {
  // Three hours on, in the same session: the delay is over, and the watermark past every bar.
  const now = START + 3 * HOUR
  const server = await stage(({ query }, response) => {
    const [from, to] = ['period1', 'period2'].map((name) => Number(query.get(name)) * 1_000) as [number, number]
    const rows = bars.filter(({ time }) => time >= from && time < to)
    answer(response, { body: chartBody({ interval, lastTrade: now - 600_000, rows }), date: now })
  })
  const source = createYahooSource({ clock: createManualClock(now), timer: realTimer, baseUrl: server.url })
  return { source, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

for (const [name, pack] of [
  ['CSV', (text: string) => Buffer.from(text)],
  ['CSV in gzip', (text: string) => gzipSync(text)],
] as const) {
  testSource(name, (bars, interval) => {
    const folder = mkdtempSync(join(tmpdir(), 'openpredict-source-'))
    const path = join(folder, 'bars.csv')
    const lines = bars.map(({ time, open, high, low, close, volume }) =>
      [formatInstant(time), open, high, low, close, volume].join(','),
    )
    writeFileSync(path, pack(['timestamp,open,high,low,close,volume', ...lines, ''].join('\n')))
    const remove = (): Promise<void> => {
      rmSync(folder, { recursive: true })
      return Promise.resolve()
    }
    return Promise.resolve({ source: createCsvSource({ path, interval }), [Symbol.asyncDispose]: remove })
  })
}
