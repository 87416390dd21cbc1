import { readdirSync } from 'node:fs'

import { createCollector, nextTick } from '@openpredict/collector'
import { createYahooSource, withRetries } from '@openpredict/fetcher'
import { calendarOf } from '@openpredict/market'
import { startYahooServer } from '@openpredict/simulator'
import { openStore } from '@openpredict/store'

import { realClock } from '../../packages/store/test/real-clock.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { timer } from '../e2e/world.ts'
import { market, START } from './filled-store.ts'
import { jumpingClock } from './loop.ts'

/**
 * Runs as many cycles as it is told, tick after tick of market time, and prints what the process holds after 100 of them
 * and after the last. The simulator is in the same process. Needs `--expose-gc`.
 */
const CYCLES = Number(process.argv[2])
const FROM = Math.min(100, CYCLES / 2)
const { instrument } = market

interface Held {
  readonly cycle: number
  readonly heap: number
  readonly resident: number
  readonly handles: readonly string[]
  readonly files: number
}

/** What is held when everything that can be let go has been. */
async function held(cycle: number): Promise<Held> {
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { heapUsed: heap, rss: resident } = process.memoryUsage()
  const handles = process.getActiveResourcesInfo().toSorted()
  const files = process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
  return { cycle, heap, resident, handles, files }
}

using workplace = new Workplace()
const clock = jumpingClock(START)
await using server = await startYahooServer({ markets: [market], clock, timer })
await using store = await openStore(`sqlite:${workplace.path('openpredict.sqlite')}`, { clock: realClock })
const source = withRetries(createYahooSource({ clock, timer, baseUrl: server.url }), { timer, random: () => 0.5 })
const options = { instrument, source, store, clock, timer, host: 'test', version: '0' }
const collector = createCollector({ ...options, coldStartDays: 0.25, warmUpDays: 0 })
const schedule = { calendar: calendarOf(instrument), delayMs: instrument.delayMs }

let from: Held | undefined
for (let cycle = 1; cycle <= CYCLES; cycle++) {
  const { status, failure } = await collector.runCycle()
  if (failure !== undefined) throw new Error(`cycle ${cycle} is ${status}: ${failure.message}`)
  await clock.sleep(nextTick(clock.now(), schedule).at - clock.now())
  if (cycle === FROM) from = await held(cycle)
}
process.stdout.write(JSON.stringify({ from, to: await held(CYCLES) }))
