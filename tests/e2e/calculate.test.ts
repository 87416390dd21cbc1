import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { PassThrough, type Readable } from 'node:stream'
import { gunzipSync, gzipSync } from 'node:zlib'

import { type Bar, formatInstant, instrumentOf, type Interval, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { runCli } from '../../apps/cli/src/cli.ts'
import { StoppedBySignal } from '../../apps/cli/src/stopped.ts'
import { createTerminal, type Terminal } from '../../apps/cli/src/terminal.ts'
import {
  compareExchange,
  createEngine,
  FEATURE_TABLES,
  type FeatureTable,
  toExchange,
} from '../../packages/calculators/src/index.ts'
import { Workplace } from './run-cli.ts'
import { timer } from './world.ts'

const MINUTE = 60_000
const HEADER = 'timestamp,open,high,low,close,volume'
const START = parseInstant('2024-03-08T14:00:00Z')
const NQ = instrumentOf('NQ=F')
const market = createMarket({ seed: 21, instrument: NQ })
/** Three weeks: more than is read, or written, at a time. */
const BARS = market.bars(START, START + 21 * 1_440 * MINUTE).toArray()
const CSV = csvOf(BARS)

function csvOf(bars: readonly Bar[]): string {
  const lines = bars.map(({ time, open, high, low, close, volume }) =>
    [formatInstant(time), open, high, low, close, volume].join(','),
  )
  return `${[HEADER, ...lines].join('\n')}\n`
}

interface Asked {
  readonly tables?: readonly FeatureTable[]
  readonly interval?: Interval
  readonly asOf?: number
}

/** What the command is to write, from all bars and all rows at once. */
function expected(bars: readonly Bar[], { tables = FEATURE_TABLES, interval = '1m', asOf }: Asked = {}): string {
  const engine = createEngine({ instrument: NQ, interval })
  engine.feed(bars)
  if (asOf !== undefined) engine.advanceTo(asOf)
  const changes = engine.takeChanges()
  return tables
    .flatMap((table) => changes[table].map((row) => toExchange(table, row, NQ.symbol)))
    .toSorted(compareExchange)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('')
}

function countOf(lines: string, table?: FeatureTable): number {
  return lines.split('\n').filter((line) => line.startsWith(`{"table":"${table ?? ''}`)).length
}

/** A folder with the bars in it. */
function workplaceWith(csv: string = CSV): Workplace {
  const workplace = new Workplace()
  writeFileSync(workplace.path('bars.csv'), csv)
  return workplace
}

const ALL = expected(BARS)

describe('calculate', () => {
  it('writes every row there is, in the order of the exchange format', async () => {
    using workplace = workplaceWith()
    const { code, stdout, stderr } = await workplace.run(['calculate', '--input', 'bars.csv'])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(ALL)
    expect(FEATURE_TABLES.filter((table) => countOf(stdout, table) < 10)).toEqual([])
  })

  it('reads and writes gzip, and says how many rows of which table', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('bars.csv.gz'), gzipSync(CSV))
    const args = ['calculate', '--input', 'bars.csv.gz', '--output']
    const json = await workplace.run([...args, 'rows.ndjson.gz', '--json'])
    expect(json).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(json.stdout)).toEqual({
      input: 'bars.csv.gz',
      output: 'rows.ndjson.gz',
      bars: BARS.length,
      rows: countOf(ALL),
      rowsByTable: Object.fromEntries(FEATURE_TABLES.map((table) => [table, countOf(ALL, table)])),
    })
    expect(gunzipSync(readFileSync(workplace.path('rows.ndjson.gz'))).toString()).toBe(ALL)
    const words = await workplace.run([...args, 'rows.ndjson'])
    const [bars, rows] = [BARS.length, countOf(ALL)].map((n) => n.toLocaleString('en-US'))
    expect(words.stdout).toMatch(new RegExp(`^${bars} bars in, ${rows} rows out to rows.ndjson \\(.+s\\)\\n$`))
    expect(readFileSync(workplace.path('rows.ndjson'), 'utf8')).toBe(ALL)
    expect(readdirSync(workplace.folder).toSorted()).toEqual(['bars.csv.gz', 'rows.ndjson', 'rows.ndjson.gz'])
  })

  it('writes the tables that it is asked for', async () => {
    using workplace = workplaceWith()
    const args = ['calculate', '-i', 'bars.csv', '--table', 'market_structure', '-t', 'fvg', '--table', 'fvg']
    const found = await workplace.run([...args, '-o', 'rows.ndjson', '--json'])
    const text = readFileSync(workplace.path('rows.ndjson'), 'utf8')
    expect(text).toBe(expected(BARS, { tables: ['fvg', 'market_structure'] }))
    expect(JSON.parse(found.stdout)).toMatchObject({
      rows: countOf(text),
      rowsByTable: { fvg: countOf(text, 'fvg'), market_structure: countOf(text, 'market_structure') },
    })
  })

  it('refuses a table that there is not, with the names of those that there are', async () => {
    using workplace = workplaceWith()
    const args = ['calculate', '-i', 'bars.csv', '-o', 'rows.ndjson', '-t', 'fvg', '-t', 'ohlc_data']
    const { code, stdout, stderr } = await workplace.run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(
      `--table "ohlc_data" is not a table of features: expected one of ${FEATURE_TABLES.join(', ')}.`,
    )
    expect(readdirSync(workplace.folder)).toEqual(['bars.csv'])
  })

  it('cuts the bars from --from to --to, and reads no further', async () => {
    // Another bar at --to, and nothing that is right from there on.
    const [from, to] = [START + 3 * 1_440 * MINUTE, START + 4 * 1_440 * MINUTE]
    const cut = BARS.filter(({ time }) => time >= from && time < to)
    const until = BARS.filter(({ time }) => time <= to)
    using workplace = workplaceWith(`${csvOf(until)}and so on\n`)
    const args = ['calculate', '--input', 'bars.csv', '--from', formatInstant(from)]
    const { code, stdout } = await workplace.run([...args, '--to', formatInstant(to)])
    expect(code).toBe(0)
    expect(stdout).toBe(expected(cut))
    expect(cut.length).toBeGreaterThan(100)
    const later = await workplace.run([...args, '--to', formatInstant(to + MINUTE)])
    expect(later).toMatchObject({ code: 2, stdout: '' })
    expect(later.stderr).toContain(`line ${until.length + 2}: found 1 field`)
  })

  it('moves the clock on with --as-of, which may not be earlier than the last bar that is used', async () => {
    using workplace = workplaceWith()
    // In the middle of Tuesday's session in New York.
    const to = parseInstant('2024-03-12T15:00:00Z')
    const bars = BARS.filter(({ time }) => time < to)
    const asOf = parseInstant('2024-03-13T00:00:00Z')
    const args = ['calculate', '--input', 'bars.csv', '--as-of', formatInstant(asOf)]
    const { stdout } = await workplace.run([...args, '--to', formatInstant(to)])
    expect(stdout).toBe(expected(bars, { asOf }))
    expect(stdout).not.toBe(expected(bars))
    expect(stdout.match(/"complete":false/g)?.length ?? 0).toBeLessThan(
      expected(bars).match(/"complete":false/g)?.length ?? 0,
    )
    const early = await workplace.run([...args, '--output', 'rows.ndjson'])
    expect(early.code).toBe(2)
    expect(early.stderr).toContain('--as-of 2024-03-13T00:00:00.000Z lies before the close of the last bar')
    expect(readdirSync(workplace.folder)).toEqual(['bars.csv'])
  })

  it('takes bars of another length', async () => {
    const bars = BARS.filter(({ time }) => time % (5 * MINUTE) === 0)
    using workplace = workplaceWith(csvOf(bars))
    const { stdout } = await workplace.run(['calculate', '--input', 'bars.csv', '--interval', '5m'])
    expect(stdout).toBe(expected(bars, { interval: '5m' }))
  })

  it('refuses bars of another length than --interval says', async () => {
    using workplace = workplaceWith()
    const { code, stdout, stderr } = await workplace.run(['calculate', '--input', 'bars.csv', '--interval', '5m'])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/line 3, column timestamp: found .*, expected a time on the grid of 5m bars/)
  })

  it('makes no rows of no bars', async () => {
    using workplace = workplaceWith(`${HEADER}\n`)
    const nothing = { code: 0, stdout: '', stderr: '' }
    expect(await workplace.run(['calculate', '-i', 'bars.csv'])).toMatchObject(nothing)
    expect(await workplace.run(['calculate', '-i', 'bars.csv', '--as-of', '2024-01-01'])).toMatchObject(nothing)
    const { stdout } = await workplace.run(['calculate', '-i', 'bars.csv', '-o', 'rows.ndjson', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ bars: 0, rows: 0 })
    expect(readFileSync(workplace.path('rows.ndjson'), 'utf8')).toBe('')
  })
})

