import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'

import { instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { openStore, TABLE_NAMES, type TableDescription, tableOf } from '@openpredict/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { runCli } from '../../apps/cli/src/cli.ts'
import { parquetBytes } from '../../apps/cli/src/export/parquet.ts'
import { xlsxBytes } from '../../apps/cli/src/export/xlsx.ts'
import { createTerminal } from '../../apps/cli/src/terminal.ts'
import { mainFile } from '../command-line/main-file.ts'
import { readBackParquet, readBackXlsx } from './read-back.ts'
import { Workplace } from './run-cli.ts'
import { timer } from './world.ts'

const MINUTE = 60_000
const START = parseInstant('2024-03-08T14:00:00Z')
const nq = instrumentOf('NQ=F')
const market = createMarket({ seed: 21, instrument: nq })

type Row = Readonly<Record<string, unknown>>
type Column = TableDescription['columns'][string]

/** What text is made of: letters, what XML and CSV take for their own, what no XML can hold, and what looks like its escapes. */
const PIECES = [
  'a',
  'Z',
  '0',
  ' ',
  'é',
  '😀',
  '<',
  '&',
  '"',
  "'",
  ',',
  '\t',
  '\n',
  '\u0000',
  '\u0007',
  '\uFFFE',
  '_x0007_',
  '_',
]

/** What a column may hold: text of any kind, and numbers of every size. */
function valueOf({ kind, nullable, values }: Column): fc.Arbitrary<unknown> {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0))
  const value: fc.Arbitrary<unknown> = {
    text:
      values === undefined
        ? fc.string({ unit: fc.constantFrom(...PIECES), maxLength: 12 })
        : fc.constantFrom(...values),
    uuid: fc.uuid(),
    instant: fc.integer({ min: parseInstant('1987-01-01'), max: parseInstant('2199-12-31') }),
    integer: fc.nat(),
    price: number,
    number,
    boolean: fc.boolean(),
    json: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.integer(), fc.string(), fc.constant(null)), {
      noNullPrototype: true,
    }),
  }[kind]
  return nullable === true ? fc.option(value) : value
}

function rowsOf({ columns }: TableDescription): fc.Arbitrary<readonly Row[]> {
  const fields = Object.entries(columns).map(([name, column]) => [name, valueOf(column)] as const)
  return fc.array(fc.record(Object.fromEntries(fields), { noNullPrototype: true }), { maxLength: 5 })
}

/** JSON has no type of its own where it is read. */
function asRead(rows: readonly Row[], { columns }: TableDescription): readonly Row[] {
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        columns[name]?.kind === 'json' && value !== null ? JSON.stringify(value) : value,
      ]),
    ),
  )
}

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  return await buffer(content)
}

describe.each(TABLE_NAMES)('the rows of %s', (name) => {
  const table = tableOf(name)
  const { columns } = table

  it('are the same in a Parquet file, whatever its groups, and each column is of its type', async () => {
    const types = {
      text: 'Utf8',
      uuid: 'Utf8',
      json: 'Utf8',
      instant: 'Timestamp<MILLISECOND, UTC>',
      integer: 'Int64',
      price: 'Float64',
      number: 'Float64',
      boolean: 'Bool',
    }
    const wanted = Object.entries(columns).map(([column, { kind, nullable }]) => [
      column,
      types[kind] + (nullable === true ? '?' : ''),
    ])
    await fc.assert(
      fc.asyncProperty(rowsOf(table), fc.integer({ min: 1, max: 3 }), async (rows, rowGroup) => {
        const bytes = await bytesOf(parquetBytes({ name, columns, rows }, { createdBy: 'openpredict 0', rowGroup }))
        const back = readBackParquet(bytes)
        expect(back.types).toEqual(Object.fromEntries(wanted))
        expect(back.rows).toEqual(asRead(rows, table))
      }),
      { numRuns: 4 },
    )
  })

  it('are the same in an Excel sheet', async () => {
    await fc.assert(
      fc.asyncProperty(rowsOf(table), async (rows) => {
        const back = readBackXlsx(await bytesOf(xlsxBytes({ name, columns, rows }, { instrument: nq })))
        expect(back.sheet).toBe(name)
        expect(Object.keys(back.types)).toEqual(Object.keys(columns))
        expect(back.rows).toEqual(asRead(rows, table))
      }),
      { numRuns: 2 },
    )
  })
})

