import type { CycleSample } from './cycle-sample.ts'
import type { Measurements } from './measurements.ts'
import type { MetricUnit } from './quantity.ts'

/** A value of a metric; `undefined` when there is no data for it. */
export type MetricValue = number | string | undefined

/** What is read, when, and over how long. */
export interface Reading {
  readonly measurements: Measurements
  /** The instrument; `undefined` for all, which metrics of the process need. */
  readonly symbol: string | undefined
  /** Epoch ms. */
  readonly now: number
  /** How far back the cycles go that the value is computed from, ms. */
  readonly windowMs: number
}

/** How a metric is written for Prometheus. */
export interface PrometheusContext {
  /** The window as Prometheus writes it, such as `10m`. */
  readonly window: string
  /** The name of the scrape job. */
  readonly job: string
}

/** A metric by its name: what conditions of alerts are made of. */
export interface Metric {
  readonly name: string
  /** Other names for the same. */
  readonly aliases: readonly string[]
  /** One line. */
  readonly about: string
  readonly unit: MetricUnit
  /** Whether each instrument has its own value, or the process as a whole. */
  readonly scope: 'instrument' | 'process'
  /** Whether it is computed from the cycles of a window; otherwise it is what is so now. */
  readonly windowed: boolean
  /** The values of one whose unit is `text`. */
  readonly words?: readonly string[]
  readonly read: (reading: Reading) => MetricValue
  /** The expression in the names of the endpoint, by instance, and by instrument where it has one. Absent where the endpoint has nothing. */
  readonly prometheus?: (context: PrometheusContext) => string
}

/** Fewer cycles in a window say nothing: a rate of one failed cycle would be 100%. */
const LEAST_CYCLES = 3

/** The cycles of the window. */
export function cyclesOf({ measurements, symbol, now, windowMs }: Reading): readonly CycleSample[] {
  return measurements.cycles(symbol, now - windowMs)
}

/** The cycles of the window, when there are enough to judge by. */
export function enoughCycles(reading: Reading): readonly CycleSample[] | undefined {
  const cycles = cyclesOf(reading)
  return cycles.length < LEAST_CYCLES ? undefined : cycles
}

/** The sum over the window of what each cycle has; `undefined` where none has anything. */
export function sumOver(reading: Reading, of: (cycle: CycleSample) => number | undefined): number | undefined {
  let sum: number | undefined
  for (const cycle of cyclesOf(reading)) {
    const value = of(cycle)
    if (value !== undefined) sum = (sum ?? 0) + value
  }
  return sum
}

/** Labels by which Prometheus keeps values apart. */
export const PER_INSTRUMENT = 'by (instance, instrument)'
export const PER_INSTANCE = 'by (instance)'

/** `sum by (…) (increase(name[window]))`. */
export function increase(name: string, by: string, { window }: PrometheusContext, labels = ''): string {
  return `sum ${by} (increase(${name}${labels}[${window}]))`
}