describe('calculate leaves an output that is there as it is', () => {
  const [lines, last = ''] = [CSV.trim().split('\n').slice(0, -1), CSV.trim().split('\n').at(-1)]
  const before = lines.at(-1) ?? ''
  it.each([
    ['a line is wrong', [...lines, 'x,1,1,1,1,1'], /line \d+, column timestamp: found "x"/],
    ['bars are not sorted', [...lines.slice(0, -1), last, before], /expected a time after/],
    ['a bar is there twice', [...lines, before], /again/],
  ])('when %s, however late', async (_, wrong, message) => {
    using workplace = workplaceWith(wrong.join('\n'))
    writeFileSync(workplace.path('rows.ndjson'), 'before')
    const toFile = await workplace.run(['calculate', '-i', 'bars.csv', '-o', 'rows.ndjson'])
    expect(toFile).toMatchObject({ code: 2, stdout: '' })
    expect(toFile.stderr).toMatch(message)
    expect(readFileSync(workplace.path('rows.ndjson'), 'utf8')).toBe('before')
    expect(readdirSync(workplace.folder).toSorted()).toEqual(['bars.csv', 'rows.ndjson'])
    expect(await workplace.run(['calculate', '-i', 'bars.csv'])).toMatchObject({ code: 2, stdout: '' })
  })

  it('when it could not be written, before anything is read', async () => {
    using workplace = workplaceWith('no bars at all')
    mkdirSync(workplace.path('rows'))
    const refused = async (output: string): Promise<string> => {
      const { code, stderr } = await workplace.run(['calculate', '-i', 'bars.csv', '-o', output])
      expect(code).toBe(2)
      return stderr
    }
    expect(await refused('rows')).toContain('rows is a folder.')
    expect(await refused('nowhere/rows')).toContain('nowhere: cannot be opened (ENOENT).')
    expect(await refused('bars.csv')).toContain('bars.csv is the file to be read, too.')
    expect(readFileSync(workplace.path('bars.csv'), 'utf8')).toBe('no bars at all')
  })
})

