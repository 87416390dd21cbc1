import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { createCollector, type CycleReport, runLoop } from '@openpredict/collector'
import { createYahooSource } from '@openpredict/fetcher'
import { createScaledClock, instrumentOf, tradingDay } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'

import { EXIT, printFailure } from '../../exit.ts'
import { count, formatDuration, formatMinute, formatNewYork } from '../../format.ts'
import type { Services } from '../../services.ts'
import type { DemoFlags } from '../demo.ts'
import { blockLines, eventLines, gapLines, structureLines } from './feature-lines.ts'
import { levelLines } from './level-lines.ts'

/** A Wednesday, an hour into the New York morning. */
const START = Date.UTC(2024, 5, 5, 14, 30, 30)
const SPEED = 120
const LIVE_CYCLES = 4

/** Simulator, embedded store and a few cycles, and what they found. */
export async function demo({ seed = 7 }: DemoFlags, services: Services): Promise<number> {
  const { terminal, signal, timer } = services
  const { out, colour } = terminal
  const instrument = instrumentOf('NQ=F')
  const folder = await mkdtemp(join(tmpdir(), 'openpredict-demo-'))
  const url = `sqlite:${join(folder, 'openpredict.sqlite')}`
  const clock = createScaledClock(timer, { start: START, speed: SPEED })

  await using server = await startYahooServer({ markets: [createMarket({ seed, instrument })], clock, speed: SPEED })
  await using store = await openStore(url, { clock: services.clock })
  const source = createYahooSource({ clock, timer, baseUrl: server.url })
  const collector = createCollector({
    instrument,
    source,
    store,
    clock,
    timer,
    host: services.host,
    version: services.version,
  })

  out(colour.bold('OpenPredict demo'))
  out(colour.dim(`A made-up ${instrument.name} market (seed ${seed}) behind Yahoo's protocol, ${SPEED} × real time.`))
  out('')
  const reports: CycleReport[] = []
  await runLoop({
    collectors: [collector],
    clock,
    timer,
    signal,
    speed: SPEED,
    cycles: 1 + LIVE_CYCLES,
    onCycle(report) {
      reports.push(report)
      out(demoLine(report))
    },
  })
  const last = reports.at(-1)
  if (last?.failure !== undefined) {
    printFailure(last.failure, terminal)
    return EXIT.no
  }
  if (last === undefined || signal.aborted) return EXIT.fine

  const { symbol } = instrument
  const newest = last.newestBar ?? 0
  const view = { price: (await store.newestBar(symbol))?.close ?? 0, instrument, terminal }
  const [levels, pivots, events, gaps, blocks, breaks] = await Promise.all([
    store.readRows('reference_levels', { instrument: symbol }),
    store.readRows('fibonacci_pivots', { instrument: symbol }),
    store.readRows('liquidity_events', { instrument: symbol }),
    store.readRows('fvg', { instrument: symbol }),
    store.readRows('hourly_blocks', { instrument: symbol }),
    store.readRows('market_structure', { instrument: symbol }),
  ])
  const section = (title: string, note: string, lines: readonly string[]): void => {
    out('')
    out(`${colour.bold(title)}  ${colour.dim(note)}`)
    for (const line of lines.length === 0 ? [colour.dim(' none')] : lines) out(line)
  }
  section(
    'Levels around the price',
    `${formatMinute(newest)} UTC, ${formatNewYork(newest)} in New York`,
    levelLines({ levels, pivots, ...view, around: 8 }),
  )
  section('Structure', 'the latest break of each timeframe', structureLines(breaks, view))
  section('Fair value gaps', 'not filled, nearest to the price', gapLines(gaps, view, 6))
  const since = tradingDay(newest).start
  section('Liquidity', `today, since ${formatMinute(since)} UTC`, eventLines(events, view, { since, most: 8 }))
  section('Blocks of this hour', 'open, high, low, close, from the hour’s open', blockLines(blocks, view))

  out('')
  out(
    `${colour.bold('The last cycle')}  ${colour.dim(`${formatDuration(last.durationMs)}, of it ${formatDuration(last.waitingMs)} waiting for the source`)}`,
  )
  for (const { name, durationMs, rows } of last.steps) {
    out(
      `  ${name.padEnd(18)} ${formatDuration(durationMs).padStart(8)}  ${colour.dim(count(rows, name === 'fetch' || name === 'store_ohlc' ? 'bar' : 'row'))}`,
    )
  }
  const stored = await store.countRows('ohlc_data', symbol)
  out('')
  out(
    `${colour.bold('Stored')}  ${[
      count(stored, 'bar'),
      count(levels.length, 'level'),
      count(pivots.length, 'pivot'),
      count(events.length, 'event'),
      count(gaps.length, 'gap'),
      count(blocks.length, 'block'),
      count(breaks.length, 'break'),
    ].join(', ')} in ${store.location}`,
  )
  out('')
  out(colour.bold('Next'))
  out(`  npm start -- export --table reference_levels --store ${url}   ${colour.dim('look at what was found')}`)
  out(
    `  npm start -- collect --once                                  ${colour.dim('real bars, from Yahoo, delayed by ten minutes')}`,
  )
  out(`  npm start -- collect --loop                                  ${colour.dim('every minute, until stopped')}`)
  return EXIT.fine
}

function demoLine(report: CycleReport): string {
  const what = report.window.cold ? 'cold start' : `live cycle ${report.cycle - 1}`
  const newest = report.newestBar === undefined ? '' : ` up to ${formatMinute(report.newestBar)} UTC`
  return `  ${what.padEnd(13)} ${count(report.barsNew, 'new bar')}${newest}, ${count(report.rowsWritten, 'row')}, ${formatDuration(report.durationMs)}`
}
