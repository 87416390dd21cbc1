/** What a metric is measured in; `text` for one whose values are words. */
export type MetricUnit = 'seconds' | 'bytes' | 'share' | 'count' | 'text'

const [KB, MB, GB] = [1e3, 1e6, 1e9]

/** The units that a condition may be written in: what each measures, and how much of it in seconds, bytes or parts of 1. */
const UNITS: ReadonlyMap<string, { readonly unit: MetricUnit; readonly factor: number }> = new Map(
  (
    [
      ['share', 0.01, ['%', 'percent']],
      ['seconds', 0.001, ['ms', 'millisecond', 'milliseconds']],
      ['seconds', 1, ['s', 'sec', 'second', 'seconds']],
      ['seconds', 60, ['m', 'min', 'minute', 'minutes']],
      ['seconds', 3_600, ['h', 'hour', 'hours']],
      ['seconds', 86_400, ['d', 'day', 'days']],
      ['bytes', 1, ['B', 'byte', 'bytes']],
      ['bytes', KB, ['KB', 'kB']],
      ['bytes', MB, ['MB']],
      ['bytes', GB, ['GB']],
      ['bytes', 1024, ['KiB']],
      ['bytes', 1024 ** 2, ['MiB']],
      ['bytes', 1024 ** 3, ['GiB']],
    ] as const
  ).flatMap(([unit, factor, names]) => names.map((name) => [name, { unit, factor }] as const)),
)

/** The units that can be written, for messages. */
export const UNIT_NAMES = '%, ms, s, m, h, d, B, KB, MB, GB'

/** A number in the unit of metrics: seconds, bytes, or a share of 1. */
export interface Quantity {
  readonly value: number
  readonly unit: MetricUnit
}

/**
 * Turns a number and its written unit into seconds, bytes or a share of 1; `undefined` for a unit that is not known. A
 * megabyte is 1,000,000 bytes, a MiB 1,048,576.
 *
 * @example
 * quantityOf(10, '%') // => { value: 0.1, unit: 'share' }
 * quantityOf(750, 'MB') // => { value: 750000000, unit: 'bytes' }
 * quantityOf(3, 'lightyears') // => undefined
 */
export function quantityOf(amount: number, unitName: string): Quantity | undefined {
  const found = UNITS.get(unitName)
  return found === undefined ? undefined : { value: amount * found.factor, unit: found.unit }
}

/**
 * A value of a metric for people.
 *
 * @example
 * formatQuantity(0.125, 'share') // => '12.5%'
 * formatQuantity(0.35, 'seconds') // => '350 ms'
 * formatQuantity(5_400, 'seconds') // => '1.5 h'
 * formatQuantity(750_000_000, 'bytes') // => '750 MB'
 */
export function formatQuantity(value: number | string, unit: MetricUnit): string {
  if (typeof value === 'string') return value
  switch (unit) {
    case 'share':
      return `${rounded(value * 100)}%`
    case 'seconds':
      return formatSeconds(value)
    case 'bytes':
      return formatBytes(value)
    case 'count':
    case 'text':
      return rounded(value)
  }
  return unit satisfies never
}

function formatSeconds(value: number): string {
  const size = Math.abs(value)
  if (size > 0 && size < 1) return `${rounded(value * 1_000)} ms`
  if (size < 120) return `${rounded(value)} s`
  return size < 5_400 ? `${rounded(value / 60)} min` : `${rounded(value / 3_600)} h`
}

function formatBytes(value: number): string {
  const size = Math.abs(value)
  if (size >= GB) return `${rounded(value / GB)} GB`
  return size >= MB ? `${rounded(value / MB)} MB` : `${rounded(value / KB)} KB`
}

/** At most two decimals. */
function rounded(value: number): string {
  return String(Math.round(value * 100) / 100)
}
