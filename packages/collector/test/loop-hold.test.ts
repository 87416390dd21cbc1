import { formatInstant, instrumentOf, parseInstant } from '@openpredict/market'
import { parseFault } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { type LoopOptions, type LoopSummary, runLoop } from '../src/index.ts'
import { Machine } from './machine.ts'
import { Station } from './station.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const START = parseInstant('2024-06-05T14:30:02Z')
const nq = instrumentOf('NQ=F')

/** Runs the loop of a station, and notes what it tells. */
async function run(
  station: Station,
  machine: Machine,
  options: Partial<LoopOptions>,
): Promise<{ readonly told: readonly string[]; readonly summary: LoopSummary }> {
  const told: string[] = []
  const at = (time: number): string => formatInstant(time).slice(11, 19)
  const running = runLoop({
    collectors: station.collectors,
    clock: machine.clock,
    timer: machine.timer,
    signal: new AbortController().signal,
    ...options,
    onCycle(report) {
      const { startedAt, status, failure, instrument } = report
      const which = station.collectors.length === 1 ? '' : `${instrument.symbol} `
      told.push(`${at(startedAt)} ${which}${failure?.code ?? status}`)
      options.onCycle?.(report)
    },
    onHold: ({ until, refusals, failure }) => told.push(`held until ${at(until)} (${failure.code} ${refusals})`),
    onRelease: () => told.push('released'),
  })
  const summary = await machine.drive(running, { stepMs: 500, isBusy: () => station.isBusy() })
  return { told, summary }
}

describe('a loop whose source says that it is asked too often', () => {
  it('holds off for as long as it says, tells it, and has every bar afterwards', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: [nq] })
    const onCycle = (): void => {
      if (station.cycles.length === 2) station.server.faults.next({ kind: '429', retryAfterSeconds: 200 })
    }
    const { told } = await run(station, machine, { cycles: 5, onCycle })
    expect(told).toEqual([
      '14:30:02 success',
      '14:31:02 success',
      '14:32:02 rate-limited',
      'held until 14:35:22 (rate-limited 1)',
      '14:35:22 success',
      'released',
      '14:36:02 success',
    ])
    // One request for the refused cycle: nobody asked again before the time.
    expect(station.server.requests.length).toBe(1 + 5)
    const bars = (await station.store.readBars({ instrument: 'NQ=F' })).toArray()
    const newest = bars.at(-1)?.time ?? 0
    expect(newest).toBeGreaterThanOrEqual(machine.clock.now() - 14 * MINUTE)
    expect(bars).toEqual(station.markets[0]?.bars(bars[0]?.time ?? 0, newest + MINUTE).toArray())
  })

  it('lengthens the interval with every refusal, and goes back to a minute once it is answered', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: [nq] })
    station.server.faults.add(parseFault('429'))
    const onCycle = (): void => {
      if (station.cycles.length === 6) station.server.faults.clear()
    }
    const { told, summary } = await run(station, machine, { cycles: 8, onCycle })
    expect(told.filter((line) => !line.startsWith('held'))).toEqual([
      '14:30:02 rate-limited',
      '14:31:02 rate-limited',
      '14:33:02 rate-limited',
      '14:37:02 rate-limited',
      '14:45:02 rate-limited',
      '15:00:02 rate-limited',
      '15:15:02 success',
      'released',
      '15:16:02 success',
    ])
    expect(told.findLast((line) => line.startsWith('held'))).toBe('held until 15:15:02 (rate-limited 6)')
    // Three attempts for each refused cycle.
    expect(station.server.requests.length).toBe(1 + 6 * 3 + 2)
    expect(summary.instruments).toMatchObject([{ cycles: { failed: 6, success: 2 } }])
  })

  it('obeys a 503 that says when to come back, as a date too', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: [nq] })
    const onCycle = (): void => {
      if (station.cycles.length !== 1) return
      station.server.faults.next({ kind: '503', retryAfterSeconds: 150, retryAfterAs: 'date' })
    }
    const { told } = await run(station, machine, { cycles: 3, onCycle })
    expect(told).toEqual([
      '14:30:02 success',
      '14:31:02 http',
      'held until 14:33:32 (http 0)',
      '14:33:32 success',
      'released',
    ])
  })

  it('goes on at once when a source in trouble does not say when to come back', async () => {
    const machine = new Machine(START)
    await using station = await Station.open({ machine, instruments: [nq] })
    station.server.faults.add(parseFault('503'))
    const { told } = await run(station, machine, { cycles: 3 })
    expect(told).toEqual(['14:30:02 http', '14:31:02 http', '14:32:02 http'])
  })

  it('holds all instruments off, lets one ask first, and then all', async () => {
    const machine = new Machine(START)
    const instruments = ['NQ=F', 'ES=F', 'YM=F', 'RTY=F'].map(instrumentOf)
    await using station = await Station.open({ machine, instruments })
    const onCycle = (): void => {
      if (station.cycles.length === 5) station.server.faults.add(parseFault('429:retry-after=300'))
      if (station.cycles.length === 7) station.server.faults.clear()
    }
    const { told } = await run(station, machine, { cycles: 3, onCycle })
    expect(told.slice(0, 13)).toEqual([
      '14:30:02 NQ=F success',
      '14:30:02 ES=F success',
      '14:30:03 YM=F success',
      '14:30:03 RTY=F success',
      '14:31:02 NQ=F success',
      '14:31:02 ES=F rate-limited',
      'held until 14:36:02 (rate-limited 1)',
      '14:36:02 YM=F rate-limited',
      'held until 14:41:02 (rate-limited 2)',
      '14:41:02 RTY=F success',
      'released',
      '14:41:03 NQ=F success',
      '14:41:03 ES=F success',
    ])
  })
})
