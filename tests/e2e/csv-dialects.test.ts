import { writeFileSync } from 'node:fs'

import { type Bar, formatInstant, instrumentOf, newYorkOffset, parseInstant } from '@openpredict/market'
import { createMarket } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'

const MINUTE = 60_000
const START = parseInstant('2024-03-08T14:00:00Z')
// Three days, over the weekend on which clocks go forward.
const BARS = createMarket({ seed: 21, instrument: instrumentOf('NQ=F') }).bars(START, START + 3 * 1_440 * MINUTE)

/** The same bars as UTC opens, in our own spelling. */
function plain(bars: Iterable<Bar>): string {
  const lines = Array.from(bars, ({ time, open, high, low, close, volume }) =>
    [
      formatInstant(time).replace('.000Z', 'Z'),
      ...[open, high, low, close].map((price) => price.toFixed(2)),
      volume,
    ].join(','),
  )
  return `${['timestamp,open,high,low,close,volume', ...lines].join('\n')}\n`
}

/** … and as closes on New York's clock, as spreadsheets spell them. */
function foreign(bars: Iterable<Bar>, intervalMs: number = MINUTE): string {
  const lines = Array.from(bars, ({ time, open, high, low, close, volume }) => {
    const stamp = time + intervalMs
    const [date = '', clock = ''] = new Date(stamp + newYorkOffset(stamp)).toISOString().split('T')
    const [year, month, day] = date.split('-')
    return [`${month}/${day}/${year}`, clock.slice(0, 5), open, high, low, close, volume].join(';')
  })
  return `${['Date;Time;Open;High;Low;Last;Vol', ...lines].join('\r\n')}\r\n`
}

const DIALECT = ['--timezone', 'America/New_York', '--stamp', 'close']

describe('files of other programs', () => {
  it('are imported as what they are', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('chart.csv'), foreign(BARS))
    const imported = await workplace.run(['import', 'chart.csv', ...DIALECT, '--bars-only', '--json'])
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(imported.stdout)).toMatchObject({ inserted: BARS.length })
    const exported = await workplace.run(['export', '--table', 'ohlc_data'])
    expect(exported.stdout).toBe(plain(BARS))
  })

  it('are calculated on as what they are', async () => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('plain.csv'), plain(BARS))
    writeFileSync(workplace.path('chart.csv'), foreign(BARS))
    const expected = await workplace.run(['calculate', '--input', 'plain.csv'])
    const found = await workplace.run(['calculate', '--input', 'chart.csv', ...DIALECT])
    expect(found).toMatchObject({ code: 0, stderr: '' })
    expect(found.stdout).toBe(expected.stdout)
    expect(found.stdout).not.toBe('')
  })

  it.each([
    [['--timezone', 'Mars'], /--timezone.*"Mars" is not a time zone: expected an IANA name such as America\/New_York/s],
    [['--stamp', 'middle'], /--stamp.*middle.*open, close/s],
  ])('are refused with %j', async (flags, message) => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('chart.csv'), foreign(BARS))
    const { code, stdout, stderr } = await workplace.run(['import', 'chart.csv', ...flags])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('are refused by the line that clocks skip, and store nothing', async () => {
    using workplace = new Workplace()
    writeFileSync(
      workplace.path('skip.csv'),
      'time,o,h,l,c,v\n03/10/2024 01:59,5,6,4,5,1\n03/10/2024 02:00,5,6,4,5,1\n',
    )
    const { code, stderr } = await workplace.run(['import', 'skip.csv', '--timezone', 'America/New_York'])
    expect(code).toBe(2)
    expect(stderr).toMatch(/line 3, column time: found "03\/10\/2024 02:00", which clocks in America\/New_York\s+skip/)
  })
})