describe('calculate to standard output', () => {
  it('ends quietly when its reader goes away', async () => {
    using workplace = workplaceWith()
    const { child, finished } = workplace.start(['calculate', '--input', 'bars.csv'])
    const ended = once(child, 'exit')
    const cutOff = finished.then(
      () => 'complete',
      (error: Error) => error.message,
    )
    await once(child.stdout as Readable, 'data')
    child.stdout?.destroy()
    expect(await ended).toEqual([0, null])
    expect(await cutOff).toBe('Premature close')
  })

  it('ends with 130 at Ctrl-C', async () => {
    using workplace = workplaceWith()
    const { child, finished } = workplace.start(['calculate', '--input', 'bars.csv'])
    // All of it is more than a pipe holds: the command is not through before it is read.
    await once(child.stdout as Readable, 'data')
    child.kill('SIGINT')
    const { code, stdout, stderr } = await finished
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' })
    expect(stdout.length).toBeLessThan(ALL.length)
  })
})

describe('while calculate runs', () => {
  /** Runs the command in this process; `onText` is told whatever a terminal would show. */
  async function watched(
    workplace: Workplace,
    onText: (text: string, stop: AbortController) => void = () => {},
  ): Promise<{ readonly code: number; readonly shown: readonly string[]; readonly out: readonly string[] }> {
    const stop = new AbortController()
    const shown: string[] = []
    const out: string[] = []
    const show = (text: string): void => {
      shown.push(text)
      onText(text, stop)
    }
    const terminal: Terminal = {
      ...createTerminal({ stdout: new PassThrough(), stderr: new PassThrough(), env: {} }),
      out: (text) => void out.push(text),
      note: (text) => void out.push(text),
      async spin(text, work) {
        show(text)
        return await work(show)
      },
    }
    const [input, output] = [workplace.path('bars.csv'), workplace.path('rows.ndjson')]
    const code = await runCli(['calculate', '--input', input, '--output', output], {
      env: {},
      clock: timer,
      timer,
      terminal,
      signal: stop.signal,
      onHangup: () => () => undefined,
      onCrash: () => () => undefined,
      onExit: () => () => undefined,
      host: 'test',
      version: '0',
    })
    return { code, shown, out }
  }

  it('a terminal shows how far it has come', async () => {
    using workplace = workplaceWith()
    const { code, shown, out } = await watched(workplace)
    expect(code).toBe(0)
    expect(out[0]).toContain('rows out to')
    expect(shown[0]).toBe(`reading ${workplace.path('bars.csv')}`)
    const computing = shown.slice(1, -1)
    expect(computing.length).toBeGreaterThan(3)
    expect(computing[0]).toMatch(/^computing ░+ +\d+ % {2}0 bars$|^computing █+░+ +\d+ % {2}0 bars$/)
    expect(computing.at(-1)).toMatch(/^computing █{20} 100 % {2}[\d,]+ bars$/)
    expect(shown.at(-1)).toBe(`writing ${countOf(ALL).toLocaleString('en-US')} rows`)
  })

  it.each(['reading', 'computing', 'writing'])('Ctrl-C while %s leaves nothing, and what was there', async (phase) => {
    using workplace = workplaceWith()
    const stopAt = (text: string, stop: AbortController): void => {
      if (text.startsWith(phase)) stop.abort(new StoppedBySignal('SIGINT', 130))
    }
    expect(await watched(workplace, stopAt)).toMatchObject({ code: 130, out: [] })
    expect(readdirSync(workplace.folder)).toEqual(['bars.csv'])
    writeFileSync(workplace.path('rows.ndjson'), 'before')
    expect(await watched(workplace, stopAt)).toMatchObject({ code: 130, out: [] })
    expect(readFileSync(workplace.path('rows.ndjson'), 'utf8')).toBe('before')
    expect(readdirSync(workplace.folder).toSorted()).toEqual(['bars.csv', 'rows.ndjson'])
  })
})
