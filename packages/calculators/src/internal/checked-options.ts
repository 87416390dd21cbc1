import { INTERVAL_MS, type Instrument, instrumentOf, intervalMs } from '@openpredict/market'

import type { CalculatorOptions } from '../calculator.ts'
import { CalculatorError } from '../errors.ts'

/** The options that all calculators share, checked, with their defaults. */
export interface CheckedOptions {
  readonly instrument: Instrument
  readonly decimals: number
  readonly interval: number
  readonly historyStart: number | undefined
}

const NQ = /* @__PURE__ */ instrumentOf('NQ=F')

/** Throws a `CalculatorError` of kind `option` for an option that cannot be. */
export function checkOptions(options: CalculatorOptions): CheckedOptions {
  const { instrument = NQ, interval = '1m', historyStart } = options
  const { decimals } = instrument
  requireOption(
    Number.isInteger(decimals) && decimals >= 0 && decimals <= 8,
    'instrument.decimals',
    decimals,
    'a whole number from 0 to 8',
  )
  requireOption(
    Object.hasOwn(INTERVAL_MS, interval),
    'interval',
    interval,
    `one of ${Object.keys(INTERVAL_MS).join(', ')}`,
  )
  requireOption(
    historyStart === undefined || Number.isSafeInteger(historyStart),
    'historyStart',
    historyStart,
    'an instant in epoch milliseconds',
  )
  return { instrument, decimals, interval: intervalMs(interval), historyStart }
}

/** Throws a `CalculatorError` of kind `option` for anything but a number from `least` up. */
export function requireNumber(option: string, found: number, least: number, unit: string): void {
  const holds = Number.isFinite(found) && found >= least
  requireOption(holds, option, found, `${unit}, ${least} or more`)
}

/** Throws a `CalculatorError` of kind `option` for anything but `true` and `false`. */
export function requireFlag(option: string, found: boolean): void {
  requireOption(typeof found === 'boolean', option, found, 'true or false')
}

/** Throws a `CalculatorError` of kind `option` for a list with anything in it but `known`, or with nothing, or twice. */
export function requireSome<T>(option: string, found: readonly T[], known: readonly T[]): void {
  const isList = Array.isArray(found) && found.length > 0 && new Set(found).size === found.length
  requireOption(
    isList && found.every((member) => known.includes(member)),
    option,
    found,
    `some of ${known.join(', ')}, each once`,
  )
}

/** The numbers by name that hold: those that were given, the usual ones for the rest. */
export function numbersByName<Name extends string>(
  option: string,
  usual: Readonly<Record<Name, number>>,
  given: Partial<Readonly<Record<Name, number>>> = {},
): Readonly<Record<Name, number>> {
  for (const [name, value] of Object.entries<number | undefined>(given)) {
    requireOption(Object.hasOwn(usual, name), option, name, `some of ${Object.keys(usual).join(', ')}`)
    if (value !== undefined) requireNumber(`${option}.${name}`, value, 0, 'a number')
  }
  const known = Object.entries<number | undefined>(given).filter(([, value]) => value !== undefined)
  return { ...usual, ...(Object.fromEntries(known) as Partial<Record<Name, number>>) }
}

/** Throws a `CalculatorError` of kind `option` unless `holds`. */
export function requireOption(holds: boolean, option: string, found: unknown, expected: string): asserts holds {
  if (holds) return
  const shown = typeof found === 'string' ? JSON.stringify(found) : String(found)
  throw new CalculatorError(`option ${option}: found ${shown}, expected ${expected}`, { kind: 'option', option, found })
}
