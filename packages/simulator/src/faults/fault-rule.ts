import { formatInstant, instrumentOf, parseInstant } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import type { Fault, FaultRule } from './fault.ts'
import { FAULT_KINDS, type FaultParameter, isFaultKind, isMarketFault } from './fault-kinds.ts'

/** The parameters that say when and to whom, of every kind. */
const COMMON: Readonly<Record<'symbol' | 'from' | 'to' | 'rate' | 'times', FaultParameter>> = {
  symbol: {
    name: 'symbol',
    property: 'symbol',
    expected: 'a symbol such as NQ=F',
    read: (text) => text,
    isValid: (value) => passes(() => instrumentOf(String(value))),
  },
  from: instant('from'),
  to: instant('to'),
  rate: {
    name: 'rate',
    property: 'rate',
    expected: 'a number above 0, at most 1',
    read: Number,
    isValid: (value) => typeof value === 'number' && value > 0 && value <= 1,
  },
  times: {
    name: 'times',
    property: 'times',
    expected: 'a whole number of 1 or more',
    read: Number,
    isValid: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
}

function instant(name: string): FaultParameter {
  return {
    name,
    property: name,
    expected: 'an instant such as 2024-07-01T13:30:00Z',
    read(text) {
      try {
        return parseInstant(text)
      } catch {
        return Number.NaN
      }
    },
    isValid: (value) => typeof value === 'number' && passes(() => formatInstant(value)),
  }
}

/**
 * Reads a fault as the command line writes it: its kind, and after a colon its parameters with commas between them.
 *
 * Beside those of its kind, every fault takes `symbol`, `from`, `to` (instants of market time), `rate` (the
 * probability for a request, or the share of bars) and, unless it is one of the market, `times`. Throws a
 * `SimulatorError` of kind `fault` that says what was found and what is expected.
 *
 * @example
 * ```ts
 * parseFault('429:retry-after=30') // => { fault: { kind: '429', retryAfterSeconds: 30 } }
 * parseFault('reset:at=body,times=2') // => { fault: { kind: 'reset', at: 'body' }, times: 2 }
 * parseFault('random:rate=0.1') // => { fault: { kind: 'random' }, rate: 0.1 }
 * ```
 */
export function parseFault(text: string): FaultRule {
  const colon = text.indexOf(':')
  const kind = (colon < 0 ? text : text.slice(0, colon)).trim()
  if (!isFaultKind(kind)) throw unknownKind(text, kind)
  const fault: Record<string, unknown> = { kind }
  const rule: Record<string, unknown> = {}
  const own = FAULT_KINDS[kind]
  const parts = colon < 0 ? [] : text.slice(colon + 1).split(',')
  for (const part of parts) {
    const [name, value] = splitAt(part, part.indexOf('='))
    const parameter = own.find((known) => known.name === name)
    const common = Object.values(COMMON).find((known) => known.name === name)
    const found = parameter ?? common
    if (found === undefined || value === undefined) {
      const names = [...own, ...Object.values(COMMON)].map((known) => `${known.name}=`)
      throw failed(text, part, `one of ${names.join(', ')}`)
    }
    const read = found.read(value)
    if (!found.isValid(read)) throw failed(text, part, `${found.name} to be ${found.expected}`)
    ;(parameter === undefined ? rule : fault)[found.property] = read
  }
  return checkedRule({ ...rule, fault: fault as unknown as Fault }, text)
}

/** The rule itself, when it can be. Throws a `SimulatorError` of kind `fault` when it cannot. */
export function checkedRule(rule: FaultRule, text: string = rule.fault.kind): FaultRule {
  const { fault, from = -Infinity, to = Infinity } = rule
  const { kind } = fault
  if (!isFaultKind(kind)) throw unknownKind(text, String(kind))
  checkValues(fault, FAULT_KINDS[kind], text)
  checkValues(rule, Object.values(COMMON), text)
  if (from >= to) throw failed(text, `from ${from} to ${to}`, 'from to be before to')
  if (isMarketFault(fault) && rule.times !== undefined) {
    throw failed(text, `times=${rule.times}`, 'from and to: a fault of the market is not one of requests')
  }
  if (kind === 'growing-delay' && rule.rate !== undefined) {
    throw failed(text, `rate=${rule.rate}`, 'from, to, per-minute and most')
  }
  return rule
}

function checkValues(values: object, parameters: readonly FaultParameter[], text: string): void {
  for (const { name, property, expected, isValid } of parameters) {
    const value = (values as Readonly<Record<string, unknown>>)[property]
    if (value !== undefined && !isValid(value))
      throw failed(text, `${name}=${JSON.stringify(value)}`, `${name} to be ${expected}`)
  }
}

function unknownKind(text: string, kind: string): SimulatorError {
  return failed(text, kind, `one of ${Object.keys(FAULT_KINDS).join(', ')}`)
}

function failed(fault: string, found: string, expected: string): SimulatorError {
  return new SimulatorError(`fault "${fault}": found "${found}", expected ${expected}`, {
    kind: 'fault',
    fault,
    found,
    expected,
  })
}

function splitAt(text: string, index: number): readonly [string, string?] {
  return index < 0 ? [text.trim()] : [text.slice(0, index).trim(), text.slice(index + 1).trim()]
}

function passes(check: () => unknown): boolean {
  try {
    check()
    return true
  } catch {
    return false
  }
}
