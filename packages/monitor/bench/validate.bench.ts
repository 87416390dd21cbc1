import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createManualClock, type Instrument, INSTRUMENTS, instrumentOf } from '@openpredict/market'
import { openStore, type Store } from '@openpredict/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { validateQuality } from '../src/index.ts'
import { fillMonth, MONTH_END } from './quality-month.ts'

const DAY = 86_400_000
const instruments: readonly Instrument[] = [
  ...INSTRUMENTS,
  ...['BTC-USD', 'ETH-USD', 'SOL-USD', 'XRP-USD'].map(instrumentOf),
]

describe('thirty days of ten instruments, with their features', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openpredict-bench-'))
  let store: Store
  let bars = 0

  beforeAll(async () => {
    store = await openStore(`sqlite:${join(folder, 'month.sqlite')}`, { clock: createManualClock(MONTH_END) })
    for (const instrument of instruments) bars += await fillMonth(store, instrument)
  })

  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const validate = async (recompute: boolean): Promise<void> => {
    const window = { from: MONTH_END - 30 * DAY, to: MONTH_END, now: MONTH_END }
    for (const instrument of instruments) {
      const { verdict } = await validateQuality({ store, instrument, ...window, recompute })
      if (verdict !== 'passed') throw new Error(`${instrument.symbol} ${verdict}`)
    }
  }

  test('are validated in less than two seconds', async ({ bench }) => {
    const options = { iterations: 3, warmupIterations: 1, time: 0, warmupTime: 0 }
    const quick = await bench('validate', () => validate(false)).run(options)
    const whole = await bench('validate, all features calculated again', () => validate(true)).run(options)
    const [ms, wholeMs] = [quick.latency.min, whole.latency.min]
    process.stdout.write(
      `${bars.toLocaleString('en-US')} bars: ${ms.toFixed(0)} ms, ${((1e3 * ms) / bars).toFixed(1)} µs a bar; with --recompute ${wholeMs.toFixed(0)} ms\n`,
    )
    expect(ms).toBeLessThan(2_000)
  })
})
