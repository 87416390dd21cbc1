import { instrumentOf } from '@openpredict/market'

import type { Fault, FaultKind, MarketFault, RequestFault, RequestFaultKind } from './fault.ts'

/** A parameter of a kind of fault: how it is called in text and in code, and how it is read and checked. */
export interface FaultParameter {
  readonly name: string
  readonly property: string
  readonly expected: string
  /** The value that a text stands for; one that `isValid` refuses when it stands for none. */
  readonly read: (text: string) => unknown
  readonly isValid: (value: unknown) => boolean
}

function number(name: string, property: string, expected: string, isValid: (value: number) => boolean): FaultParameter {
  return {
    name,
    property,
    expected,
    read: (text) => (text.trim() === '' ? Number.NaN : Number(text)),
    isValid: (value) => typeof value === 'number' && isValid(value),
  }
}

function choice(name: string, property: string, ...words: readonly string[]): FaultParameter {
  return {
    name,
    property,
    expected: words.join(' or '),
    read: (text) => text,
    isValid: (value) => words.some((word) => word === value),
  }
}

const RETRY_AFTER = [
  number('retry-after', 'retryAfterSeconds', 'seconds, 0 or more', (value) => value >= 0 && value < 1e9),
  choice('as', 'retryAfterAs', 'seconds', 'date'),
]
const SHARE = number('share', 'share', 'a number above 0, at most 1', (value) => value > 0 && value <= 1)
const MINUTES: FaultParameter = {
  ...number('minutes', 'minutes', 'minutes, above 0, or always', (value) => value > 0),
  read: (text) => (text === 'always' ? Infinity : text.trim() === '' ? Number.NaN : Number(text)),
}

/** Yahoo's own refusals: they say something about the request, and do not pass by themselves. */
const REFUSALS: readonly string[] = ['400', '404', '422']

/** The parameters of each kind of fault, in the order in which messages list the kinds. */
export const FAULT_KINDS: Readonly<Record<FaultKind, readonly FaultParameter[]>> = {
  '429': RETRY_AFTER,
  '500': [],
  '502': [],
  '503': RETRY_AFTER,
  '504': [],
  '400': [choice('reason', 'reason', 'no-data', 'invalid', 'plain-text')],
  '404': [],
  '422': [choice('reason', 'reason', 'span', 'age')],
  html: [],
  truncated: [number('keep', 'keep', 'a share from 0, below 1', (value) => value >= 0 && value < 1)],
  'null-result': [],
  'missing-meta': [],
  reset: [choice('at', 'at', 'headers', 'body')],
  hang: [],
  slow: [number('seconds', 'seconds', 'seconds, above 0', (value) => value > 0 && value < 1e6)],
  'null-rows': [SHARE],
  duplicates: [SHARE],
  'out-of-order': [],
  'trading-periods': [choice('shape', 'shape', 'lists', 'object')],
  'quote-on-minute': [],
  'wrong-symbol': [
    {
      name: 'as',
      property: 'as',
      expected: 'a symbol such as ES=F',
      read: (text) => text.toUpperCase(),
      isValid: isSymbol,
    },
  ],
  random: [
    {
      name: 'kinds',
      property: 'kinds',
      expected: 'kinds of requests with a + between them, such as 429+hang',
      read: (text) => text.split('+'),
      isValid: (value) => Array.isArray(value) && value.length > 0 && value.every(isRequestFaultKind),
    },
  ],
  'late-bars': [MINUTES],
  'revised-bars': [MINUTES],
  'bad-ticks': [
    MINUTES,
    number('percent', 'percent', 'a number above 0, below 100', (value) => value > 0 && value < 100),
  ],
  'growing-delay': [
    number('per-minute', 'secondsPerMinute', 'seconds above 0, at most 60', (value) => value > 0 && value <= 60),
    number('most', 'mostMinutes', 'minutes, above 0', (value) => value > 0 && value < 1e6),
  ],
}

const MARKET_KINDS: readonly string[] = ['late-bars', 'revised-bars', 'bad-ticks', 'growing-delay']

/** What `random` chooses from unless told otherwise: everything that passes by itself. */
export const RANDOM_KINDS: readonly RequestFaultKind[] = Object.keys(FAULT_KINDS)
  .filter(isRequestFaultKind)
  .filter((kind) => !REFUSALS.includes(kind))

export function isFaultKind(kind: unknown): kind is FaultKind {
  return typeof kind === 'string' && Object.hasOwn(FAULT_KINDS, kind)
}

export function isMarketFault(fault: Fault): fault is MarketFault {
  return MARKET_KINDS.includes(fault.kind)
}

export function isRequestFaultKind(kind: unknown): kind is RequestFaultKind {
  return isFaultKind(kind) && kind !== 'random' && !MARKET_KINDS.includes(kind)
}

/** A fault of a kind with nothing but defaults. */
export function plainFault(kind: RequestFaultKind): RequestFault {
  return { kind }
}

function isSymbol(value: unknown): boolean {
  try {
    return typeof value === 'string' && instrumentOf(value).symbol === value
  } catch {
    return false
  }
}
