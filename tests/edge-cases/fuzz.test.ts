import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { type BarBatch, createYahooSource, FetchError, parseBars } from '@openpredict/fetcher'
import {
  barProblem,
  type BarSeries,
  createManualClock,
  formatInstant,
  instrumentOf,
  type Interval,
  intervalMs,
  parseInstant,
} from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'

import { DATA, dataNote, hasData } from '../reference-data.ts'
import { mutateJson, mutateText, randomOf } from './mutations.ts'

const RUNS = process.env['OPENPREDICT_FULL'] === '1' ? 10_000 : 600
const MINUTE = 60_000
const NOW = parseInstant('2024-06-05T14:30:30Z')
const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 })

/** An answer to mutate, and what it answers. */
interface Recording {
  readonly name: string
  readonly symbol: string
  readonly interval: Interval
  readonly from: number
  readonly to: number
  readonly status: number
  readonly body: unknown
}

/** Fetches with the real client from an answer that is made up. */
async function fetchFrom(recording: Recording, body: string, status: number): Promise<BarBatch> {
  const clock = createManualClock(Math.max(recording.to, NOW))
  const answer = new Response(body, {
    status,
    headers: { 'content-type': 'application/json', date: new Date(clock.now()).toUTCString() },
  })
  const source = createYahooSource({ clock, fetch: () => Promise.resolve(answer) })
  const { from, to, interval, symbol } = recording
  return await source.fetch({ instrument: instrumentOf(symbol), interval, from, to })
}

type Window = Pick<Recording, 'from' | 'to' | 'interval'>
type Outcome = { readonly is: 'bars' | 'failure'; readonly problems: readonly string[] }

/** Whatever clean bars promise and these do not keep. */
function problemsOf(bars: BarSeries, { from, to, interval }: Window, watermark: number): readonly string[] {
  const step = intervalMs(interval)
  return bars.toArray().flatMap((bar, i) => {
    const problems = [barProblem(bar)]
    if (bar.time % step !== 0) problems.push('is off the grid')
    if (i > 0 && bar.time <= (bars.time[i - 1] ?? 0)) problems.push('does not come after the one before')
    if (!(bar.time >= from && bar.time < to)) problems.push('lies outside the window')
    if (!(bar.time + step <= watermark)) problems.push('has not closed')
    return problems.flatMap((problem) => (problem === undefined ? [] : [`bar ${i} ${problem}`]))
  })
}

/** Clean bars or a typed failure; anything else that is thrown fails the test. */
async function outcomeOf(recording: Recording, body: string, status: number): Promise<Outcome> {
  try {
    const batch = await fetchFrom(recording, body, status)
    const dropped = Object.values(batch.dropped).reduce((sum, n) => sum + n, 0)
    const lost = batch.received === batch.bars.length + dropped ? [] : ['rows that are neither bars nor drops']
    return { is: 'bars', problems: [...problemsOf(batch.bars, recording, batch.watermark), ...lost] }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    return { is: 'failure', problems: error.hint === '' ? ['a failure without a hint'] : [] }
  }
}

function mutated(recording: Recording, seed: number): { readonly body: string; readonly status: number } {
  const random = randomOf(seed)
  const status = random() < 0.9 ? recording.status : [200, 400, 404, 422, 429, 500, 503, 999][Math.floor(random() * 8)]
  const text = JSON.stringify(random() < 0.7 ? mutateJson(recording.body, random) : recording.body) ?? ''
  return { body: random() < 0.4 ? mutateText(text, random) : text, status: status === 999 ? 599 : (status ?? 200) }
}

