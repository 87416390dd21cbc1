import { instrumentOf, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { type LoopSummary, runLoop } from '../src/index.ts'
import { Machine } from './machine.ts'
import { Station } from './station.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const START = parseInstant('2024-06-05T14:30:02Z')
const INSTRUMENTS = Array.from({ length: 100 }, (_, n) => instrumentOf(`S${String(n).padStart(2, '0')}`))

/** Runs every instrument for so many cycles. */
async function collect(station: Station, machine: Machine, cycles: number): Promise<LoopSummary> {
  const running = runLoop({
    collectors: station.collectors,
    clock: machine.clock,
    timer: machine.timer,
    signal: new AbortController().signal,
    cycles,
  })
  return await machine.drive(running, { stepMs: 50, isBusy: () => station.isBusy() })
}

/** How long after its tick each cycle began, in ms, by symbol. */
function delaysOf(station: Station): ReadonlyMap<string, readonly number[]> {
  const delays = new Map<string, number[]>()
  for (const { report } of station.cycles) {
    const { symbol } = report.instrument
    delays.set(symbol, [...(delays.get(symbol) ?? []), (report.startedAt - START) % MINUTE])
  }
  return delays
}

/** Every stored bar is the market's, and the newest is that of the minute before the last cycle began, or of one before. */
async function expectBars(station: Station, symbols: readonly string[], rounds: number): Promise<void> {
  for (const market of station.markets) {
    const { instrument } = market
    if (!symbols.includes(instrument.symbol)) continue
    const stored = (await station.store.readBars({ instrument: instrument.symbol })).toArray()
    const newest = stored.at(-1)?.time ?? 0
    expect(newest).toBeGreaterThanOrEqual(START - 2 * SECOND + (rounds - 3) * MINUTE)
    expect(stored).toEqual(market.bars(stored[0]?.time ?? 0, newest + MINUTE).toArray())
  }
}

describe('a loop of a hundred instruments', () => {
  it('collects each once a minute, never two in the same moment', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: INSTRUMENTS })
    const summary = await collect(station, machine, 3)
    expect(summary.cycles).toEqual({ success: 300, partial: 0, failed: 0, idle: 0 })
    const starts = station.cycles.map(({ report }) => report.startedAt).toSorted((a, b) => a - b)
    for (const [n, start] of starts.entries()) {
      expect(start - START).toBe(Math.floor(n / 100) * MINUTE + (n % 100) * 450)
    }
    await expectBars(
      station,
      INSTRUMENTS.map(({ symbol }) => symbol),
      3,
    )
  })

  it('lets those that hang delay nobody', async () => {
    const machine = new Machine(START)
    const hanging = new Set(['S00', 'S01', 'S02', 'S03', 'S04', 'S20', 'S40', 'S60', 'S80', 'S99'])
    const latencyOf = (symbol: string): number => (hanging.has(symbol) ? Number.POSITIVE_INFINITY : 0)
    await using station = await Station.open({ machine, instruments: INSTRUMENTS, latencyOf })
    const summary = await collect(station, machine, 3)
    expect(summary.cycles).toEqual({ success: 270, partial: 0, failed: 30, idle: 0 })
    for (const { symbol, cycles, failure, longestMs } of summary.instruments) {
      const code = failure?.code
      const isShort = longestMs < SECOND
      const expected = hanging.has(symbol)
        ? { failed: 3, success: 0, code: 'timeout', isShort: false }
        : { failed: 0, success: 3, code: undefined, isShort: true }
      expect({ symbol, failed: cycles.failed, success: cycles.success, code, isShort }).toEqual({ symbol, ...expected })
    }
    // Everybody's turn comes within three quarters of a minute, every minute.
    for (const delays of delaysOf(station).values()) {
      expect(delays.length).toBe(3)
      expect(Math.max(...delays)).toBeLessThan(46 * SECOND)
    }
    const well = INSTRUMENTS.map(({ symbol }) => symbol).filter((symbol) => !hanging.has(symbol))
    await expectBars(station, well, 3)
  })

  it('lets those that fail and are tried again cost the others nothing', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: INSTRUMENTS })
    const failing = INSTRUMENTS.slice(0, 30).map(({ symbol }) => symbol)
    for (const symbol of failing) station.server.faults.add({ fault: { kind: '503' }, symbol })
    const summary = await collect(station, machine, 2)
    expect(summary.cycles).toEqual({ success: 140, partial: 0, failed: 60, idle: 0 })
    const requests = new Map<string, number>()
    for (const { symbol = '' } of station.server.requests) requests.set(symbol, (requests.get(symbol) ?? 0) + 1)
    for (const symbol of failing.slice(1)) expect(requests.get(symbol)).toBe(2 * 3)
    const delays = delaysOf(station)
    for (const [place, { symbol }] of INSTRUMENTS.entries()) {
      expect((delays.get(symbol)?.[0] ?? 0) - place * 450).toBeLessThanOrEqual(2 * SECOND)
    }
  })
})
