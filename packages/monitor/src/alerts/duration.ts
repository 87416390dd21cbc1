import { quantityOf } from '../metrics/quantity.ts'

/**
 * A duration as it is written in rules, in ms; `undefined` for a text that is none.
 *
 * @example
 * ```ts
 * parseDuration('30m') // => 1800000
 * parseDuration('2 minutes') // => 120000
 * parseDuration('5MB') // => undefined
 * ```
 */
export function parseDuration(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text) ?? []
  const quantity = quantityOf(Number(amount), unit)
  return quantity?.unit === 'seconds' ? quantity.value * 1_000 : undefined
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const

/**
 * A duration as rules and Prometheus write it: the largest unit that makes it whole.
 *
 * @example
 * ```ts
 * writeDuration(1_800_000) // => '30m'
 * writeDuration(5_400_000) // => '90m'
 * writeDuration(250) // => '250ms'
 * ```
 */
export function writeDuration(ms: number): string {
  const found = UNITS.find(([, size]) => ms >= size && ms % size === 0)
  return found === undefined ? `${ms}ms` : `${ms / found[1]}${found[0]}`
}
