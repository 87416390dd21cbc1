// The calculators alone, on a CSV file: no network, no database, one dependency.
//
//   npm install @openpredict/calculators
//   node calculators-on-csv.ts [FILE]
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { argv } from 'node:process'

import { createEngine } from '@openpredict/calculators'

const file = argv[2] ?? join(import.meta.dirname, 'data', 'nq-5m.csv')
const [, ...lines] = readFileSync(file, 'utf8').trim().split('\n')
const bars = lines.map((line) => {
  const [timestamp = '', ...numbers] = line.split(',')
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = numbers.map(Number)
  return { time: Date.parse(timestamp), open, high, low, close, volume }
})

const engine = createEngine({ interval: '5m' })
engine.feed(bars)
console.log(`${bars.length} bars, known up to ${new Date(engine.asOf ?? 0).toISOString()}`)

const { reference_levels, fibonacci_pivots } = engine.current()
const close = bars.at(-1)?.close ?? 0
const levels = [
  ...reference_levels.map(({ level_type, price }) => ({ name: level_type, price })),
  ...fibonacci_pivots.map(({ period, level, price }) => ({ name: `${period} pivot ${level}`, price })),
]
const nearest = levels
  .toSorted((a, b) => Math.abs(a.price - close) - Math.abs(b.price - close))
  .slice(0, 5)
  .toSorted((a, b) => b.price - a.price)
console.log(`nearest to ${close}:`)
for (const level of nearest) console.log(`  ${level.price.toFixed(2)}  ${level.name}`)

// Every row there ever was, by table.
for (const [table, rows] of Object.entries(engine.takeChanges())) console.log(`${table}: ${rows.length} rows`)