/** Runs the command line in this process, with a terminal to print on or without. */
async function openpredict(
  args: readonly string[],
  {
    isTerminal = false,
    env = {},
  }: { readonly isTerminal?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number; readonly stdout: Uint8Array; readonly stderr: string }> {
  const [stdout, stderr] = [Object.assign(new PassThrough(), { isTTY: isTerminal }), new PassThrough()]
  const [printed, said] = [buffer(stdout), text(stderr)]
  const code = await runCli(args, {
    env,
    clock: timer,
    timer,
    terminal: createTerminal({ stdout, stderr, env: { NO_COLOR: '1' } }),
    signal: new AbortController().signal,
    onHangup: () => () => undefined,
    onCrash: () => () => undefined,
    onExit: () => () => undefined,
    host: 'test',
    version: '0',
  })
  stdout.end()
  stderr.end()
  return { code, stdout: await printed, stderr: await said }
}

/** A folder with a store of an hour of bars, and how to export them from it. */
async function filled(): Promise<{
  readonly workplace: Workplace
  readonly args: readonly string[]
  readonly rows: readonly Row[]
}> {
  const workplace = new Workplace()
  const url = `sqlite:${workplace.path('openpredict.sqlite')}`
  await using store = await openStore(url, { clock: timer })
  const origin = { source: 'test', ingestedAt: START + 3_600_123 }
  await store.transaction((tx) => tx.putBars('NQ=F', market.bars(START, START + 60 * MINUTE), origin))
  return {
    workplace,
    args: ['export', '--table', 'ohlc_data', '--store', url],
    rows: await store.readRows('ohlc_data'),
  }
}

describe('export', () => {
  it('writes Parquet and Excel files by the ending of their names', async () => {
    const { workplace: made, args, rows } = await filled()
    using workplace = made
    expect(rows).toHaveLength(60)
    for (const [ending, readBack] of [
      ['parquet', readBackParquet],
      ['xlsx', readBackXlsx],
    ] as const) {
      const output = workplace.path(`bars.${ending}`)
      const { code, stdout } = await openpredict([...args, '--output', output, '--json'])
      expect(code).toBe(0)
      expect(JSON.parse(Buffer.from(stdout).toString())).toEqual({
        table: 'ohlc_data',
        format: ending,
        output,
        rows: 60,
      })
      expect(readBack(readFileSync(output)).rows).toEqual(rows)
    }
  })

  it('writes the same bytes to standard output, and the same again', async () => {
    const { workplace: made, args } = await filled()
    using workplace = made
    for (const format of ['parquet', 'xlsx']) {
      const output = workplace.path(`rows.${format}`)
      const printed = await openpredict([...args, '--format', format])
      await openpredict([...args, '--output', output])
      expect(printed.code).toBe(0)
      expect(Buffer.from(printed.stdout).equals(readFileSync(output))).toBe(true)
    }
  })

  it('shows prices and times as they are', async () => {
    const { workplace: made, args } = await filled()
    using _ = made
    const { stdout } = await openpredict([...args, '--format', 'xlsx'])
    expect(readBackXlsx(stdout).types).toMatchObject({
      timestamp: String.raw`n yyyy\-mm\-dd\ hh:mm:ss`,
      ingested_at: String.raw`n yyyy\-mm\-dd\ hh:mm:ss.000`,
      close: 'n 0.00',
      volume: 'n General',
    })
  })

  it.each(['parquet', 'xlsx'])('does not print %s on a terminal, nor pack it twice', async (format) => {
    const { workplace: made, args } = await filled()
    using workplace = made
    const printed = await openpredict([...args, '--format', format], { isTerminal: true })
    expect(printed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`--format ${format} is not for a terminal.`),
    })
    expect(printed.stdout).toHaveLength(0)
    const packed = await openpredict([...args, '--output', workplace.path(`rows.${format}.gz`)])
    expect(packed).toMatchObject({ code: 2, stderr: expect.stringContaining(`${format} is packed as it is.`) })
  })

  it('writes error_log whole, and the rows of one instrument when it is named', async () => {
    using workplace = new Workplace()
    const url = `sqlite:${workplace.path('openpredict.sqlite')}`
    const failure = {
      timestamp: START,
      component: 'test',
      operation: 'fetch',
      error_message: 'no answer',
      severity: 'error',
      error_category: 'network',
      cycle: null,
      details: null,
    } as const
    await using store = await openStore(url, { clock: timer })
    await store.transaction(async (tx) => {
      for (const [i, instrument] of ['NQ=F', 'ES=F', null].entries()) {
        await tx.putError({ ...failure, id: `00000000-0000-4000-8000-00000000000${i}`, instrument })
      }
    })
    const instrumentsIn = async (...args: readonly string[]): Promise<readonly unknown[]> => {
      const all = ['export', '--table', 'error_log', '--store', url, '--format', 'json', ...args]
      const { stdout } = await openpredict(all, { env: { INSTRUMENT: 'NQ=F,ES=F' } })
      return (JSON.parse(Buffer.from(stdout).toString()) as readonly Row[]).map((row) => row['instrument'])
    }
    expect(await instrumentsIn()).toEqual(['NQ=F', 'ES=F', null])
    expect(await instrumentsIn('--symbol', 'ES=F')).toEqual(['ES=F'])
  })

  it('knows the format of a packed file by the ending before .gz', async () => {
    const { workplace: made, args } = await filled()
    using workplace = made
    const { stdout } = await openpredict([...args, '--output', workplace.path('rows.ndjson.gz'), '--json'])
    expect(JSON.parse(Buffer.from(stdout).toString())).toMatchObject({ format: 'ndjson', rows: 60 })
  })

  it('leaves no part of a workbook whose rows do not fit', async () => {
    const { workplace: made, args } = await filled()
    using workplace = made
    await using store = await openStore(`sqlite:${workplace.path('openpredict.sqlite')}`, { clock: timer })
    await store.transaction((tx) =>
      tx.putError({
        id: '00000000-0000-4000-8000-000000000001',
        timestamp: START,
        component: 'test',
        operation: 'test',
        error_message: 'x'.repeat(32_768),
        severity: 'info',
        error_category: 'data',
        instrument: 'NQ=F',
        cycle: null,
        details: null,
      }),
    )
    const before = readdirSync(workplace.folder)
    const output = workplace.path('errors.xlsx')
    const { code, stderr } = await openpredict([...args.with(2, 'error_log'), '--output', output])
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining('error_log, row 1: error_message has 32,768 characters, more than the 32,767'),
    })
    expect(readdirSync(workplace.folder)).toEqual(before)
  })
})

