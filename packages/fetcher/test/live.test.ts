import process from 'node:process'

import { createManualClock, formatInstant, instrumentOf, parseInstant } from '@openpredict/market'
import { createMarket, startYahooServer } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { type BarSource, createYahooSource, withRetries } from '../src/index.ts'
import { realTimer } from './clocks.ts'
import { checkNqMinutes } from './live-checks.ts'

const MINUTE = 60_000
const live = process.env['OPENPREDICT_LIVE'] === '1'
const liveNote = live ? '' : ' (skipped: set OPENPREDICT_LIVE=1 to ask the real Yahoo)'

describe('the checks of a live source', () => {
  it.each([
    ['in a session', '2024-07-01T15:00:30Z'],
    ['just after the open', '2024-06-30T22:11:05Z'],
    ['in the daily halt', '2024-07-01T21:30:00Z'],
    ['on a Saturday', '2024-07-06T12:00:00Z'],
    ['after Christmas', '2024-12-28T12:00:00Z'],
  ])('hold on the simulator: %s', async (_, start) => {
    const clock = createManualClock(parseInstant(start))
    await using server = await startYahooServer({ markets: [createMarket({ seed: 5 })], clock })
    const source = createYahooSource({ clock, timer: realTimer, baseUrl: server.url })
    const findings = await checkNqMinutes(source, clock)
    expect(findings.delayMs).toBe(instrumentOf('NQ=F').delayMs)
    expect(findings.suspects).toBe(0)
  })

  it.each<[string, (source: BarSource, now: number) => BarSource['fetch'], RegExp]>([
    [
      'shows the forming bar as closed',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, watermark: batch.watermark - 2 * MINUTE }
      },
      /not closed/,
    ],
    [
      'says that it is ahead of itself',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, watermark: batch.answeredAt + 1 }
      },
      /the watermark/,
    ],
    [
      'has lost the last hour',
      (source, now) => async (request) => {
        const batch = await source.fetch(request)
        const bars = batch.bars.between(0, now - 60 * MINUTE)
        return { ...batch, bars, received: batch.received - (batch.bars.length - bars.length) }
      },
      /without a bar/,
    ],
    [
      'loses rows without a reason',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, received: batch.received + 1 }
      },
      /accounted for/,
    ],
    [
      'drops much as impossible',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, received: batch.received + 90, dropped: { ...batch.dropped, 'bad-range': 90 } }
      },
      /bad-range/,
    ],
    [
      'is an hour late',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, delayMs: 60 * MINUTE }
      },
      /delay/,
    ],
    [
      'has another clock',
      (source) => async (request) => {
        const batch = await source.fetch(request)
        return { ...batch, answeredAt: batch.answeredAt + 3 * MINUTE }
      },
      /clocks apart/,
    ],
  ])('fail on a source that %s', async (_, spoil, message) => {
    const clock = createManualClock(parseInstant('2024-07-01T15:00:30Z'))
    await using server = await startYahooServer({ markets: [createMarket({ seed: 5 })], clock })
    const healthy = createYahooSource({ clock, timer: realTimer, baseUrl: server.url })
    const spoilt: BarSource = { name: 'spoilt', fetch: spoil(healthy, clock.now()) }
    await expect(checkNqMinutes(spoilt, clock)).rejects.toThrow(message)
  })
})

describe.runIf(live)(`the real Yahoo${liveNote}`, () => {
  const clock = { ...realTimer, now: () => Date.now() }
  const source = withRetries(createYahooSource({ clock, timer: realTimer }), { timer: realTimer, random: Math.random })

  it('gives clean minutes of NQ up to a watermark, as late as it says', async ({ annotate }) => {
    const { watermark, answeredAt, ...findings } = await checkNqMinutes(source, clock)
    expect(findings.bars).toBeGreaterThan(0)
    await annotate(
      JSON.stringify({ watermark: formatInstant(watermark), answeredAt: formatInstant(answeredAt), ...findings }),
    )
  })

  it('does not know a symbol that does not exist', async () => {
    const instrument = instrumentOf('NOSUCHSYMBOL=F')
    await expect(source.fetch({ instrument, from: Date.now() - 60 * MINUTE, to: Date.now() })).rejects.toMatchObject({
      failure: { kind: 'unknown-symbol' },
    })
  })
})
