import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'

import { parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import { chartBody, errorBody, someBars } from './charts.ts'
import { type Act, hang, hangUp, type Stage, stage } from './stage.ts'

const NOW = parseInstant('2023-11-20T15:00:30Z')
const CHART = { lastTrade: NOW - 600_000, rows: someBars(NOW - 1_230_000, 3) }

/** Everything about which the client, or anybody, might have something to say. */
const ACTS: Readonly<Record<string, Act>> = {
  bars: { body: chartBody(CHART), date: NOW },
  'rate-limited': { status: 429, body: 'Too Many Requests' },
  http: { status: 503, body: '<html>' },
  'unknown-symbol': { status: 404, body: errorBody('Not Found', 'No data found, symbol may be delisted') },
  'bad-request': { status: 422, body: errorBody('Unprocessable Entity', 'no') },
  network: hangUp,
  timeout: hang,
}
const MALFORMED: readonly Act[] = [
  { body: '<html>' },
  { body: '{"chart":{"result":null}}' },
  { body: chartBody({ ...CHART, meta: { symbol: undefined, regularMarketPrice: 'x' } }) },
  { body: chartBody({ ...CHART, meta: { currentTradingPeriod: 5 } }) },
  { body: chartBody({ ...CHART, more: { events: 'many' } }) },
  { body: chartBody({ ...CHART, more: { indicators: { quote: [5] } } }) },
  { body: chartBody({ ...CHART, more: { timestamp: [1, 2, 3, 4] } }) },
]

it('prints nothing, loads the client at the first fetch, and lets the process end', async () => {
  const stages: Stage[] = []
  for (const act of [...Object.values(ACTS), ...MALFORMED]) stages.push(await stage(act))
  try {
    const child = spawn(
      process.execPath,
      [
        '--conditions=@openpredict/source',
        '--disable-warning=ExperimentalWarning',
        join(import.meta.dirname, 'quiet-child.ts'),
        String(NOW),
        ...stages.map(({ url }) => url),
      ],
      { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: {} },
    )
    let printed = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (printed += String(chunk)))
    const ends = once(child, 'message').then(([message]) => message as string[])
    const [code] = (await once(child, 'close')) as [number]
    expect(printed).toBe('')
    expect(code).toBe(0)
    expect(await ends).toEqual([...Object.keys(ACTS), ...MALFORMED.map(() => 'malformed')])
  } finally {
    for (const open of stages) await open[Symbol.asyncDispose]()
  }
})
