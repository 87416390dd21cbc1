import type { FailureKind, ReportKind, Target, TargetId } from './target.ts'

const SECOND = 1_000
const MB = 1_000_000
const BOTH: readonly ReportKind[] = ['benchmark', 'day']

/**
 * Every figure that the collector is held to, in the order in which reports show them. Durations of cycles and steps are
 * those of warm cycles: a cold start fetches days, and has a deadline of its own.
 */
const FIGURES: Readonly<Record<TargetId, Omit<Target, 'id'>>> = {
  // Cycle times
  mean: figure('Cycle time, mean', 'ms', '<', 5 * SECOND, { critical: 8 * SECOND, sections: ['4.1', 'B'] }),
  p95: figure('Cycle time, p95', 'ms', '<', 7 * SECOND, { critical: 10 * SECOND, sections: ['4.1', 'B'] }),
  p99: figure('Cycle time, p99', 'ms', '<', 8 * SECOND, { critical: 12 * SECOND, sections: ['4.1', 'B'] }),
  max: figure('Cycle time, longest', 'ms', '<', 10 * SECOND, { sections: ['4.1'] }),
  'cycle-time': figure('Cycle time, each cycle', 'ms', '<', 8 * SECOND, { warning: 6 * SECOND, sections: ['3.3'] }),
  // Steps, the upper ends of their ranges
  'step-fetch': stepFigure('fetch', 'Fetch bars', 3 * SECOND),
  'step-store_ohlc': stepFigure('store_ohlc', 'Store bars', 500),
  'step-calc_ref_levels': stepFigure('calc_ref_levels', 'Reference levels', 400),
  'step-calc_pivots': stepFigure('calc_pivots', 'Fibonacci pivots', 300),
  'step-detect_liquidity': stepFigure('detect_liquidity', 'Liquidity events', 500),
  'step-detect_fvg': stepFigure('detect_fvg', 'Fair value gaps', 300),
  'step-segment_blocks': stepFigure('segment_blocks', 'Hourly blocks', 200),
  'step-detect_structure': stepFigure('detect_structure', 'Market structure', 500),
  steps: figure('The eight steps together, mean', 'ms', '<=', 5.7 * SECOND, { sections: ['4.1'] }),
  'optimise-fetch': figure('Fetch needs no work, mean', 'ms', '<=', 4 * SECOND, {
    sections: ['4.1'],
    advice: 'Look at the network and the source; fetch a shorter window.',
  }),
  'optimise-store': figure('Storing needs no work, mean', 'ms', '<=', SECOND, {
    sections: ['4.1'],
    advice: 'Look at the disk, or at the way to the database.',
  }),
  'optimise-calculators': figure('Slowest calculator needs no work, mean', 'ms', '<=', SECOND, {
    sections: ['4.1'],
    advice: 'Profile it with node --cpu-prof.',
  }),
  slowdown: figure('Last ten cycles against the first ten, mean', 'ratio', '<', 1.2, {
    sections: ['6.3'],
    reports: ['benchmark'],
  }),
  'upsert-p95': figure('Writes to the database, p95', 'ms', '<=', 2 * SECOND, {
    sections: ['7.2'],
    advice: 'Look at the load of the database and the way to it.',
  }),
  // Resources
  memory: figure('Memory, steady state', 'bytes', '<', 500 * MB, { critical: 750 * MB, sections: ['3.3', '4.2', 'B'] }),
  'memory-growth': figure('Memory growth per hour', 'bytes/h', '<', MB, { sections: ['4.2'] }),
  'memory-growth-1000': figure('Memory growth over 1,000 cycles', 'bytes', '<', 100 * MB, {
    sections: ['6.3'],
    reports: ['benchmark'],
  }),
  cpu: figure('CPU, average', '%', '<', 30, { critical: 80, sections: ['4.2', 'B'] }),
  'cpu-day': figure('CPU, average over the day', '%', '<', 20, { sections: ['3.3'], reports: ['day'] }),
  'cpu-peak': figure('CPU, peak', '%', '<', 80, { sections: ['4.2'] }),
  disk: figure('Disk I/O', 'bytes/s', '<', 10 * MB, { sections: ['4.2'] }),
  // Success
  success: figure('Success rate', '%', '>', 95, { critical: 90, sections: ['3.3', '4.3', 'B'] }),
  errors: figure('Error rate', '%', '<', 5, { sections: ['3.3'] }),
  uptime: figure('Uptime', '%', '>', 99, { critical: 95, sections: ['B'], reports: ['day'] }),
  'failures-network': figure('Network failures', '%', '<', 2, { sections: ['4.3'] }),
  'failures-database': figure('Database failures', '%', '<', 1, { sections: ['4.3'] }),
  'failures-data': figure('Data failures', '%', '<', 1, { sections: ['4.3'] }),
  'failures-system': figure('System failures, calculators included', '%', '<', 1, { sections: ['4.3'] }),
  retries: figure('Fetches made again', '%', '<=', 20, { sections: ['7.2'], advice: 'Look at the source.' }),
  // Data
  freshness: figure('Freshness of the data', 'ms', '<', 120 * SECOND, { critical: 300 * SECOND, sections: ['B'] }),
  completeness: figure('Completeness of the data', '%', '>', 98, { critical: 90, sections: ['B'] }),
  // What no run of the collector can measure
  'test-coverage': figure('Test coverage', '%', '>', 98, {
    critical: 95,
    sections: ['B'],
    reports: [],
    measuredBy: 'vitest run --coverage',
  }),
  'unit-tests': figure('Unit tests passed', '%', '=', 100, {
    critical: 100,
    sections: ['B'],
    reports: [],
    measuredBy: 'npm test',
  }),
  'integration-tests': figure('Integration tests passed', '%', '=', 100, {
    critical: 100,
    sections: ['B'],
    reports: [],
    measuredBy: 'npm test',
  }),
}

/** All targets, in the order in which reports show them. */
export const TARGETS: readonly Target[] = Object.entries(FIGURES).map(([id, rest]) => ({ id: id as TargetId, ...rest }))

/** The target under which failures of a category count; what a calculator cannot work out is a failure of the system. */
export const FAILURE_TARGETS: Readonly<Record<FailureKind, TargetId>> = {
  network: 'failures-network',
  database: 'failures-database',
  data: 'failures-data',
  calculation: 'failures-system',
  system: 'failures-system',
}

/**
 * The target of an id.
 *
 * @example
 * ```ts
 * import { targetOf } from '@openpredict/monitor'
 *
 * targetOf('mean').target // => 5000
 * ```
 */
export function targetOf(id: TargetId): Target {
  return { id, ...FIGURES[id] }
}

/** The targets that a kind of report judges, and those that no report can, in the order of the table. */
export function targetsOf(kind: ReportKind): readonly Target[] {
  return TARGETS.filter(({ reports }) => reports.length === 0 || reports.includes(kind))
}

function figure(
  title: string,
  unit: Target['unit'],
  comparator: Target['comparator'],
  target: number,
  rest: Omit<Target, 'id' | 'title' | 'unit' | 'comparator' | 'target' | 'reports'> & Partial<Pick<Target, 'reports'>>,
): Omit<Target, 'id'> {
  return { title, unit, comparator, target, reports: BOTH, ...rest }
}

function stepFigure(step: string, title: string, most: number): Omit<Target, 'id'> {
  return figure(`${title} (${step}), mean`, 'ms', '<=', most, { sections: ['4.1'] })
}
