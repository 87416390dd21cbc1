import { createYahooSource } from '@openpredict/fetcher'
import { type Clock, createManualClock, instrumentOf } from '@openpredict/market'
import { createMarket, startYahooServer, type YahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'

import { type Collector, createCollector, type CycleReport } from '../src/index.ts'

const MINUTE = 60_000
const START = Date.UTC(2024, 5, 5, 14, 30, 30)
const instrument = instrumentOf('NQ=F')
const market = createMarket({ seed: 1, instrument })
const timer: Clock = {
  now: () => performance.now(),
  sleep: async (ms, signal) => {
    await (await import('node:timers/promises')).setTimeout(ms, undefined, signal === undefined ? {} : { signal })
  },
}

let folder = ''
let files = 0
const clock = createManualClock(START)
let server: YahooServer

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
  server = await startYahooServer({ markets: [market], clock })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
  for (const [name, times] of Object.entries(own)) report(name, times)
  const { rss } = process.memoryUsage()
  process.stdout.write(
    `memory of the process, benchmark, server and test runner included: ${Math.round(rss / 2 ** 20)} MB\n`,
  )
})

/** Our own time of every cycle, without the time spent waiting for the source, in milliseconds. */
const own: Record<string, number[]> = { cold: [], warm: [] }

function note(name: string, cycle: CycleReport): void {
  if (cycle.status === 'failed') throw new Error(cycle.failure?.message)
  own[name]?.push(cycle.durationMs - cycle.waitingMs)
}

function report(name: string, times: readonly number[]): void {
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1)
  process.stdout.write(`own time of ${sorted.length} ${name} cycles: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms\n`)
}

async function collectorOn(
  file: string,
): Promise<{ readonly collector: Collector; readonly close: () => Promise<void> }> {
  const store = await openStore(`sqlite:${join(folder, file)}`, { clock: { ...timer, now: () => Date.now() } })
  const source = createYahooSource({ clock, timer, baseUrl: server.url })
  const collector = createCollector({ instrument, source, store, clock, timer, host: 'bench', version: '0' })
  return { collector, close: () => store.close() }
}

describe('a cycle against the simulator over HTTP, into SQLite on disk: ms a cycle, waiting included', () => {
  test('cold: seven days of minutes', async ({ bench }) => {
    await bench('cold', async () => {
      const { collector, close } = await collectorOn(`cold-${files++}.sqlite`)
      note('cold', await collector.runCycle())
      await close()
    }).run()
  })

  test('warm: one new minute', async ({ bench }) => {
    const { collector, close } = await collectorOn('warm.sqlite')
    await collector.runCycle()
    await bench('warm', async () => {
      clock.advance(MINUTE)
      note('warm', await collector.runCycle())
    }).run()
    await close()
  })
})
