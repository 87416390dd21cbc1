import { type Bar, BarSeries } from '@openpredict/market'
import { createReplayMarket, parseFault, type SimulatedMarket } from '@openpredict/simulator'
import { describe, expect, it } from 'vitest'

import { createEngine, type Engine } from '../../packages/calculators/src/index.ts'
import { featuresIn, featuresOf } from './features.ts'
import { barsIn, market, START } from './filled-store.ts'
import { expectTruth, outcomes, Scene } from './scene.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const { instrument } = market
/** When the minutes of a scene that begins at START can first be seen. */
const SHOWN = START - 11 * MINUTE - (START % MINUTE)

const successes = (count: number): readonly string[] => Array.from({ length: count }, () => 'success')

/** Plays the usual market again from six hours before START on, with bars that are changed, or left out. */
function changed(change: (bar: Bar, index: number) => Bar | undefined): SimulatedMarket {
  const bars = market.bars(START - 8 * HOUR, START + 2 * HOUR).toArray()
  return createReplayMarket({ bars: BarSeries.from(bars.flatMap((bar, n) => change(bar, n) ?? [])), instrument })
}

/** A market of bars that are made up from their number, from START − 8 h on. */
function madeUp(make: (index: number) => Omit<Bar, 'time' | 'volume'>): SimulatedMarket {
  const from = Math.floor(START / HOUR) * HOUR - 8 * HOUR
  const bars = Array.from({ length: 600 }, (_, n) => ({ time: from + n * MINUTE, volume: 10, ...make(n) }))
  return createReplayMarket({ bars: BarSeries.from(bars), instrument })
}

describe('data', () => {
  it('A1: an answer without any bar keeps what there is, and computes nothing where there is nothing', async () => {
    await using scene = await Scene.open({ start: START })
    scene.server.faults.add(parseFault('400'))
    expect(await scene.next()).toMatchObject({ status: 'success', barsFetched: 0, rowsWritten: 0 })
    expect(Object.values(await featuresIn(scene.store)).flat()).toEqual([])
    scene.server.faults.clear()
    const { barsNew } = await scene.next()
    expect(barsNew).toBeGreaterThan(300)

    scene.server.faults.add(parseFault('400'))
    const before = await barsIn(scene.store)
    const empty = await scene.run(3)
    expect(outcomes(empty)).toEqual(successes(3))
    expect(empty.map((report) => report.barsFetched)).toEqual([0, 0, 0])
    expect(await barsIn(scene.store)).toEqual(before)
    scene.server.faults.clear()
    expect((await scene.next()).barsNew).toBeGreaterThanOrEqual(3)
    await expectTruth(scene)
  })

  it('A2: bars that an answer leaves out are known to be missing, and are healed when they come', async () => {
    await using scene = await Scene.open({ start: START })
    scene.server.faults.add({
      ...parseFault('late-bars:rate=0.4,minutes=4'),
      from: SHOWN - 20 * MINUTE,
      to: SHOWN + 20 * MINUTE,
    })
    const reports = await scene.run(40)
    expect(outcomes(reports)).toEqual(successes(40))
    const sum = (of: 'minutesMissing' | 'minutesHealed'): number => reports.reduce((all, report) => all + report[of], 0)
    expect(sum('minutesMissing')).toBeGreaterThan(5)
    expect(sum('minutesHealed')).toBeGreaterThan(5)
    const bars = await barsIn(scene.store)
    const has = new Set(bars.map(({ time }) => time))
    const missing = await scene.store.readRows('missing_minutes')
    expect(missing.filter(({ timestamp, healed_at: healed }) => (healed !== null) !== has.has(timestamp))).toEqual([])
    await expectTruth(scene)
  })

  it('A3: rows of nulls are dropped and counted, and asked for again', async () => {
    await using scene = await Scene.open({ start: START })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    scene.server.faults.add(parseFault('null-rows:share=0.5'))
    for (let cycle = 3; cycle <= 5; cycle++) {
      const { status, dropped } = await scene.next()
      expect(status).toBe('success')
      expect(dropped['null-row']).toBeGreaterThan(5)
    }
    scene.server.faults.clear()
    await scene.run(2)
    await expectTruth(scene)
  })

  it('A4: bars without volume are bars', async () => {
    const quiet = changed((bar, n) => (n % 3 === 0 ? { ...bar, volume: 0 } : bar))
    await using scene = await Scene.open({ start: START, market: quiet })
    const reports = await scene.run(6)
    expect(outcomes(reports)).toEqual(successes(6))
    const bars = await barsIn(scene.store)
    const silent = bars.filter(({ volume }) => volume === 0).length
    expect(silent).toBeGreaterThanOrEqual(Math.floor(bars.length / 3))
    expect(reports.at(-1)?.barsNew).toBe(1)
    await expectTruth(scene)
  })

  it('A5: a price far from the market is held back, and what the source stands by in the end is stored', async () => {
    await using scene = await Scene.open({ start: START })
    const from = SHOWN + 2 * MINUTE
    const tick = { from, to: from + MINUTE }
    scene.server.faults.add({ ...parseFault('bad-ticks:rate=1,minutes=3,percent=10'), ...tick })
    const heldBack: number[] = []
    const newestMeanwhile = new Set<number | undefined>()
    for (let cycle = 1; cycle <= 10; cycle++) {
      const { status, barsHeldBack } = await scene.next()
      expect(status).toBe('success')
      heldBack.push(barsHeldBack)
      if (barsHeldBack > 0) newestMeanwhile.add((await barsIn(scene.store)).at(-1)?.time)
    }
    expect(newestMeanwhile).toEqual(new Set([from - MINUTE]))
    expect(heldBack.slice(-5)).toEqual([0, 0, 0, 0, 0])
    const suspects = await scene.store.readRows('ohlc_suspects')
    expect(suspects.map(({ timestamp }) => timestamp)).toEqual([from])
    expect(suspects[0]?.reason).toMatch(/from the previous close/)
    await expectTruth(scene)
  })

  it.each([
    ['A6: of rows that come twice the later one is kept', 'duplicates:share=1', true],
    ['A7: rows in any order are put in order', 'out-of-order', false],
  ] as const)('%s', async (_title, fault, isDoubled) => {
    await using scene = await Scene.open({ start: START })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    scene.server.faults.add(parseFault(fault))
    for (let cycle = 3; cycle <= 5; cycle++) {
      const { status, dropped } = await scene.next()
      expect(status).toBe('success')
      expect((dropped.duplicate ?? 0) > 0).toBe(isDoubled)
      await expectTruth(scene)
    }
    expect(scene.server.faults.log).toHaveLength(3)
    scene.server.faults.clear()
    expect(await scene.next()).toMatchObject({ status: 'success', barsCorrected: 0 })
    await expectTruth(scene)
  })
})

