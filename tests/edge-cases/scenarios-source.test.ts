import { parseFault, type YahooServer } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { type FaultProxy, startFaultProxy } from '../local-supabase/src/index.ts'
import { barsIn, START } from './filled-store.ts'
import { expectTruth, outcomes, Scene } from './scene.ts'

const MINUTE = 60_000
const OK = 'success'

/** Runs eight cycles, of which the third to the fifth meet a fault. */
async function eight(scene: Scene, fault: string): Promise<readonly string[]> {
  const reports = await scene.run(8, (count) => {
    if (count === 2) scene.server.faults.add(parseFault(fault))
    if (count === 5) scene.server.faults.clear()
  })
  return outcomes(reports)
}

/** What `error_log` has, as operation and category. */
async function errors({ store }: Scene): Promise<readonly string[]> {
  const rows = await store.readRows('error_log')
  return rows.map(({ operation, error_category: category }) => `${operation} ${category}`)
}

describe('the source', () => {
  it('B1: that does not answer costs a cycle its time and no more', async () => {
    await using scene = await Scene.open({ start: START, speed: 4 })
    await scene.run(2)
    scene.server.faults.add(parseFault('hang'))
    const away = await scene.run(2)
    expect(outcomes(away)).toEqual(['network/timeout', 'network/timeout'])
    for (const { durationMs } of away) expect(durationMs).toBeGreaterThanOrEqual(2_500)
    scene.server.faults.clear()
    expect(outcomes(await scene.run(2))).toEqual([OK, OK])
    expect(await errors(scene)).toEqual(['fetch network', 'fetch network'])
    await expectTruth(scene)
  })

  it('B2: that asks to be left in peace is left in peace for as long as it says', async () => {
    await using scene = await Scene.open({ start: START })
    const reports = await scene.run(6, (count) => {
      if (count === 2) scene.server.faults.add(parseFault('429:retry-after=240,times=1'))
    })
    expect(outcomes(reports)).toEqual([OK, OK, 'network/rate-limited', OK, OK, OK])
    const [refused, after] = reports.slice(2)
    expect(refused?.failure?.retryAfterMs).toBe(240_000)
    expect((after?.startedAt ?? 0) - (refused?.startedAt ?? 0)).toBeGreaterThanOrEqual(240_000)
    expect(scene.told.holds).toHaveLength(1)
    // Nobody asked in between, and nobody tried again within the cycle.
    expect(scene.server.requests).toHaveLength(6)
    expect(after?.barsNew).toBeGreaterThanOrEqual(4)
    await expectTruth(scene)
  })

  it('B3: whose connection breaks off within an answer is asked again, and nothing of that answer is kept', async () => {
    await using scene = await Scene.open({ start: START })
    expect(outcomes(await scene.run(1))).toEqual([OK])
    const before = await barsIn(scene.store)
    scene.server.faults.add(parseFault('reset:at=body'))
    expect(outcomes([await scene.next()])).toEqual(['network/network'])
    expect(scene.told.asked).toHaveLength(1 + 3)
    expect(await barsIn(scene.store)).toEqual(before)
    scene.server.faults.clear()
    scene.server.faults.add(parseFault('reset:at=body,times=2'))
    expect(await scene.next()).toMatchObject({ status: OK })
    expect(scene.told.asked).toHaveLength(1 + 3 + 3)
    expect(await errors(scene)).toEqual(['fetch network'])
    await expectTruth(scene)
  })

  it('B4: of whose answer only a part comes is not believed in that part', async () => {
    await using scene = await Scene.open({ start: START })
    const half = 'data/malformed'
    expect(await eight(scene, 'truncated:keep=0.9')).toEqual([OK, OK, half, half, half, OK, OK, OK])
    expect(await errors(scene)).toEqual(['fetch data', 'fetch data', 'fetch data'])
    await expectTruth(scene)
  })

  it('B5: that answers with something else is told from one that has no data', async () => {
    await using scene = await Scene.open({ start: START })
    await scene.run(1)
    for (const fault of ['html', 'null-result', 'truncated:keep=0']) {
      scene.server.faults.add(parseFault(fault))
      const { status, failure, barsNew } = await scene.next()
      expect({ fault, status, barsNew }).toEqual({ fault, status: 'failed', barsNew: 0 })
      expect(failure).toMatchObject({ category: 'data', code: 'malformed' })
      expect(failure?.message).toMatch(/not what was asked for: /)
      scene.server.faults.clear()
      expect(await scene.next()).toMatchObject({ status: OK })
    }
    expect(await errors(scene)).toEqual(['fetch data', 'fetch data', 'fetch data'])
    await expectTruth(scene)
  })
})

describe('recovery', () => {
  it('3.4 A: from five minutes without a network', async () => {
    let proxy: FaultProxy | undefined
    const through = async ({ port }: YahooServer): Promise<string> => {
      proxy = await startFaultProxy({ host: '127.0.0.1', port })
      return `http://127.0.0.1:${proxy.port}`
    }
    await using scene = await Scene.open({ start: START, through })
    expect(outcomes(await scene.run(2))).toEqual([OK, OK])
    const bars = await barsIn(scene.store)
    await proxy?.set({ kind: 'refused' })
    proxy?.cut()
    for (let minute = 1; minute <= 5; minute++) {
      const asked = scene.told.asked.length
      expect(outcomes([await scene.next()])).toEqual(['network/network'])
      const [first = 0, second = 0, third = 0, ...more] = scene.told.asked.slice(asked)
      expect(more).toEqual([])
      // Half of 250 and of 500 ms, as chance is half here; a timer may fire a moment early.
      expect(second - first).toBeGreaterThan(110)
      expect(third - second).toBeGreaterThan(235)
    }
    expect(await barsIn(scene.store)).toEqual(bars)
    expect(await errors(scene)).toEqual(Array.from({ length: 5 }, () => 'fetch network'))
    await proxy?.set({ kind: 'none' })
    const back = await scene.next()
    expect(back.status).toBe(OK)
    expect(back.barsNew).toBeGreaterThanOrEqual(5)
    expect(await scene.next()).toMatchObject({ status: OK, barsNew: 1 })
    await expectTruth(scene)
    await proxy?.stop()
  })

  it('3.4 C: from a source that refuses until it is asked less often', async () => {
    await using scene = await Scene.open({ start: START })
    const reports = await scene.run(9, (count) => {
      if (count === 2) scene.server.faults.add(parseFault('429'))
      if (count === 6) scene.server.faults.clear()
    })
    const refused = 'network/rate-limited'
    expect(outcomes(reports)).toEqual([OK, OK, refused, refused, refused, refused, OK, OK, OK])
    expect(scene.told.holds.map(({ refusals }) => refusals)).toEqual([1, 2, 3, 4])
    const pauses = reports.slice(2, 7).map(({ startedAt }, n) => startedAt - (reports[n + 1]?.startedAt ?? 0))
    for (const [n, least] of [1, 1, 2, 4, 8].entries()) {
      expect(pauses[n]).toBeGreaterThanOrEqual(least * MINUTE - 2_000)
      expect(pauses[n]).toBeLessThanOrEqual((least + 1) * MINUTE)
    }
    expect(await errors(scene)).toEqual(Array.from({ length: 4 }, () => 'fetch network'))
    await expectTruth(scene)
  })
})
