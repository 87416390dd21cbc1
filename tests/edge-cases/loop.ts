import { createCollector, type CycleReport, runLoop } from '@openpredict/collector'
import { createYahooSource, withRetries } from '@openpredict/fetcher'
import type { Clock } from '@openpredict/market'
import type { YahooServer } from '@openpredict/simulator'
import type { Store } from '@openpredict/store'

import { market, START } from './filled-store.ts'
import { quickTimer } from './in-process.ts'

const MINUTE = 60_000
const { instrument } = market

/** Market time for a loop: who waits for an instant is there at once. */
export function jumpingClock(start: number = START + MINUTE): Clock {
  let now = start
  return {
    now: () => now,
    sleep(ms) {
      now += Math.max(0, ms)
      return Promise.resolve()
    },
  }
}

export interface LoopOptions {
  readonly server: YahooServer
  readonly store: Store
  readonly clock: Clock
  readonly cycles: number
  /** How many times as short as usual pauses and deadlines are. @default 15 */
  readonly speed?: number
  /** Told how many cycles there have been. */
  readonly onCycle: (count: number) => void
}

/** Runs the loop of a collector for so many cycles. */
export async function loop({
  server,
  store,
  clock,
  cycles,
  speed = 10,
  onCycle,
}: LoopOptions): Promise<readonly CycleReport[]> {
  const quick = quickTimer(speed)
  const yahoo = createYahooSource({ clock, timer: quick, baseUrl: server.url })
  const source = withRetries(yahoo, { timer: quick, random: () => 0.5 })
  const collector = createCollector({
    instrument,
    source,
    store,
    clock,
    timer: quick,
    host: 'test',
    version: '0',
  })
  const reports: CycleReport[] = []
  await runLoop({
    collectors: [collector],
    clock,
    timer: quick,
    signal: new AbortController().signal,
    cycles,
    onCycle(report) {
      reports.push(report)
      onCycle(reports.length)
    },
  })
  return reports
}

/**
 * The two newest bars that can be stored by now: the source is ten minutes late, and only a trade after a minute's end
 * tells at once that the minute is over.
 */
export function newestPossible(clock: Clock): readonly number[] {
  const closed = Math.floor(clock.now() / MINUTE) * MINUTE - 11 * MINUTE
  return [closed, closed - MINUTE]
}
