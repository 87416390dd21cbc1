import { readBars } from '@openpredict/fetcher'
import { type Bar, type BarSeries, createScaledClock, formatInstant, type Instrument } from '@openpredict/market'
import {
  type Alteration,
  createMarket,
  createReplayMarket,
  type FaultLog,
  parseFault,
  type RequestLog,
  SimulatorError,
  startYahooServer,
} from '@openpredict/simulator'

import { configuredInstruments } from '../../configuration.ts'
import { EXIT } from '../../exit.ts'
import { count } from '../../format.ts'
import { SIMULATOR_PORT } from '../../open-source.ts'
import { latencyOf } from '../../simulated-latency.ts'
import { readInput } from '../../read-input.ts'
import type { Services } from '../../services.ts'
import { UsageError } from '../../usage-error.ts'
import type { SimulateFlags } from '../simulate.ts'

const WEEK = 7 * 86_400_000

/** Serves a simulated market, or recorded bars, until the process is told to stop. */
export async function simulate(flags: SimulateFlags, services: Services): Promise<number> {
  const { terminal, signal, timer } = services
  const { seed = 1, speed = 1, port = SIMULATOR_PORT, json = false } = flags
  const rules = (flags.fault ?? []).map(understood)
  const instruments = configuredInstruments(flags, services.env)
  const replay = flags.replay === undefined ? undefined : await replayed(flags.replay, instruments, signal)
  const start = flags.start ?? replay?.start ?? services.clock.now()
  const clock = createScaledClock(timer, { start, speed })
  const markets = replay ? [replay.market] : instruments.map((instrument) => createMarket({ seed, instrument }))
  const server = await startYahooServer({
    markets,
    clock,
    timer,
    speed,
    port,
    faults: { seed, rules },
    ...latencyOf(flags.latency, seed),
    ...(flags.delay === undefined ? {} : { delayMs: flags.delay * 1_000 }),
    onRequest(request) {
      if (json) terminal.out(JSON.stringify(requestJson(request)))
      else terminal.note(requestLine(request))
    },
    onFault(fault) {
      if (json) terminal.out(JSON.stringify(faultJson(fault)))
      else terminal.note(terminal.colour.yellow(faultLine(fault)))
    },
  })
  const symbols = markets.map(({ instrument }) => instrument.symbol).join(', ')
  if (json) {
    const market = flags.replay === undefined ? { seed } : { seed, replay: flags.replay }
    terminal.out(
      JSON.stringify({ event: 'started', url: server.url, ...market, speed, symbols, now: formatInstant(clock.now()) }),
    )
  } else {
    const title = flags.replay === undefined ? `market ${seed}` : `played again from ${flags.replay}`
    terminal.out(`${terminal.colour.bold(symbols)}, ${title}, ${speed} × real time, now ${formatInstant(clock.now())}`)
    for (const fault of flags.fault ?? []) terminal.out(`goes wrong: ${fault}`)
    terminal.out(`listening on ${server.url}  (try: openpredict collect --source sim:${server.url})`)
  }
  try {
    await stopped(signal)
  } finally {
    await server.close()
  }
  return EXIT.fine
}

function understood(text: string): ReturnType<typeof parseFault> {
  try {
    return parseFault(text)
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error
    throw new UsageError(`--${error.message}.`, 'For example: openpredict simulate --fault 429:retry-after=30,times=2')
  }
}

/** The market of a file, and when to begin: with a week of history, or in the middle of a file too short for that. */
async function replayed(
  file: string,
  instruments: readonly Instrument[],
  signal: AbortSignal,
): Promise<{ readonly market: ReturnType<typeof createReplayMarket>; readonly start: number }> {
  const [instrument, ...more] = instruments
  if (instrument === undefined || more.length > 0) {
    throw new UsageError(
      `--replay plays one instrument, found ${instruments.length}.`,
      'Name the one whose bars the file has with --symbol.',
    )
  }
  const bars = await readInput(() => readBars(file, { interval: '1m', signal }))
  return { market: marketOf(bars, instrument, file), start: startOf(bars) }
}

function marketOf(bars: BarSeries, instrument: Instrument, file: string): ReturnType<typeof createReplayMarket> {
  try {
    return createReplayMarket({ bars, instrument })
  } catch (error) {
    if (!(error instanceof SimulatorError)) throw error
    throw new UsageError(`--replay ${file}: ${error.message}.`, 'Give a CSV file with bars of 1 minute.')
  }
}

function startOf({ time }: BarSeries): number {
  const [first = 0, last = first] = [time[0], time.at(-1)]
  return first + Math.min(WEEK, Math.floor((last - first) / 2))
}

function requestLine({ time, status, path, bars, fault }: RequestLog): string {
  const answer = status === 0 ? '–  ' : String(status)
  const because = fault === undefined ? '' : `  (${fault})`
  return `${formatInstant(time)}  ${answer}  ${path}  ${count(bars, 'bar')}${because}`
}

function faultLine(entry: FaultLog): string {
  const head = `${formatInstant(entry.time)}  !    ${entry.kind} to ${entry.symbol}, request ${entry.request}`
  if ('bar' in entry) {
    return `${head}: the bar of ${formatInstant(entry.bar.time)} ${alterationOf(entry.bar)}`
  }
  return 'extraMs' in entry ? `${head}: ${Math.round(entry.extraMs / 1_000)} s later than usual` : head
}

function alterationOf({ shown, until }: Alteration): string {
  if (until === Infinity) return shown === undefined ? 'stays missing' : 'stays altered'
  return `${shown === undefined ? 'is missing and comes' : 'will change'} when the trades of ${formatInstant(until)} are shown`
}

function requestJson(request: RequestLog): object {
  return { event: 'request', ...request, time: formatInstant(request.time) }
}

function faultJson(entry: FaultLog): object {
  const time = formatInstant(entry.time)
  if (!('bar' in entry)) return { event: 'fault', ...entry, time }
  const { bar } = entry
  const altered = {
    time: formatInstant(bar.time),
    until: bar.until === Infinity ? null : formatInstant(bar.until),
    shown: pricesOf(bar.shown),
    truth: pricesOf(bar.truth),
  }
  return { event: 'fault', ...entry, time, bar: altered }
}

function pricesOf(bar: Bar | undefined): Omit<Bar, 'time'> | null {
  if (bar === undefined) return null
  const { open, high, low, close, volume } = bar
  return { open, high, low, close, volume }
}

async function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  // A listening server keeps the process alive; this only has to wait for the signal.
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