describe('calculators', () => {
  it('E1: a single bar is enough for a cycle, and the next one joins it', async () => {
    // An hour begins.
    const first = Math.ceil(START / HOUR) * HOUR
    const two = changed((bar) => (bar.time < first || bar.time > first + MINUTE ? undefined : bar))
    await using scene = await Scene.open({ start: first + 12 * MINUTE + 2_000, market: two })
    expect(await scene.next()).toMatchObject({ status: 'success', barsNew: 1 })
    expect((await barsIn(scene.store)).map(({ time }) => time)).toEqual([first])
    await expectTruth(scene)
    expect(await scene.next()).toMatchObject({ status: 'success', barsNew: 1 })
    await expectTruth(scene)
    expect(await scene.store.countRows('hourly_blocks')).toBeGreaterThan(0)
  })

  it('E2: a market that does not move has levels and blocks, and neither swings, sweeps nor gaps', async () => {
    const price = { open: 20_000, high: 20_000, low: 20_000, close: 20_000 }
    await using scene = await Scene.open({ start: START, market: madeUp(() => price) })
    expect(outcomes(await scene.run(6))).toEqual(successes(6))
    const { store } = scene
    const levels = await store.readRows('reference_levels')
    expect(new Set(levels.map((level) => level.price))).toEqual(new Set([20_000]))
    expect(await store.countRows('hourly_blocks')).toBeGreaterThan(30)
    for (const table of ['market_structure', 'liquidity_events', 'fvg'] as const) {
      expect({ table, rows: await store.countRows(table) }).toEqual({ table, rows: 0 })
    }
    await expectTruth(scene)
  })

  it('E3: a market that falls by 7 % and is halted is believed when it goes on from there', async () => {
    const fall = SHOWN + 3 * MINUTE
    const reopen = fall + 15 * MINUTE
    const crash = changed((bar) => {
      if (bar.time < fall) return bar
      const down = (price: number): number => Math.round(price * 0.93 * 4) / 4
      const { open, high, low, close } = bar
      const after = { ...bar, open: down(open), high: down(high), low: down(low), close: down(close) }
      if (bar.time === fall) return { ...after, open, high }
      return bar.time < reopen ? undefined : after
    })
    await using scene = await Scene.open({ start: START, market: crash })
    const reports = await scene.run(30)
    expect(outcomes(reports)).toEqual(successes(30))
    const suspects = await scene.store.readRows('ohlc_suspects')
    expect(suspects.map(({ timestamp }) => timestamp)).toEqual([fall, reopen])
    for (const suspect of suspects) expect(suspect.admitted_at).toBeGreaterThan(suspect.timestamp)
    expect(reports.at(-1)?.barsHeldBack).toBe(0)
    const halted = await scene.store.readRows('missing_minutes', { from: fall, to: reopen })
    expect(halted.filter(({ healed_at: healed }) => healed === null)).toHaveLength(14)
    await expectTruth(scene)
  })

  it('E4: a market that stays within its range has no liquidity events', async () => {
    // Each swing is smaller than the one before it.
    const narrowing = (n: number): number => 20_000 + Math.round((600 - n) * Math.sin(n / 9)) / 4
    const bars = madeUp((n) => {
      const [open, close] = [narrowing(n), narrowing(n + 1)]
      return { open, close, high: Math.max(open, close), low: Math.min(open, close) }
    })
    await using scene = await Scene.open({ start: START, market: bars })
    expect(outcomes(await scene.run(6))).toEqual(successes(6))
    expect(await scene.store.countRows('liquidity_events')).toBe(0)
    expect(await scene.store.countRows('reference_levels')).toBeGreaterThan(5)
    expect(await scene.store.countRows('hourly_blocks')).toBeGreaterThan(30)
    await expectTruth(scene)
  })

  it('E5: a market whose bars all overlap has no gaps', async () => {
    const waves = (n: number): number => 20_000 + Math.round(12 * Math.sin(n / 9) + n / 40)
    const bars = madeUp((n) => ({ open: waves(n), close: waves(n), high: waves(n) + 30, low: waves(n) - 30 }))
    await using scene = await Scene.open({ start: START, market: bars })
    expect(outcomes(await scene.run(6))).toEqual(successes(6))
    expect(await scene.store.countRows('fvg')).toBe(0)
    expect(await scene.store.countRows('liquidity_events')).toBeGreaterThan(0)
    await expectTruth(scene)
  })

  it('F1: a calculator that fails leaves the other five at work, and is made up for', async () => {
    let isBroken = false
    const breakable = (): Engine => {
      const engine = createEngine({ instrument })
      const [levels, pivots, ...others] = engine.calculators
      const takeChanges = pivots.takeChanges.bind(pivots)
      pivots.takeChanges = () => {
        if (isBroken) throw new Error('no pivots today')
        return takeChanges()
      }
      return { ...engine, calculators: [levels, pivots, ...others] }
    }
    await using scene = await Scene.open({ start: START, createEngine: breakable })
    expect(outcomes(await scene.run(2))).toEqual(successes(2))
    isBroken = true
    for (let cycle = 3; cycle <= 5; cycle++) {
      const { status, failedStep, failure, steps } = await scene.next()
      expect({ status, failedStep }).toEqual({ status: 'partial', failedStep: 'calc_pivots' })
      expect(failure).toMatchObject({ category: 'calculation', code: 'calculator-failed' })
      expect(steps.filter((step) => step.failure === undefined).map(({ name }) => name)).toEqual([
        'fetch',
        'store_ohlc',
        'calc_ref_levels',
        'detect_liquidity',
        'detect_fvg',
        'segment_blocks',
        'detect_structure',
      ])
    }
    const errors = await scene.store.readRows('error_log')
    expect(errors).toMatchObject(
      Array.from({ length: 3 }, () => ({ operation: 'calc_pivots', error_category: 'calculation' })),
    )
    const { fibonacci_pivots: _late, ...five } = await featuresIn(scene.store)
    const bars = BarSeries.from(await barsIn(scene.store))
    expect(await featuresOf(bars, scene.store)).toMatchObject(five)
    isBroken = false
    expect(await scene.next()).toMatchObject({ status: 'success' })
    await expectTruth(scene)
  })
})
