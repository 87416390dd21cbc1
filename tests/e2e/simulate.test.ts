import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { gzipSync } from 'node:zlib'

import { formatInstant, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket, parseFault, type SimulatorError } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { type Running, Workplace } from './run-cli.ts'
import { openStored } from './stored.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const START = parseInstant('2024-06-05T14:30:30Z')
const AT = ['--port', '0', '--seed', '4', '--start', '2024-06-05T14:30:30Z']

type Event = Readonly<Record<string, unknown>>

/** A simulator that runs, and what it has said. */
interface Simulator extends AsyncDisposable {
  readonly url: string
  /** What it says from now on, as it says it. */
  readonly next: (event: string) => Promise<Event>
  readonly stop: () => Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>
}

/** Starts `openpredict simulate … --json`. */
async function simulate(workplace: Workplace, ...args: readonly string[]): Promise<Simulator> {
  const { child, finished } = workplace.start(['simulate', ...args, '--json'])
  const events = linesOf(child)
  const next = async (event: string): Promise<Event> => {
    for (;;) {
      const { value, done } = await events.next()
      if (done === true) throw new Error(`the simulator ended before it said "${event}"`)
      const said = JSON.parse(value) as Event
      if (said['event'] === event) return said
    }
  }
  const stop: Simulator['stop'] = async () => {
    child.kill('SIGTERM')
    return await finished
  }
  const { url } = await next('started')
  return { url: String(url), next, stop, [Symbol.asyncDispose]: async () => void (await stop()) }
}

function linesOf(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('the output is not piped')
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]()
}

const chart = (url: string, symbol = 'NQ=F'): Promise<Response> =>
  fetch(`${url}/v8/finance/chart/${symbol}?interval=1m&period1=${START / 1000 - 3600}`)

async function firstLines({ child }: Running, count: number): Promise<readonly string[]> {
  const out = linesOf(child)
  return await Promise.all(Array.from({ length: count }, async () => String((await out.next()).value)))
}

