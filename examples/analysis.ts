// An analysis as in a notebook: candles, features joined onto them without look-ahead, and what the numbers are like.
//
//   npm install @openpredict/frames @openpredict/calculators @openpredict/fetcher @openpredict/market @openpredict/store
//   node analysis.ts
//
// Question: how far from the daily pivot does an hour end, and does it go on or come back from there?
// With `danfojs-node` installed, `await toDataFrame(hours)` makes a DataFrame of any of these.
import { join } from 'node:path'

import { fibonacciPivots } from '@openpredict/calculators'
import { readBars } from '@openpredict/fetcher'
import { describe, joinFeatures, resample } from '@openpredict/frames'
import { formatInstant } from '@openpredict/market'
import { TABLES } from '@openpredict/store'

const bars = await readBars(join(import.meta.dirname, 'data', 'nq-5m.csv'), { interval: '5m' })
const hours = resample(bars, '1h', { interval: '5m' })
console.log(`${bars.length} bars of 5 minutes are ${hours.length} whole hours`)

const pivots = fibonacciPivots(bars, { interval: '5m' }).filter(
  ({ period, level }) => period === 'DAILY' && level === 'PP',
)
const joined = joinFeatures(hours, pivots, {
  table: TABLES.fibonacci_pivots,
  values: { pivot: 'price' },
  interval: '1h',
})
const known = joined.filter(({ pivot }) => pivot !== null)
console.log(`${known.length} of them closed with a pivot known`)

const distances = known.map(({ time, high, low, close, pivot }, hour) => ({
  time,
  range: high - low,
  fromPivot: close - Number(pivot),
  next: (known[hour + 1]?.close ?? close) - close,
}))
console.log('           count    mean     std     min  median     max')
for (const { column, count, mean, std, min, median, max } of describe(distances)) {
  const numbers = [mean, std, min, median, max].map((value) => value.toFixed(2).padStart(8)).join('')
  console.log(`${column.padEnd(10)}${String(count).padStart(6)}${numbers}`)
}
const farthest = distances.toSorted((a, b) => Math.abs(b.fromPivot) - Math.abs(a.fromPivot))[0]
if (farthest !== undefined) {
  console.log(
    `farthest: ${formatInstant(farthest.time)}, ${farthest.fromPivot.toFixed(2)}, then ${farthest.next.toFixed(2)}`,
  )
}