describe('answers of the simulator, mutated', () => {
  const recordings: Recording[] = []
  beforeAll(async () => {
    const clock = createManualClock(NOW)
    await using server = await startYahooServer({ markets: [createMarket({ seed: 2 })], clock })
    for (const [name, minutes] of [
      ['an hour', 60],
      ['an instant', 1],
      ['a day', 1_440],
    ] as const) {
      const to = Math.floor(NOW / MINUTE) * MINUTE + MINUTE
      const from = to - minutes * MINUTE
      const response = await fetch(
        `${server.url}/v8/finance/chart/NQ=F?interval=1m&period1=${from / 1000}&period2=${to / 1000}`,
      )
      recordings.push({
        name,
        symbol: 'NQ=F',
        interval: '1m',
        from,
        to,
        status: response.status,
        body: await response.json(),
      })
    }
  })

  it(`become clean bars or a typed failure, ${RUNS} times`, async () => {
    const seen = { bars: 0, failure: 0 }
    await fc.assert(
      fc.asyncProperty(fc.nat(2), seeds, async (which, seed) => {
        const recording = recordings[which] as Recording
        const { body, status } = mutated(recording, seed)
        const { is, problems } = await outcomeOf(recording, body, status)
        expect(problems).toEqual([])
        seen[is]++
      }),
      { numRuns: RUNS },
    )
    expect(seen.bars).toBeGreaterThan(RUNS / 100)
    expect(seen.failure).toBeGreaterThan(RUNS / 100)
  })
})

describe.runIf(hasData)(`recorded answers, mutated${dataNote}`, () => {
  const folder = join(DATA, 'yahoo')
  const recordings = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => recordingOf(name, JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown))
    : []

  it(`become clean bars or a typed failure, ${RUNS} times`, async () => {
    const seen = { bars: 0, failure: 0 }
    await fc.assert(
      fc.asyncProperty(fc.nat(recordings.length - 1), seeds, async (which, seed) => {
        const recording = recordings[which] as Recording
        const { body, status } = mutated(recording, seed)
        const { is, problems } = await outcomeOf(recording, body, status)
        expect(problems).toEqual([])
        seen[is]++
      }),
      { numRuns: RUNS },
    )
    expect(seen.bars).toBeGreaterThan(RUNS / 100)
    expect(seen.failure).toBeGreaterThan(RUNS / 100)
  })
})

/** A recording as a file holds it: a request and its response, or a body alone. */
function recordingOf(name: string, file: unknown): Recording {
  const { response } = file as { response?: { status: number; bodyJson?: unknown; body?: string } }
  const text = response?.body
  const body =
    response === undefined ? file : (response.bodyJson ?? (text?.startsWith('{') === true ? JSON.parse(text) : text))
  const result = (
    body as {
      chart?: { result?: readonly { meta?: { symbol?: string }; timestamp?: readonly number[] }[] | null }
    } | null
  )?.chart?.result?.[0]
  const times = result?.timestamp ?? []
  const first = (times[0] ?? NOW / 1000) * 1000
  const from = Math.floor(first / 86_400_000) * 86_400_000
  // Served as minutes whatever they are: rows off the grid are one more thing to be dropped.
  return {
    name,
    symbol: result?.meta?.symbol ?? 'NQ=F',
    interval: '1m',
    from,
    to: from + 86_400_000,
    status: response?.status ?? 200,
    body,
  }
}

const ALWAYS: Window = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, interval: '1m' }

/** Clean bars or a failure that names its line. */
function parsed(content: string | Uint8Array): Outcome {
  try {
    return {
      is: 'bars',
      problems: problemsOf(parseBars(content, { interval: '1m' }), ALWAYS, Number.POSITIVE_INFINITY),
    }
  } catch (error) {
    if (!(error instanceof FetchError)) throw error
    const named = error.failure.kind === 'csv' && /line \d+/.test(error.message)
    return { is: 'failure', problems: named ? [] : [`a failure that names no line: ${error.message}`] }
  }
}

describe('CSV files, mutated', () => {
  const bars = createMarket({ seed: 9 }).bars(NOW, NOW + 60 * MINUTE)
  const lines = Array.from(bars, ({ time, open, high, low, close, volume }) =>
    [formatInstant(time), open, high, low, close, volume].join(','),
  )
  const csv = `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`

  it(`become clean bars or a failure with its line, ${RUNS} times`, () => {
    const seen = { bars: 0, failure: 0 }
    fc.assert(
      fc.property(seeds, fc.boolean(), (seed, packed) => {
        const text = mutateText(csv, randomOf(seed))
        const { is, problems } = parsed(packed ? gzipSync(text) : text)
        expect(problems).toEqual([])
        seen[is]++
      }),
      { numRuns: RUNS },
    )
    expect(seen.bars).toBeGreaterThan(0)
    expect(seen.failure).toBeGreaterThan(RUNS / 100)
  })
})
