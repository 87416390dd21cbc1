import { type Collector, createCollector } from '@openpredict/collector'
import { createYahooSource } from '@openpredict/fetcher'
import { createManualClock } from '@openpredict/market'
import { startYahooServer } from '@openpredict/simulator'
import type { Store } from '@openpredict/store'
import { createSqliteStore } from '@openpredict/store/sqlite'
import { describe, expect, it } from 'vitest'

import { openStored } from '../e2e/stored.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { startWorld, timer } from '../e2e/world.ts'
import { featuresIn, featuresOf } from '../edge-cases/features.ts'
import { market, START } from '../edge-cases/filled-store.ts'
import { measured, rank } from './measured.ts'

const MINUTE = 60_000
const TEN = 10
const { instrument } = market
const IS_FULL = process.env['OPENPREDICT_FULL'] === '1'

/** What `--json` tells of a cycle. */
interface CycleLine {
  readonly status: string
  readonly failure?: { readonly code: string }
  readonly durationMs: number
  readonly window: { readonly cold: boolean }
}

/** The bars are the market's, each once, and the features are theirs. */
async function expectTruth(store: Store, from: number): Promise<number> {
  const bars = await store.readBars({ instrument: instrument.symbol })
  const newest = bars.time.at(-1) ?? 0
  expect(bars.toArray()).toEqual(market.bars(from, newest + MINUTE).toArray())
  expect(await featuresIn(store)).toEqual(await featuresOf(bars, store))
  expect(await store.countRows('feature_revisions')).toBe(0)
  return bars.length
}

describe('ten collectors at once on one file', () => {
  it('leave the rows of one, whatever connection is first', async () => {
    using workplace = new Workplace()
    const clock = createManualClock(START)
    await using server = await startYahooServer({ markets: [market], clock })
    await using stores = new AsyncDisposableStack()
    const collectors: Collector[] = []
    for (let n = 0; n < TEN; n++) {
      // However busy this machine is: who waits for its turn is not to be told that it takes too long.
      const lockTimeoutMs = 60_000
      const store = stores.use(
        await createSqliteStore({ path: workplace.path('rows.sqlite'), clock: timer, lockTimeoutMs }),
      )
      const source = createYahooSource({ clock, timer, baseUrl: server.url })
      const options = { instrument, source, store, clock, timer, host: 'test', version: '0', deadlineMs: 60_000 }
      collectors.push(createCollector({ ...options, coldStartDays: 1, warmUpDays: 0 }))
    }
    const durations: number[] = []
    let from = 0
    for (let minute = 0; minute < 6; minute++) {
      const reports = await Promise.all(collectors.map((collector) => collector.runCycle()))
      for (const { status, failure, durationMs, window } of reports) {
        expect({ status, failure }).toEqual({ status: 'success', failure: undefined })
        if (minute > 0) durations.push(durationMs)
        if (window.cold) from = window.from
      }
      clock.advance(MINUTE)
    }
    await using store = await openStored(workplace, 'rows.sqlite')
    await expectTruth(store, from)
    measured(
      `10 collectors on one file, in one process: a cycle p50 ${rank(durations, 0.5)} ms, p99 ${rank(durations, 0.99)} ms`,
    )
  })

  it.runIf(IS_FULL)('leave the rows of one, each in a process of its own', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const loops = Array.from({ length: TEN }, () =>
      workplace.start([
        'run-loop',
        '--cycles',
        '15',
        '--json',
        '--source',
        world.source,
        '--store',
        'sqlite:rows.sqlite',
      ]),
    )
    const cycles: CycleLine[] = []
    for (const { finished } of loops) {
      const { code, stdout } = await finished
      expect(code).toBe(0)
      cycles.push(
        ...stdout
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as CycleLine),
      )
    }
    // Ten cold starts in the same second: who has waited five seconds for the others says so, and goes on.
    const locked = cycles.filter(({ status, failure }) => status === 'failed' && failure?.code === 'locked').length
    expect(cycles.filter(({ status }) => status === 'success').length + locked).toBe(TEN * 15)
    const durations = cycles.flatMap(({ status, window, durationMs }) =>
      status === 'success' && !window.cold ? [durationMs] : [],
    )
    await using store = await openStored(workplace, 'rows.sqlite')
    const oldest = await store.oldestBar(instrument.symbol)
    const bars = await expectTruth(store, oldest?.time ?? 0)
    measured(
      `10 collectors on one file, 10 processes: ${bars} bars, ${locked} of 150 cycles waited too long for the lock, a cycle p50 ${rank(durations, 0.5)} ms, p99 ${rank(durations, 0.99)} ms`,
    )
  })
})