describe('a sheet', () => {
  it('has room for so many rows, and says so of more', async () => {
    const { columns } = tableOf('instrument_state')
    const rows = ['ES=F', 'NQ=F', 'YM=F'].map((instrument) => ({ instrument, history_version: 0 }))
    const data = { name: 'instrument_state', columns, rows }
    expect(readBackXlsx(await bytesOf(xlsxBytes(data, { instrument: nq, sheetRows: 4 }))).rows).toEqual(rows)
    await expect(bytesOf(xlsxBytes(data, { instrument: nq, sheetRows: 3 }))).rejects.toThrow(
      'instrument_state: has more rows than the 2 that fit under the header of an Excel sheet.',
    )
  })
})

describe('openpredict export', () => {
  it('sends bytes, and nothing else, to a redirected standard output', async () => {
    const { workplace: made, args, rows } = await filled()
    using workplace = made
    const redirected = openSync(workplace.path('bars.parquet'), 'w')
    const options = ['--conditions=@openpredict/source', '--disable-warning=ExperimentalWarning', '--']
    const main = mainFile()
    const { status, stderr } = spawnSync(process.execPath, [...options, main, ...args, '--format', 'parquet'], {
      cwd: workplace.folder,
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', redirected, 'pipe'],
      encoding: 'utf8',
    })
    closeSync(redirected)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(readBackParquet(readFileSync(workplace.path('bars.parquet'))).rows).toEqual(rows)
  })
})
