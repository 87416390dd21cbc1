// A process of its own, so that nothing but the calculators is in its memory. Reads columns of bars from a file, feeds them,
// and prints what that took, as JSON.
import { existsSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate } from 'node:timers/promises'

import { BarSeries } from '@openpredict/market'

import { createEngine, type Engine, FEATURE_TABLES, type RowsByTable } from '../src/index.ts'

const [file = '', what = ''] = process.argv.slice(2)
const bytes = readFileSync(file)
const length = bytes.length / 48
const column = (i: number): Float64Array => new Float64Array(bytes.buffer, bytes.byteOffset + i * length * 8, length)
const bars = new BarSeries({
  time: column(0),
  open: column(1),
  high: column(2),
  low: column(3),
  close: column(4),
  volume: column(5),
})

const countOf = (rows: RowsByTable): number => FEATURE_TABLES.reduce((sum, table) => sum + rows[table].length, 0)

/** The most memory that this process has had. What the resource usage says includes that of the process it came from. */
function peakBytes(): number {
  const status = '/proc/self/status'
  const [, kilobytes] = (existsSync(status) && /VmHWM:\s+(\d+) kB/.exec(readFileSync(status, 'utf8'))) || []
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes))
}

/** Peak memory over all bars, rows handed over as they come. */
function peak(): object {
  const engine = createEngine()
  let rows = 0
  for (let from = 0; from < length; from += 5_000) {
    engine.feed(bars, from, Math.min(length, from + 5_000))
    rows += countOf(engine.takeFinished())
  }
  rows += countOf(engine.takeChanges())
  return { bars: length, rows, inputBytes: bytes.length, peakBytes: peakBytes() }
}

/** Feeds all bars, a thousand at a time, so that the code that is measured is compiled as often as it would be in use. */
function feedAll(): Engine {
  const engine = createEngine({ interval: '1s', revisable: 0 })
  for (let from = 0; from < length; from += 1_000) engine.feed(bars, from, Math.min(length, from + 1_000))
  return engine
}

/** Bytes allocated by feeding bars of one second, and by making the rows again that came of it; nothing is collected. */
async function allocation(): Promise<object> {
  globalThis.gc?.()
  // Code that is not compiled, as after a collection, allocates more.
  for (let i = 0; i < 2; i++) feedAll()
  const since = performance.now()
  let collections = 0
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().filter(({ startTime }) => startTime >= since).length
  })
  observer.observe({ entryTypes: ['gc'] })
  const start = process.memoryUsage().heapUsed
  const engine = feedAll()
  const fed = process.memoryUsage().heapUsed
  const rows = engine.takeFinished()
  const taken = process.memoryUsage().heapUsed
  const again = FEATURE_TABLES.map((table) => rows[table].map((row) => ({ ...row })))
  const copied = process.memoryUsage().heapUsed
  await setImmediate()
  const emitted = again.reduce((sum, table) => sum + table.length, 0)
  return { bars: length, rows: emitted, collections, fedBytes: fed - start, rowBytes: copied - taken }
}

process.stdout.write(JSON.stringify(what === 'allocation' ? await allocation() : peak()))
