import { INTERVAL_MS, instrumentOf, intervalMs } from '@openpredict/market'

import type { CalculatorOptions } from '../calculator.ts'
import { CalculatorError } from '../errors.ts'

/** The options that all calculators share, checked, with their defaults. */
export interface CheckedOptions {
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
  return { decimals, interval: intervalMs(interval), historyStart }
}

/** Throws a `CalculatorError` of kind `option` unless `holds`. */
export function requireOption(holds: boolean, option: string, found: unknown, expected: string): asserts holds {
  if (holds) return
  const shown = typeof found === 'string' ? JSON.stringify(found) : String(found)
  throw new CalculatorError(`option ${option}: found ${shown}, expected ${expected}`, { kind: 'option', option, found })
}
