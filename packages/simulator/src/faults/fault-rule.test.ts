import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { SimulatorError } from '../errors.ts'
import type { Fault, FaultRule } from './fault.ts'
import { FAULT_KINDS, isRequestFaultKind, RANDOM_KINDS } from './fault-kinds.ts'
import { checkedRule, parseFault } from './fault-rule.ts'

const KINDS = Object.keys(FAULT_KINDS)

describe('parseFault', () => {
  it.each(KINDS)('reads %s alone', (kind) => {
    expect(parseFault(kind)).toEqual({ fault: { kind } })
  })

  it.each<[string, FaultRule]>([
    ['429:retry-after=30', { fault: { kind: '429', retryAfterSeconds: 30 } }],
    ['503:retry-after=5,as=date', { fault: { kind: '503', retryAfterSeconds: 5, retryAfterAs: 'date' } }],
    ['400:reason=plain-text', { fault: { kind: '400', reason: 'plain-text' } }],
    ['422:reason=age', { fault: { kind: '422', reason: 'age' } }],
    ['truncated:keep=0.9', { fault: { kind: 'truncated', keep: 0.9 } }],
    ['reset:at=body,times=2', { fault: { kind: 'reset', at: 'body' }, times: 2 }],
    ['slow:seconds=1.5', { fault: { kind: 'slow', seconds: 1.5 } }],
    ['null-rows:share=1', { fault: { kind: 'null-rows', share: 1 } }],
    ['duplicates:share=0.5', { fault: { kind: 'duplicates', share: 0.5 } }],
    ['trading-periods:shape=object', { fault: { kind: 'trading-periods', shape: 'object' } }],
    ['wrong-symbol:as=rty=f', { fault: { kind: 'wrong-symbol', as: 'RTY=F' } }],
    ['random:rate=0.1', { fault: { kind: 'random' }, rate: 0.1 }],
    ['random:kinds=429+hang', { fault: { kind: 'random', kinds: ['429', 'hang'] } }],
    ['late-bars:minutes=12,rate=0.02', { fault: { kind: 'late-bars', minutes: 12 }, rate: 0.02 }],
    ['bad-ticks:minutes=always,percent=5', { fault: { kind: 'bad-ticks', minutes: Infinity, percent: 5 } }],
    [
      'growing-delay:per-minute=30,most=20',
      { fault: { kind: 'growing-delay', secondsPerMinute: 30, mostMinutes: 20 } },
    ],
    [
      '503:from=2024-06-05T14:40:00Z,to=2024-06-05T14:50:00Z',
      { fault: { kind: '503' }, from: parseInstant('2024-06-05T14:40Z'), to: parseInstant('2024-06-05T14:50Z') },
    ],
    [' hang : symbol = es=f , times = 3 ', { fault: { kind: 'hang' }, symbol: 'es=f', times: 3 }],
  ])('reads %s', (text, rule) => {
    expect(parseFault(text)).toEqual(rule)
  })

  it.each([
    ['', '', `one of ${KINDS.join(', ')}`],
    ['430', '430', `one of ${KINDS.join(', ')}`],
    ['toString', 'toString', `one of ${KINDS.join(', ')}`],
    ['429:', '', 'one of retry-after=, as=, symbol=, from=, to=, rate=, times='],
    ['429:retry', 'retry', 'one of retry-after=, as=, symbol=, from=, to=, rate=, times='],
    ['hang:retry-after=3', 'retry-after=3', 'one of symbol=, from=, to=, rate=, times='],
    ['429:retry-after=soon', 'retry-after=soon', 'retry-after to be seconds, 0 or more'],
    ['429:retry-after=', 'retry-after=', 'retry-after to be seconds, 0 or more'],
    ['429:as=week', 'as=week', 'as to be seconds or date'],
    ['truncated:keep=1', 'keep=1', 'keep to be a share from 0, below 1'],
    ['slow:seconds=0', 'seconds=0', 'seconds to be seconds, above 0'],
    ['null-rows:share=0', 'share=0', 'share to be a number above 0, at most 1'],
    ['late-bars:minutes=', 'minutes=', 'minutes to be minutes, above 0, or always'],
    ['bad-ticks:percent=100', 'percent=100', 'percent to be a number above 0, below 100'],
    ['growing-delay:per-minute=61', 'per-minute=61', 'per-minute to be seconds above 0, at most 60'],
    ['wrong-symbol:as=N Q', 'as=N Q', 'as to be a symbol such as ES=F'],
    ['random:kinds=hang+late-bars', 'kinds=hang+late-bars', 'kinds to be kinds of requests with a + between them'],
    ['hang:symbol=N Q', 'symbol=N Q', 'symbol to be a symbol such as NQ=F'],
    ['hang:from=yesterday', 'from=yesterday', 'from to be an instant such as 2024-07-01T13:30:00Z'],
    ['hang:rate=2', 'rate=2', 'rate to be a number above 0, at most 1'],
    ['hang:times=0', 'times=0', 'times to be a whole number of 1 or more'],
    ['hang:times=1.5', 'times=1.5', 'times to be a whole number of 1 or more'],
    ['hang:from=2024-06-05,to=2024-06-05', 'from 1717545600000 to 1717545600000', 'from to be before to'],
    ['late-bars:times=2', 'times=2', 'from and to: a fault of the market'],
    ['growing-delay:rate=0.5', 'rate=0.5', 'from, to, per-minute and most'],
  ])('refuses "%s"', (text, found, expected) => {
    let caught: unknown
    try {
      parseFault(text)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SimulatorError)
    expect(caught).toMatchObject({
      message: expect.stringContaining(`fault "${text}": found "${found}", expected ${expected}`) as string,
      failure: { kind: 'fault', fault: text, found, expected: expect.stringContaining(expected) as string },
    })
  })
})

describe('checkedRule', () => {
  it('checks what code gives as it checks text', () => {
    expect(checkedRule({ fault: { kind: 'slow', seconds: 3 }, times: 2 })).toEqual({
      fault: { kind: 'slow', seconds: 3 },
      times: 2,
    })
    for (const fault of [
      { kind: 'slow', seconds: -3 },
      { kind: 'nothing' },
      { kind: 'late-bars', minutes: Number.NaN },
    ] as Fault[]) {
      expect(() => checkedRule({ fault })).toThrow(SimulatorError)
    }
    expect(() => checkedRule({ fault: { kind: 'hang' }, from: Number.NaN })).toThrow('expected from to be an instant')
  })
})

describe('the kinds', () => {
  it('that chance may choose are all of requests but the refusals', () => {
    const ofRequests = KINDS.filter(isRequestFaultKind)
    expect(KINDS.filter((kind) => !isRequestFaultKind(kind))).toEqual([
      'random',
      'late-bars',
      'revised-bars',
      'bad-ticks',
      'growing-delay',
    ])
    expect(ofRequests.filter((kind) => !RANDOM_KINDS.includes(kind))).toEqual(['400', '404', '422'])
  })

  it('stand in the README with all their parameters', () => {
    const page = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8')
    for (const [kind, parameters] of Object.entries(FAULT_KINDS)) {
      const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${kind}\``))
      expect(row ?? `no row of ${kind}`).toContain(`| \`${kind}\``)
      for (const { name } of parameters) expect(row).toContain(`\`${name}`)
    }
  })
})
