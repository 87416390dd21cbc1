import { FetchError } from '@openpredict/fetcher'
import type { ManualClock } from '@openpredict/market'
import type { Store } from '@openpredict/store'
import { beforeEach, describe, expect, it } from 'vitest'

import { type CycleWorld, openWorld } from '../test/cycle-world.ts'
import { aborted, type ScriptedSource } from '../test/scripted-source.ts'
import type { Collector } from './index.ts'

const MINUTE = 60_000

let world: CycleWorld
let clock: ManualClock
let source: ScriptedSource
let store: Store
beforeEach(async () => {
  world = await openWorld()
  ;({ clock, source, store } = world)
  return () => store.close()
})

describe('delivery', () => {
  let failure: Error | undefined
  let drains = 0
  const collectDelivering = (): Collector =>
    world.collector({
      delivery: {
        drain: async () => {
          drains++
          if (failure !== undefined) throw failure
          return { delivered: 7 }
        },
      },
    })

  beforeEach(() => {
    failure = undefined
    drains = 0
  })

  it('is the last step of a cycle, and recorded with it', async () => {
    const report = await collectDelivering().runCycle()
    expect(report.steps.at(-1)).toMatchObject({ name: 'deliver', rows: 7 })
    const [row] = await store.readRows('collection_cycles')
    expect(Object.keys(row?.step_ms as object)).toContain('deliver')
    expect(report.rowsWritten).toBe(row?.rows_written)
    expect(await store.countRows('collection_cycles')).toBe(1)
  })

  it('does not fail a cycle, and an outage is recorded once', async () => {
    const delivering = collectDelivering()
    failure = Object.assign(new Error('nothing answers'), { category: 'database', code: 'refused', hint: '' })
    for (let i = 0; i < 3; i++) {
      const report = await delivering.runCycle()
      expect(report.status).toBe('success')
      expect(report.steps.at(-1)).toMatchObject({ name: 'deliver', rows: 0, failure: { code: 'refused' } })
      clock.advance(MINUTE)
    }
    expect(drains).toBe(3)
    expect(await store.readRows('error_log')).toMatchObject([
      { operation: 'deliver', severity: 'warning', error_category: 'database', error_message: 'nothing answers' },
    ])
    failure = undefined
    await delivering.runCycle()
    failure = Object.assign(new Error('nothing answers'), { category: 'database', code: 'refused', hint: '' })
    await delivering.runCycle()
    expect(await store.countRows('error_log')).toBe(2)
  })

  it('does not take place in a dry run, nor after a cycle that failed', async () => {
    const delivering = collectDelivering()
    await delivering.runCycle({ dryRun: true })
    source.failure = new FetchError({ kind: 'network' })
    expect((await delivering.runCycle()).status).toBe('failed')
    expect(drains).toBe(0)
  })

  it('is waited for no longer than it may take; then it goes on beside the cycle', async () => {
    let given: AbortSignal | undefined
    const slow = world.collector({
      deliveryMs: 500,
      delivery: {
        drain: async ({ signal }) => {
          given = signal
          return await aborted(signal)
        },
      },
    })
    const running = slow.runCycle()
    while (given === undefined) await new Promise((resolve) => setImmediate(resolve))
    clock.advance(500)
    const report = await running
    expect(report.status).toBe('success')
    expect(report.steps.at(-1)).toEqual({ name: 'deliver', durationMs: 500, rows: 0 })
  })
})
