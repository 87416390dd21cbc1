import { expect, test } from 'vitest'

import { benchmarkRun, GOOD, withBad } from '../../test/benchmark-run.ts'
import type { BenchmarkReport } from './benchmark-report.ts'
import type { BenchmarkSample } from './benchmark-sample.ts'
import { compareBenchmarks, type FigureComparison } from './compare-benchmarks.ts'
import { summariseBenchmark } from './summarise-benchmark.ts'

const of = (change: Partial<BenchmarkSample>, bad = 100): BenchmarkReport =>
  summariseBenchmark(benchmarkRun({ samples: withBad(bad, change) }))
const base = of({})

function figure(report: BenchmarkReport, name: string, baseline = base): FigureComparison | undefined {
  return compareBenchmarks(report, baseline).figures.find((found) => found.name === name)
}

test('the same figures have a ratio of 1, and nothing is worse or different', () => {
  const { figures, differences } = compareBenchmarks(base, base)
  expect(new Set(figures.map(({ ratio }) => ratio))).toEqual(new Set([1, undefined]))
  expect(figures.filter(({ isWorse }) => isWorse)).toEqual([])
  expect(differences).toEqual([])
})

test('worse by 20 % is not yet, by more it is', () => {
  expect(figure(of({ durationMs: 600 }), 'total.mean')).toMatchObject({ baseline: 500, now: 600, isWorse: false })
  expect(figure(of({ durationMs: 601 }), 'total.mean')).toMatchObject({ ratio: 1.202, isWorse: true })
  expect(figure(of({ durationMs: 401 }), 'total.mean')).toMatchObject({ ratio: 0.802, isWorse: false })
})

test('each figure stands for itself', () => {
  const slowFvg = of({ stepMs: { ...GOOD.stepMs, detect_fvg: 40 } }, 3)
  const { figures } = compareBenchmarks(slowFvg, base)
  expect(figures.filter(({ isWorse }) => isWorse).map(({ name }) => name)).toEqual(['detect_fvg.p99', 'detect_fvg.max'])
})

test('errors where there were none are worse', () => {
  expect(figure(of({ status: 'failed' }, 1), 'errors')).toEqual({
    name: 'errors',
    unit: '%',
    baseline: 0,
    now: 1,
    isWorse: true,
  })
})

test('what only one of them has is left out', () => {
  const remote = of({ stepMs: { ...GOOD.stepMs, deliver: 5 } })
  expect(figure(remote, 'deliver.mean')).toBeUndefined()
  expect(figure(base, 'deliver.mean', remote)).toBeUndefined()
})

test('conditions that are not the same are named', () => {
  const run = benchmarkRun()
  const other = summariseBenchmark({
    ...run,
    end: 'aborted',
    conditions: { ...run.conditions, latency: null, symbols: ['NQ=F', 'ES=F'] },
    machine: { ...run.machine, cores: 8 },
  })
  expect(compareBenchmarks(other, base).differences).toEqual([
    'latency: default then, none now',
    'symbols: NQ=F then, NQ=F, ES=F now',
    'machine: 2 × a CPU (linux x64) then, 8 × a CPU (linux x64) now',
    'end: complete then, aborted now',
  ])
})
