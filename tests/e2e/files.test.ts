import { readFileSync, writeFileSync } from 'node:fs'
import { gunzipSync, gzipSync } from 'node:zlib'

import { type Bar, formatInstant, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { DATA, dataNote, hasData } from '../reference-data.ts'
import { Workplace } from './run-cli.ts'
import { marketRows, openStored } from './stored.ts'

const MINUTE = 60_000
const START = parseInstant('2024-03-08T14:00:00Z')
const market = createMarket({ seed: 21, instrument: instrumentOf('NQ=F') })
const HEADER = 'timestamp,open,high,low,close,volume'

function csvOf(bars: Iterable<Bar>): string {
  const lines = Array.from(bars, ({ time, open, high, low, close, volume }) =>
    [
      formatInstant(time).replace('.000Z', 'Z'),
      ...[open, high, low, close].map((price) => price.toFixed(2)),
      volume,
    ].join(','),
  )
  return `${[HEADER, ...lines].join('\n')}\n`
}

describe('import and export', () => {
  it('give back the same file, and importing again changes no row', async () => {
    using workplace = new Workplace()
    const bars = market.bars(START, START + 3 * 1_440 * MINUTE)
    const csv = csvOf(bars)
    writeFileSync(workplace.path('bars.csv.gz'), gzipSync(csv))
    const first = await workplace.run(['import', 'bars.csv.gz', '--symbol', 'nq=f', '--json'])
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(first.stdout)).toMatchObject({ inserted: bars.length, unchanged: 0, corrected: 0 })
    const before = await rows(workplace)

    const exported = await workplace.run(['export', '--table', 'ohlc_data', '--output', 'out.csv'])
    expect(exported).toMatchObject({ code: 0, stderr: '' })
    expect(exported.stdout).toContain(`${bars.length.toLocaleString('en-US')} rows of ohlc_data written to out.csv`)
    expect(readFileSync(workplace.path('out.csv'), 'utf8')).toBe(csv)

    const again = await workplace.run(['import', 'out.csv', '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({
      inserted: 0,
      corrected: 0,
      unchanged: bars.length,
      rowsWritten: 0,
    })
    expect(await rows(workplace)).toEqual(before)
  })

  it('never write over the store that is read', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('bars.csv'), csvOf(market.bars(START, START + 60 * MINUTE)))
    expect(await workplace.run(['import', 'bars.csv', '--store', 'sqlite:bars.sqlite'])).toMatchObject({ code: 0 })
    const args = ['export', '--table', 'ohlc_data', '--store', 'sqlite:bars.sqlite', '--output', 'bars.sqlite']
    const refused = await workplace.run(args)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain('bars.sqlite is the file to be read, too.')
    const kept = await workplace.run([...args.slice(0, -2), '--format', 'ndjson'])
    expect(kept.stdout.trim().split('\n').length).toBeGreaterThan(50)
  })

  it('write rows as CSV, JSON and one object a line, cut by time', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('bars.csv'), csvOf(market.bars(START, START + 1_440 * MINUTE)))
    expect(await workplace.run(['import', 'bars.csv'])).toMatchObject({ code: 0 })
    const from = formatInstant(START + 30 * MINUTE)
    const to = formatInstant(START + 33 * MINUTE)
    const args = ['export', '--table', 'ohlc_data', '--from', from, '--to', to, '--format']

    const csv = (await workplace.run([...args, 'csv'])).stdout.trim().split('\n')
    expect(csv).toEqual([
      HEADER,
      ...csvOf(market.bars(START + 30 * MINUTE, START + 33 * MINUTE))
        .trim()
        .split('\n')
        .slice(1),
    ])
    const json = JSON.parse((await workplace.run([...args, 'json'])).stdout) as readonly unknown[]
    expect(json).toHaveLength(3)
    expect(json[0]).toMatchObject({ instrument: 'NQ=F', timestamp: from, revision: 0 })
    const lines = (await workplace.run([...args, 'ndjson'])).stdout.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(json)
    const none = await workplace.run(['export', '--table', 'ohlc_data', '--to', '2001-01-01', '--format', 'json'])
    expect(JSON.parse(none.stdout)).toEqual([])
  })

  it('refuse a bad file by its line, with exit code 2, and store nothing', async () => {
    using workplace = new Workplace()
    const good = csvOf(market.bars(START, START + 10 * MINUTE))
      .trim()
      .split('\n')
    const bad = good.map((line, i) => (i === 5 ? line.replace(/,[\d.]+,/, ',abc,') : line))
    writeFileSync(workplace.path('bad.csv'), `${bad.join('\n')}\n`)
    const { code, stdout, stderr } = await workplace.run(['import', 'bad.csv'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/line 6, column open: found .*abc/)
    const missing = await workplace.run(['import', 'nowhere.csv'])
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('nowhere.csv does not exist')
  })

  it.runIf(hasData)(`give back 14,714 real bars identically${dataNote}`, async () => {
    using workplace = new Workplace()
    const file = `${DATA}/bars/nq_1m_2023-11-19_2023-12-04.csv.gz`
    const first = await workplace.run(['import', file, '--json'])
    expect(JSON.parse(first.stdout)).toMatchObject({ inserted: 14_714, unchanged: 0, corrected: 0, failures: [] })
    const before = await rows(workplace)
    const exported = await workplace.run(['export', '--table', 'ohlc_data'])
    expect(exported.stdout).toBe(gunzipSync(readFileSync(file)).toString())
    const again = await workplace.run(['import', file, '--json'])
    expect(JSON.parse(again.stdout)).toMatchObject({ inserted: 0, unchanged: 14_714, corrected: 0, rowsWritten: 0 })
    expect(await rows(workplace)).toEqual(before)
  })
})

async function rows(workplace: Workplace): Promise<unknown> {
  await using store = await openStored(workplace)
  return await marketRows(store)
}
