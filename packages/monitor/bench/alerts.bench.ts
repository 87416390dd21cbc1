import { instrumentOf } from '@openpredict/market'
import { describe, expect, test } from 'vitest'

import { AlertEngine, DEFAULT_RULES, Measurements } from '../src/index.ts'
import { cycleAt, MINUTE, START } from '../test/metric-stream.ts'

/** Six hours of cycles, one in five of them failed. */
function measured(symbols: readonly string[]): Measurements {
  const measurements = new Measurements({ instruments: symbols.map((symbol) => instrumentOf(symbol)) })
  for (let minute = 0; minute < 360; minute++) {
    for (const instrument of symbols)
      measurements.addCycle(
        cycleAt(START + minute * MINUTE, { instrument, status: minute % 5 === 0 ? 'failed' : 'success' }),
      )
  }
  return measurements
}

const NOW = START + 360 * MINUTE
const TEN = ['NQ=F', 'ES=F', 'YM=F', 'RTY=F', 'GC=F', 'SI=F', 'CL=F', 'ZN=F', '6E=F', 'BTC-USD']

describe('all rules, once', () => {
  test('are judged', async ({ bench }) => {
    for (const symbols of [TEN.slice(0, 1), TEN]) {
      const measurements = measured(symbols)
      const engine = new AlertEngine({ rules: DEFAULT_RULES })
      const { latency } = await bench(`${symbols.length} instruments`, () => {
        engine.evaluate(measurements, NOW)
      }).run()
      expect(latency.p50).toBeLessThan(5)
    }
  })
})