describe('simulate --fault', () => {
  it('does to requests what it is told, as often as it is told, and tells of it', async () => {
    using workplace = new Workplace()
    await using simulator = await simulate(
      workplace,
      ...AT,
      '--fault',
      '429:retry-after=30,times=1,symbol=NQ=F',
      '--fault',
      'html:times=1',
    )
    const { url, next } = simulator
    const limited = await chart(url)
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '30'])
    expect(await next('fault')).toMatchObject({
      event: 'fault',
      symbol: 'NQ=F',
      request: 1,
      kind: '429',
      fault: { kind: '429', retryAfterSeconds: 30 },
    })
    expect(await next('request')).toMatchObject({ status: 429, bars: 0, fault: '429', symbol: 'NQ=F' })
    expect((await chart(url)).headers.get('content-type')).toContain('text/html')
    expect(await (await chart(url)).json()).toMatchObject({ chart: { error: null } })
    const { code, stdout, stderr } = await simulator.stop()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as Event)['event'])
    expect(events).toEqual(['started', 'fault', 'request', 'fault', 'request', 'request'])
  })

  it('shows bars late, which collect does not have then, and tells of the truth', async () => {
    using workplace = new Workplace()
    const late = parseInstant('2024-06-05T14:18:00Z')
    const fault = 'late-bars:minutes=9,rate=1,from=2024-06-05T14:18:00Z,to=2024-06-05T14:19:00Z'
    await using simulator = await simulate(workplace, ...AT, '--fault', fault)
    const { code, stdout } = await workplace.run(['collect', '--source', `sim:${simulator.url}`, '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ newestBar: '2024-06-05T14:19:00.000Z' })
    const market = createMarket({ seed: 4 })
    const { time: _, ...truth } = market.bar(late) ?? { time: 0 }
    const bar = { time: formatInstant(late), until: formatInstant(late + 10 * MINUTE), shown: null, truth }
    expect(await simulator.next('fault')).toMatchObject({ symbol: 'NQ=F', request: 1, kind: 'late-bars', bar })
    await using store = await openStored(workplace)
    const around = { from: late - 5 * MINUTE, to: late + 2 * MINUTE }
    expect((await store.readBars({ instrument: 'NQ=F', ...around })).toArray()).toEqual(
      market
        .bars(around.from, around.to)
        .toArray()
        .filter(({ time }) => time !== late),
    )
  })

  it('shows people what it does, on standard error', async () => {
    using workplace = new Workplace()
    const running = workplace.start([
      'simulate',
      ...AT,
      '--fault',
      'reset:times=1',
      '--fault',
      'bad-ticks:minutes=always,rate=1,from=2024-06-05T14:00:00Z,to=2024-06-05T14:01:00Z',
      '--fault',
      'revised-bars:rate=1,from=2024-06-05T14:19:00Z',
      '--fault',
      'growing-delay:per-minute=60,from=2024-06-05T14:20:00Z,symbol=ES=F',
      '-s',
      'NQ=F',
      '-s',
      'ES=F',
    ])
    const [title, ...more] = await firstLines(running, 6)
    expect(title).toMatch(/^NQ=F, ES=F, market 4, 1 × real time, now 2024-06-05T14:30:3\d\.\d{3}Z$/)
    expect(more.slice(0, 4)).toEqual([
      'goes wrong: reset:times=1',
      'goes wrong: bad-ticks:minutes=always,rate=1,from=2024-06-05T14:00:00Z,to=2024-06-05T14:01:00Z',
      'goes wrong: revised-bars:rate=1,from=2024-06-05T14:19:00Z',
      'goes wrong: growing-delay:per-minute=60,from=2024-06-05T14:20:00Z,symbol=ES=F',
    ])
    const [, url = ''] = /listening on (\S+)/.exec(more[4] ?? '') ?? []
    await expect(chart(url)).rejects.toThrow('fetch failed')
    expect([(await chart(url)).status, (await chart(url, 'ES=F')).status]).toEqual([200, 200])
    running.child.kill('SIGINT')
    const { code, stderr } = await running.finished
    expect(code).toBe(0)
    expect(stderr).toMatch(/T14:30:3\d\.\d{3}Z {2}! {4}reset to NQ=F, request 1\n/)
    expect(stderr).toMatch(/Z {2}– {4}\/v8\/finance\/chart\/NQ=F {2}0 bars {2}\(reset\)\n/)
    expect(stderr).toMatch(/! {4}bad-ticks to NQ=F, request 2: the bar of 2024-06-05T14:00:00\.000Z stays altered\n/)
    expect(stderr).toMatch(/! {4}revised-bars to NQ=F, request 2: the bar of 2024-06-05T14:19:00\.000Z will change/)
    expect(stderr).toMatch(/! {4}growing-delay to ES=F, request 1: 600 s later than usual\n/)
  })

  it.each([
    [['--fault', '430'], /--fault "430": found "430", expected one of 400, 404, 422, 429, 500/],
    [['--fault', '429:retry-after=soon'], /found "retry-after=soon", expected retry-after to be seconds, 0 or more/],
    [['--fault', 'hang:pause=3'], /found "pause=3", expected one of symbol=, from=, to=, rate=, times=/],
    [['--delay', 'long'], /'--delay <seconds>' argument 'long' is invalid\. expected a whole number of 0 or more/],
    [['--replay', 'missing.csv'], /missing\.csv/],
    [['--replay', 'empty.csv'], /--replay empty\.csv: cannot play these bars again: there are no bars/],
    [['--replay', 'empty.csv', '-s', 'NQ=F', '-s', 'ES=F'], /--replay plays one instrument, found 2/],
  ])('refuses %j with exit code 2, saying what was expected', async (args, message) => {
    using workplace = new Workplace()
    writeFileSync(workplace.path('empty.csv'), 'timestamp,open,high,low,close,volume\n')
    const { code, stdout, stderr } = await workplace.run(['simulate', '--port', '0', ...args])
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('simulate --help', () => {
  it('names every fault that there is', async () => {
    using workplace = new Workplace()
    const { stdout } = await workplace.run(['simulate', '--help'])
    let expected = ''
    try {
      parseFault('')
    } catch (error) {
      expected = (error as SimulatorError).message
    }
    const kinds = expected.replace(/^.*expected one of /, '').split(', ')
    expect(kinds.length).toBeGreaterThan(20)
    expect(kinds.filter((kind) => !new RegExp(`[ ,]${kind}[,.]`).test(stdout.replaceAll('\n', ' ')))).toEqual([])
  })
})

describe('simulate --delay', () => {
  it('shows trades as late as it is told', async () => {
    using workplace = new Workplace()
    await using simulator = await simulate(workplace, ...AT, '--delay', '0')
    const body = (await (await chart(simulator.url)).json()) as { chart: { result: [{ timestamp: number[] }] } }
    const newest = body.chart.result[0].timestamp.at(-1) ?? 0
    expect(START / 1000 - newest).toBeLessThan(60)
  })
})

describe('simulate --replay', () => {
  it('plays the bars of a file again, from a week into it on, so that collect has exactly those', async () => {
    using workplace = new Workplace()
    const [from, to] = [START - 30_000 - 8 * DAY, START - 30_000 + 8 * DAY]
    const recorded = createMarket({ seed: 99, instrument: instrumentOf('ES=F') }).bars(from, to)
    const lines = recorded
      .toArray()
      .map(({ time, open, high, low, close, volume }) =>
        [formatInstant(time), open, high, low, close, volume].join(','),
      )
    const csv = `timestamp,open,high,low,close,volume\n${lines.join('\n')}\n`
    writeFileSync(workplace.path('es.csv.gz'), gzipSync(csv))
    await using simulator = await simulate(workplace, '--port', '0', '--replay', 'es.csv.gz', '-s', 'ES=F')
    const { code, stdout } = await workplace.run([
      'collect',
      '-s',
      'ES=F',
      '--source',
      `sim:${simulator.url}`,
      '--json',
    ])
    expect(code).toBe(0)
    const first = recorded.time[0] ?? 0
    const collected = JSON.parse(stdout) as { newestBar: string; window: { from: string } }
    const [oldest, newest] = [parseInstant(collected.window.from), parseInstant(collected.newestBar)]
    // A cold start begins with a whole hour.
    expect(oldest - first).toBeLessThan(65 * MINUTE)
    expect(newest).toBeGreaterThanOrEqual(first + 7 * DAY - 15 * MINUTE)
    await using store = await openStored(workplace)
    expect((await store.readBars({ instrument: 'ES=F' })).toArray()).toEqual(
      recorded.between(oldest, newest + MINUTE).toArray(),
    )
  })

  it('begins in the middle of a short file, unless it is told when', async () => {
    using workplace = new Workplace()
    const bars = ['13:30', '13:31', '14:30'].map((time) => `2024-06-05T${time}:00Z,100,101,99,100,7`)
    writeFileSync(workplace.path('short.csv'), `timestamp,open,high,low,close,volume\n${bars.join('\n')}\n`)
    const args = ['simulate', '--port', '0', '--replay', 'short.csv']
    for (const [more, start] of [
      [[], '2024-06-05T14:00:00'],
      [['--start', '2024-06-05T14:40:00Z'], '2024-06-05T14:40:00'],
    ] as const) {
      const { child, finished } = workplace.start([...args, ...more])
      const [line] = (await once(child.stdout ?? child, 'data')) as [Buffer]
      expect(line.toString()).toContain(`NQ=F, played again from short.csv, 1 × real time, now ${start}`)
      child.kill('SIGTERM')
      expect((await finished).code).toBe(0)
    }
  })
})
