import { writeFileSync } from 'node:fs'

import { type Bar, formatInstant, type Interval } from '@openpredict/market'
import { readBars } from '@openpredict/fetcher'
import { describe, expect, it } from 'vitest'

import { fairValueGapsNaive } from '../../packages/calculators/test/reference/fair-value-gaps.ts'
import { fibonacciPivotsNaive } from '../../packages/calculators/test/reference/fibonacci-pivots.ts'
import { hourlyBlocksNaive } from '../../packages/calculators/test/reference/hourly-blocks.ts'
import { liquidityEventsNaive } from '../../packages/calculators/test/reference/liquidity-events.ts'
import { marketStructureNaive } from '../../packages/calculators/test/reference/market-structure.ts'
import { referenceLevelsNaive } from '../../packages/calculators/test/reference/reference-levels.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { DATA, dataNote, hasData } from '../reference-data.ts'

const FILES: readonly { readonly file: string; readonly interval: Interval }[] = [
  { file: 'nq_1m_2023-11-19_2023-12-04.csv.gz', interval: '1m' },
  { file: 'nq_5m_2019.csv.gz', interval: '5m' },
  { file: 'nq_5m_2023-03-05_2023-03-17_dst.csv.gz', interval: '5m' },
]
type Written = Readonly<Record<string, string | number | boolean | null>>

/** Each table: its naive reference, the columns of its key, and those that hold instants. */
const TABLES = [
  {
    table: 'reference_levels',
    naive: referenceLevelsNaive,
    key: ['level_type', 'period_start'],
    instants: ['period_start', 'period_end', 'timestamp', 'confirmed_at'],
  },
  {
    table: 'fibonacci_pivots',
    naive: fibonacciPivotsNaive,
    key: ['period', 'period_start', 'level'],
    instants: ['period_start', 'timestamp', 'confirmed_at'],
  },
  {
    table: 'liquidity_events',
    naive: liquidityEventsNaive,
    key: ['level_type', 'period_start', 'timestamp', 'quality'],
    instants: ['period_start', 'timestamp', 'reclaimed_at', 'confirmed_at'],
  },
  {
    table: 'fvg',
    naive: fairValueGapsNaive,
    key: ['timeframe', 'timestamp', 'fvg_type'],
    instants: ['timestamp', 'touched_at', 'half_filled_at', 'fill_timestamp', 'inverted_at', 'confirmed_at'],
  },
  {
    table: 'hourly_blocks',
    naive: hourlyBlocksNaive,
    key: ['hour_start', 'block_number'],
    instants: ['hour_start', 'timestamp', 'confirmed_at'],
  },
  {
    table: 'market_structure',
    naive: marketStructureNaive,
    key: ['timeframe', 'timestamp', 'break_type', 'direction'],
    instants: ['timestamp', 'swing_timestamp', 'confirmed_at'],
  },
] as const

/** Bars that are compared as a rule; in full, all of them. */
const FULL = process.env['OPENPREDICT_FULL'] === '1'
const MOST = 15_000

/** So many bars in a row, from a place that is another in each run and printed. */
function stretchOf(bars: readonly Bar[]): readonly Bar[] {
  const from = Math.floor(Math.random() * (bars.length - MOST))
  process.stdout.write(`recorded bars: ${MOST} from the one at ${from} on\n`)
  return bars.slice(from, from + MOST)
}

function csvOf(bars: readonly Bar[]): string {
  const lines = bars.map((b) => [formatInstant(b.time), b.open, b.high, b.low, b.close, b.volume].join(','))
  return `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`
}

/** A row of a naive reference as the exchange format writes it. */
function written(table: string, row: object, instants: readonly string[]): Written {
  const columns = Object.entries(row).map(([name, value]: [string, string | number | boolean | null]) => [
    name,
    instants.includes(name) && typeof value === 'number' ? formatInstant(value) : value,
  ])
  return { table, instrument: 'NQ=F', ...(Object.fromEntries(columns) as Written) }
}

/** confirmed_at with nulls last, then the table, then its key columns. */
function order(a: Written, b: Written): number {
  const key = TABLES.find(({ table }) => table === a['table'])?.key ?? []
  for (const column of ['confirmed_at', 'table', ...key]) {
    const [x, y] = [String(a[column] ?? '~'), String(b[column] ?? '~')]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

describe.runIf(hasData)(`openpredict calculate over recorded bars${dataNote}`, () => {
  it.each(FILES)('writes the rows of the naive reference for $file, row for row', async ({ file, interval }) => {
    using workplace = new Workplace()
    const all = (await readBars(`${DATA}/bars/${file}`)).toArray()
    const bars = FULL || all.length <= MOST ? all : stretchOf(all)
    const path = workplace.path('bars.csv')
    writeFileSync(path, csvOf(bars))
    const { code, stdout } = await workplace.run(['calculate', '--input', path, '--interval', interval])
    expect(code).toBe(0)
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Written)

    const expected = TABLES.flatMap(({ table, naive, instants }) => {
      const rows: readonly object[] = naive(bars, { interval })
      return rows.map((row) => written(table, row, instants))
    }).toSorted(order)
    expect(found.length).toBe(expected.length)
    expect(found).toEqual(expected)
  })
})
