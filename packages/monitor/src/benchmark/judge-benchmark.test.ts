import { expect, test } from 'vitest'

import { benchmarkRun, GOOD, withBad } from '../../test/benchmark-run.ts'
import type { TargetId } from '../targets/target.ts'
import { targetsOf } from '../targets/targets.ts'
import type { BenchmarkSample } from './benchmark-sample.ts'
import { judgeBenchmark } from './judge-benchmark.ts'
import { type BenchmarkRun, summariseBenchmark } from './summarise-benchmark.ts'

function judged(run: Partial<BenchmarkRun>): ReturnType<typeof judgeBenchmark> {
  return judgeBenchmark(summariseBenchmark(benchmarkRun(run)))
}

const ids = (judgements: ReturnType<typeof judgeBenchmark>, ...verdicts: readonly string[]): readonly TargetId[] =>
  judgements.filter(({ verdict }) => verdicts.includes(verdict)).map(({ target }) => target.id)

const all = (change: Partial<BenchmarkSample>, count = 100): Partial<BenchmarkRun> => ({
  samples: withBad(count, change, count),
})
const some = (bad: number, change: Partial<BenchmarkSample>): Partial<BenchmarkRun> => ({
  samples: withBad(bad, change),
})
const step = (name: string, ms: number): Partial<BenchmarkRun> => all({ stepMs: { ...GOOD.stepMs, [name]: ms } })
const live = (...bytes: readonly number[]): Pick<BenchmarkRun, 'live'> => ({
  live: bytes.map((value, i) => ({ round: (i * 1_000) / (bytes.length - 1), bytes: value })),
})

const THOUSAND = { samples: withBad(0, {}, 1_000), ...live(38e6, 40e6, 40.1e6, 40.2e6, 40.3e6) }

test('a run in which all is well meets every target that a run can measure', () => {
  expect(ids(judged(THOUSAND), 'missed', 'critical')).toEqual([])
  expect(ids(judged(THOUSAND), 'not measured')).toEqual(['test-coverage', 'unit-tests', 'integration-tests'])
  expect(judged(THOUSAND).map(({ target }) => target)).toEqual(targetsOf('benchmark'))
})

interface Miss {
  readonly what: string
  readonly run: Partial<BenchmarkRun>
  readonly missed: readonly TargetId[]
}

const MISSES: readonly Miss[] = [
  { what: 'cycles of 5 s', run: all({ durationMs: 5_000 }), missed: ['mean'] },
  { what: 'six of 7 s', run: some(6, { durationMs: 7_000 }), missed: ['p95'] },
  { what: 'two of 8 s', run: some(2, { durationMs: 8_000 }), missed: ['p99', 'cycle-time'] },
  { what: 'one of 8 s', run: some(1, { durationMs: 8_000 }), missed: ['cycle-time'] },
  { what: 'one of 10 s', run: some(1, { durationMs: 10_000 }), missed: ['max', 'cycle-time'] },
  { what: 'fetches of 3.1 s', run: step('fetch', 3_100), missed: ['step-fetch'] },
  { what: 'fetches of 4.1 s', run: step('fetch', 4_100), missed: ['step-fetch', 'optimise-fetch'] },
  { what: 'fetches of 5.7 s', run: step('fetch', 5_700), missed: ['step-fetch', 'steps', 'optimise-fetch'] },
  { what: 'writes of 0.6 s', run: step('store_ohlc', 600), missed: ['step-store_ohlc'] },
  { what: 'writes of 1.1 s', run: step('store_ohlc', 1_100), missed: ['step-store_ohlc', 'optimise-store'] },
  { what: 'levels of 0.41 s', run: step('calc_ref_levels', 410), missed: ['step-calc_ref_levels'] },
  { what: 'pivots of 0.31 s', run: step('calc_pivots', 310), missed: ['step-calc_pivots'] },
  { what: 'liquidity of 0.51 s', run: step('detect_liquidity', 510), missed: ['step-detect_liquidity'] },
  { what: 'gaps of 0.31 s', run: step('detect_fvg', 310), missed: ['step-detect_fvg'] },
  { what: 'blocks of 0.21 s', run: step('segment_blocks', 210), missed: ['step-segment_blocks'] },
  { what: 'structure of 0.51 s', run: step('detect_structure', 510), missed: ['step-detect_structure'] },
  { what: 'gaps of 1.1 s', run: step('detect_fvg', 1_100), missed: ['step-detect_fvg', 'optimise-calculators'] },
  { what: 'deliveries of 2.1 s', run: step('deliver', 2_100), missed: ['upsert-p95'] },
  {
    what: 'last cycles a fifth longer',
    run: { samples: withBad(90, {}).map((sample, i) => (i < 90 ? sample : { ...sample, durationMs: 600 })) },
    missed: ['slowdown'],
  },
  { what: '500 MB at one moment', run: some(1, { memoryBytes: 500e6 }), missed: ['memory'] },
  {
    what: '1 MB more every 60 rounds',
    run: { ...THOUSAND, ...live(40e6, 45e6, 50e6, 57e6) },
    missed: ['memory-growth'],
  },
  {
    what: '100 MB more at once, and no more',
    run: { ...THOUSAND, ...live(38e6, 138e6, 138e6, 138e6, 138e6) },
    missed: ['memory-growth-1000'],
  },
  { what: '18 s of CPU', run: all({ cpuMs: 18_000 }), missed: ['cpu', 'cpu-peak'] },
  { what: '8 s of CPU in one cycle', run: some(1, { cpuMs: 8_000 }), missed: ['cpu-peak'] },
  { what: '100 MB on disk in one cycle', run: some(1, { diskBytes: 100e6 }), missed: ['disk'] },
  {
    what: 'five cycles that the network failed',
    run: some(5, { status: 'failed', category: 'network' }),
    missed: ['success', 'errors', 'failures-network'],
  },
  { what: 'two', run: some(2, { status: 'failed', category: 'network' }), missed: ['failures-network'] },
  {
    what: 'one that the database failed',
    run: some(1, { status: 'failed', category: 'database' }),
    missed: ['failures-database'],
  },
  { what: 'one with bad data', run: some(1, { status: 'failed', category: 'data' }), missed: ['failures-data'] },
  {
    what: 'one that was aborted',
    run: some(1, { status: 'aborted', category: 'system' }),
    missed: ['failures-system'],
  },
  {
    what: 'one without a calculator',
    run: some(1, { status: 'partial', category: 'calculation' }),
    missed: ['failures-system'],
  },
  { what: '26 fetches made again', run: some(26, { retries: 1 }), missed: ['retries'] },
  { what: 'a lag of two minutes', run: some(1, { lagMs: 120_000 }), missed: ['freshness'] },
  {
    what: 'two of a hundred minutes missing',
    run: some(2, { barsNew: 0, minutesMissing: 1 }),
    missed: ['completeness'],
  },
]

