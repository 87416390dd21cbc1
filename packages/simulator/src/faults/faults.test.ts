import { createManualClock, instrumentOf, type ManualClock, parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { SimulatorError } from '../errors.ts'
import { createMarket } from '../market.ts'
import type { FaultPlan, FaultRule } from './fault.ts'
import type { FaultLog } from './fault-log.ts'
import { createFaultSchedule } from './fault-schedule.ts'
import { FaultDesk } from './faults.ts'

const MINUTE = 60_000
const nq = createMarket()
const es = createMarket({ instrument: instrumentOf('ES=F') })
const start = parseInstant('2024-03-06T15:00:30Z')

function open(plan: FaultPlan | readonly FaultRule[], clock: ManualClock = createManualClock(start)) {
  const heard: FaultLog[] = []
  const desk = new FaultDesk({
    plan: 'rules' in plan ? plan : { rules: plan },
    listed: new Map([
      ['NQ=F', nq],
      ['ES=F', es],
    ]),
    startedAt: start,
    unseen: () => clock.now() - 10 * MINUTE,
    onFault: (entry) => heard.push(entry),
  })
  /** The faults that the next requests have, all of them taken. */
  function kinds(count: number, symbol = 'NQ=F', now = clock.now()): readonly string[] {
    return Array.from({ length: count }, () => {
      const { fault, take } = desk.decide(symbol, now)
      take()
      return fault?.fault.kind ?? '-'
    })
  }
  return { desk, heard, kinds, clock }
}

describe('faults that are scripted', () => {
  it('happen to the next requests in order, and then no more', () => {
    const { desk, kinds } = open([])
    expect(kinds(1)).toEqual(['-'])
    desk.next({ kind: 'hang' })
    desk.next({ kind: '429' }, { times: 2 })
    expect(kinds(4)).toEqual(['hang', '429', '429', '-'])
  })

  it('happen to their symbol, in any case', () => {
    const { desk, kinds } = open([])
    desk.next({ kind: 'hang' }, { symbol: 'es=f' })
    expect([kinds(1), kinds(2, 'ES=F')]).toEqual([['-'], ['hang', '-']])
  })

  it('come before what is planned', () => {
    const { desk, kinds } = open([{ fault: { kind: '500' } }])
    desk.next({ kind: 'hang' })
    expect(kinds(3)).toEqual(['hang', '500', '500'])
  })

  it('wait for a request to which they can happen', () => {
    const { desk, kinds } = open([])
    desk.next({ kind: 'null-rows' })
    // Not taken: the answer had no rows.
    expect(desk.decide('NQ=F', start).fault?.fault.kind).toBe('null-rows')
    expect(kinds(2)).toEqual(['null-rows', '-'])
  })

  it('cannot be what cannot be', () => {
    const { desk } = open([])
    expect(() => desk.next({ kind: 'slow', seconds: 0 })).toThrow(SimulatorError)
    expect(() => desk.next({ kind: 'hang' }, { times: 0 })).toThrow(SimulatorError)
    expect(() => desk.add({ fault: { kind: 'late-bars' }, times: 1 })).toThrow(SimulatorError)
  })
})

describe('rules', () => {
  it('hold from one instant of market time up to another', () => {
    const { kinds } = open([{ fault: { kind: '503' }, from: start + MINUTE, to: start + 2 * MINUTE }])
    const at = [0, 1, 1.99, 2].map((minutes) => kinds(1, 'NQ=F', start + minutes * MINUTE)[0])
    expect(at).toEqual(['-', '503', '503', '-'])
  })

  it('end after so many requests, and the next rule has its turn', () => {
    const { kinds } = open([{ fault: { kind: '502' }, times: 2 }, { fault: { kind: '504' } }])
    expect(kinds(3)).toEqual(['502', '502', '504'])
  })

  it('happen by chance as often as they are told, each symbol with its own luck', () => {
    const plan = createFaultSchedule({ seed: 4, rates: { '429': 0.25, hang: 0.1 } })
    const [once, again] = [open(plan), open(plan)]
    const luck = once.kinds(2000)
    const share = (kind: string): number => luck.filter((found) => found === kind).length / luck.length
    expect(share('429')).toBeCloseTo(0.25, 1)
    // Of the three quarters that are left.
    expect(share('hang')).toBeCloseTo(0.075, 1)
    expect(share('hang')).toBeGreaterThan(0.05)
    expect(again.kinds(2000)).toEqual(luck)
    expect(again.kinds(2000, 'ES=F')).not.toEqual(luck)
    expect(open({ ...plan, seed: 5 }).kinds(2000)).not.toEqual(luck)
  })

  it('let chance choose the kind', () => {
    const of = open([{ fault: { kind: 'random', kinds: ['hang', 'html'] } }]).kinds(200)
    expect(new Set(of)).toEqual(new Set(['hang', 'html']))
    const any = new Set(open([{ fault: { kind: 'random' } }]).kinds(500))
    expect(any.size).toBe(18)
    expect(any).not.toContain('404')
  })

  it('can be added, and all be ended', () => {
    const { desk, kinds } = open([{ fault: { kind: '500' } }, { fault: { kind: 'late-bars' }, rate: 1 }])
    desk.add({ fault: { kind: 'growing-delay' } })
    desk.next({ kind: 'hang' }, { times: 9 })
    expect(kinds(1)).toEqual(['hang'])
    expect(desk.extraDelay('NQ=F', start + 4 * MINUTE)).toBe(MINUTE)
    expect(desk.alterations('NQ=F', start - 30 * MINUTE, start)).toHaveLength(30)
    desk.clear()
    expect(kinds(2)).toEqual(['-', '-'])
    expect(desk.extraDelay('NQ=F', start + 4 * MINUTE)).toBe(0)
    expect(desk.alterations('NQ=F', start - 30 * MINUTE, start)).toEqual([])
    expect(desk.shown(nq, start)).toBe(nq)
    expect(desk.log).toHaveLength(1)
  })

  it('of bars begin with those that nobody has seen closed, when they are added', () => {
    const { desk, clock } = open([])
    clock.advance(MINUTE)
    desk.add({ fault: { kind: 'late-bars' }, rate: 1 })
    desk.add({ fault: { kind: 'bad-ticks' }, rate: 1, from: start - 30 * MINUTE, symbol: 'ES=F' })
    const [first] = desk.alterations('NQ=F', start - 30 * MINUTE, start)
    // Of 15:01:30 the source knows 14:51:30: the bar of 14:51 has not closed.
    expect(first?.time).toBe(parseInstant('2024-03-06T14:52:00Z'))
    expect(
      desk.alterations('ES=F', start - 30 * MINUTE, start).filter(({ kind }) => kind === 'bad-ticks'),
    ).toHaveLength(30)
  })

  it('need a seed that is a whole number', () => {
    expect(() => open({ seed: 1.5, rules: [] })).toThrow(
      new SimulatorError('seed 1.5: expected a whole number', { kind: 'seed', found: 1.5 }),
    )
    expect(() => open([{ fault: { kind: 'hang' }, rate: 7 }])).toThrow(SimulatorError)
  })
})

describe('the log of faults', () => {
  it('says when, to whom and what, and tells the listener', () => {
    const { desk, heard, kinds } = open([])
    kinds(2, 'ES=F')
    desk.next({ kind: '429', retryAfterSeconds: 3 })
    kinds(1, 'ES=F')
    const fault = { kind: '429', retryAfterSeconds: 3 }
    expect(desk.log).toEqual([{ time: start, symbol: 'ES=F', request: 3, kind: '429', fault }])
    expect(heard).toEqual(desk.log)
  })

  it('tells of each altered bar and each stretch of delay once, when it is first shown', () => {
    const { desk } = open([
      { fault: { kind: 'late-bars', minutes: 2 }, rate: 1, from: start - 15 * MINUTE },
      { fault: { kind: 'growing-delay', secondsPerMinute: 60 }, from: start + MINUTE, to: start + 3 * MINUTE },
    ])
    const show = (minutes: number, request: number) => {
      const time = start + minutes * MINUTE
      const visible = time - 10 * MINUTE - desk.extraDelay('NQ=F', time)
      desk.noteShown({ time, symbol: 'NQ=F', request, visible, from: start - 30 * MINUTE, to: time })
    }
    show(0, 1)
    show(0, 2)
    // Of 14:50:30 three minutes are missing: 14:47 has closed and not been shown for two minutes less half a minute.
    const missing = desk.log.map((entry) => ('bar' in entry ? entry.bar.time : 0))
    expect(missing).toEqual(['2024-03-06T14:48:00Z', '2024-03-06T14:49:00Z'].map(parseInstant))
    expect(desk.log[0]).toMatchObject({ kind: 'late-bars', request: 1, bar: { truth: nq.bar(missing[0] ?? 0) } })
    for (const [i, minutes] of [1, 1.5, 2, 3].entries()) show(minutes, 3 + i)
    const delays = desk.log.filter(({ kind }) => kind === 'growing-delay')
    expect(delays).toEqual([
      { time: start + 1.5 * MINUTE, symbol: 'NQ=F', request: 4, kind: 'growing-delay', extraMs: 30_000 },
    ])
    desk.noteShown({ time: start, symbol: 'XX=F', request: 1, visible: start, from: 0, to: start })
    expect(new Set(desk.log.map(({ symbol }) => symbol))).toEqual(new Set(['NQ=F']))
  })
})

describe('the truth', () => {
  it('is what bars are in the end', () => {
    const { desk } = open([{ fault: { kind: 'bad-ticks', minutes: Infinity }, rate: 1 }])
    const [from, to] = [start - 30_000 - 5 * MINUTE, start]
    expect(desk.truth('nq=f', from, to).toArray()).toEqual(desk.alterations('NQ=F', from, to).map(({ shown }) => shown))
    desk.clear()
    expect(desk.truth('NQ=F', from, to)).toEqual(nq.bars(from, to))
  })

  it('is not known of what is not listed', () => {
    const { desk } = open([])
    expect(desk.alterations('XX=F', 0, 1)).toEqual([])
    expect(() => desk.truth('XX=F', 0, 1)).toThrow('no market XX=F is listed: expected one of NQ=F, ES=F')
  })
})
