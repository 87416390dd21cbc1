import type { CycleReport } from '@openpredict/collector'
import { createManualClock, type Instrument, instrumentOf, parseInstant } from '@openpredict/market'
import { openStore, type Store } from '@openpredict/store'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { CollectEvent } from '../../../collect-event.ts'
import { CollectorMetrics } from '../../../metrics/collector-metrics.ts'
import { LoopValidation } from './validate-loop.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const NQ = instrumentOf('NQ=F')
const ES = instrumentOf('ES=F')

describe('validation in a loop', () => {
  const clock = createManualClock(parseInstant('2024-06-05T15:00:00Z'))
  const stop = new AbortController()
  let store: Store
  let told: CollectEvent[]
  let validation: LoopValidation

  const cycle = async (instrument: Instrument = NQ, dryRun = false): Promise<void> => {
    validation.observe({ kind: 'cycle', report: { instrument, dryRun } as CycleReport })
    await validation.end()
  }
  const kinds = (): readonly string[] => told.map(({ kind }) => kind)

  beforeEach(async () => {
    told = []
    store = await openStore('sqlite::memory:', { clock })
    const emit = (event: CollectEvent): void => void told.push(event)
    validation = new LoopValidation({ store, clock, timer: clock, everyMs: HOUR, emit, signal: stop.signal })
  })

  afterEach(async () => {
    await store.close()
  })

  it('comes after the first cycle, and then once in an interval of market time', async () => {
    await cycle()
    clock.advance(HOUR - MINUTE)
    await cycle()
    expect(kinds()).toEqual(['validation'])
    clock.advance(MINUTE)
    await cycle()
    expect(kinds()).toEqual(['validation', 'validation'])
    const [, last] = told
    expect(last?.kind === 'validation' ? last.report : undefined).toMatchObject({
      instrument: 'NQ=F',
      from: clock.now() - HOUR,
      to: clock.now(),
      score: 0,
    })
  })

  it('is each instrument on its own, and none where nothing is kept', async () => {
    await cycle(NQ)
    await cycle(ES)
    validation = new LoopValidation({
      store,
      clock,
      timer: clock,
      everyMs: HOUR,
      emit: (event) => void told.push(event),
      signal: stop.signal,
    })
    await cycle(NQ, true)
    expect(kinds()).toEqual(['validation', 'validation'])
  })

  it('does not hold up the cycle that it comes after', async () => {
    validation.observe({ kind: 'cycle', report: { instrument: NQ, dryRun: false } as CycleReport })
    expect(told).toEqual([])
    await validation.end()
    expect(kinds()).toEqual(['validation'])
  })

  it('that cannot be made is told, and is due again an interval later', async () => {
    await store.close()
    await cycle()
    expect(told).toEqual([
      { kind: 'validation-failed', instrument: NQ, failure: expect.objectContaining({ category: 'database' }) },
    ])
    await cycle()
    expect(told).toHaveLength(1)
  })

  it('is in the metrics', async () => {
    const metrics = new CollectorMetrics({
      instruments: [NQ],
      intervalMs: MINUTE,
      version: '0',
      now: () => clock.now(),
    })
    await cycle()
    for (const event of told) metrics.observe(event)
    const text = await metrics.registry.metrics()
    expect(text).toContain('data_quality_score{instrument="NQ=F"} 0')
    expect(text).toContain('data_completeness_ratio{instrument="NQ=F"} 0')
  })
})