test.each(MISSES)('$what: missed are $missed and no others', ({ run, missed }) => {
  expect(ids(judged(run), 'missed', 'critical')).toEqual(missed)
})

test('every target that a run can measure is missed by one of these', () => {
  const measurable = targetsOf('benchmark').filter(({ reports }) => reports.length > 0)
  const tried = new Set(MISSES.flatMap(({ missed }) => missed))
  expect(measurable.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([])
})

test('far beyond, a miss is critical', () => {
  const run = {
    samples: withBad(100, {
      durationMs: 13_000,
      memoryBytes: 751e6,
      cpuMs: 49_000,
      status: 'failed' as const,
      category: 'network' as const,
      lagMs: 301_000,
      barsNew: 0,
      minutesMissing: 1,
    }),
  }
  expect(ids(judged(run), 'critical')).toEqual([
    'mean',
    'p95',
    'p99',
    'memory',
    'cpu',
    'success',
    'freshness',
    'completeness',
  ])
})

test('idle cycles are well', () => {
  expect(ids(judged(all({ status: 'idle', barsNew: 0 })), 'missed', 'critical')).toEqual([])
})

test('several instruments make the load of a minute together', () => {
  const conditions = { ...benchmarkRun().conditions, symbols: ['NQ=F', 'ES=F'] }
  const cpu = (run: Partial<BenchmarkRun>): number | undefined =>
    judged(run).find(({ target }) => target.id === 'cpu')?.measured
  expect(cpu(all({ cpuMs: 6_000 }))).toBe(10)
  expect(cpu({ ...all({ cpuMs: 6_000 }), conditions })).toBe(20)
})

test('slow answers at the end are no slowdown of ours', () => {
  const samples = withBad(90, {}).map((sample, i) =>
    i < 90 ? sample : { ...sample, durationMs: 2_100, waitingMs: 2_000 },
  )
  expect(ids(judged({ samples }), 'missed', 'critical')).toEqual([])
})

test('a short run leaves open what it cannot tell', () => {
  const { diskBytes: _, ...silent } = GOOD
  const judgements = judged({ samples: [silent] })
  expect(ids(judgements, 'missed', 'critical')).toEqual([])
  expect(ids(judgements, 'not measured')).toEqual([
    'slowdown',
    'memory-growth',
    'memory-growth-1000',
    'disk',
    'test-coverage',
    'unit-tests',
    'integration-tests',
  ])
})
