import { formatInstant, type Interval } from '@openpredict/market'
import { readBars } from '@openpredict/fetcher'
import { describe, expect, it } from 'vitest'

import { fibonacciPivotsNaive } from '../../packages/calculators/test/reference/fibonacci-pivots.ts'
import { referenceLevelsNaive } from '../../packages/calculators/test/reference/reference-levels.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { DATA, dataNote, hasData } from '../reference-data.ts'

const FILES: readonly { readonly file: string; readonly interval: Interval }[] = [
  { file: 'nq_1m_2023-11-19_2023-12-04.csv.gz', interval: '1m' },
  { file: 'nq_5m_2019.csv.gz', interval: '5m' },
  { file: 'nq_5m_2023-03-05_2023-03-17_dst.csv.gz', interval: '5m' },
]
type Written = Readonly<Record<string, string | number | boolean | null>>

const INSTANTS = ['period_start', 'period_end', 'timestamp', 'confirmed_at']

/** A row of the naive reference as the exchange format writes it. */
function written(table: string, row: object): Written {
  const columns = Object.entries(row).map(([name, value]: [string, string | number | boolean | null]) => [
    name,
    INSTANTS.includes(name) && typeof value === 'number' ? formatInstant(value) : value,
  ])
  return { table, instrument: 'NQ=F', ...(Object.fromEntries(columns) as Written) }
}

/** confirmed_at with nulls last, then the table, then its key columns. */
function order(a: Written, b: Written): number {
  const key = a['table'] === 'reference_levels' ? ['level_type', 'period_start'] : ['period', 'period_start', 'level']
  for (const column of ['confirmed_at', 'table', ...key]) {
    const [x, y] = [String(a[column] ?? '~'), String(b[column] ?? '~')]
    if (x !== y) return x < y ? -1 : 1
  }
  return 0
}

describe.runIf(hasData)(`openpredict calculate over recorded bars${dataNote}`, () => {
  it.each(FILES)('writes the rows of the naive reference for $file, row for row', async ({ file, interval }) => {
    using workplace = new Workplace()
    const path = `${DATA}/bars/${file}`
    const { code, stdout } = await workplace.run(['calculate', '--input', path, '--interval', interval])
    expect(code).toBe(0)
    const found = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Written)

    const bars = (await readBars(path)).toArray()
    const expected = [
      ...referenceLevelsNaive(bars, { interval }).map((row) => written('reference_levels', row)),
      ...fibonacciPivotsNaive(bars, { interval }).map((row) => written('fibonacci_pivots', row)),
    ].toSorted(order)
    expect(found.length).toBe(expected.length)
    expect(found).toEqual(expected)
  })
})
