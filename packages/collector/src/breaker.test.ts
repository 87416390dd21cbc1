import { instrumentOf } from '@openpredict/market'
import { beforeEach, describe, expect, it } from 'vitest'

import { reportOf } from '../test/machine.ts'
import { Breaker } from './breaker.ts'
import type { CycleReport } from './cycle-report.ts'
import type { Failure } from './failure.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const instrument = instrumentOf('NQ=F')

let breaker: Breaker
beforeEach(() => (breaker = new Breaker({ intervalMs: MINUTE })))

function failed(startedAt: number, code: string, more: Partial<Failure & CycleReport> = {}): CycleReport {
  const { retryAfterMs, category = 'network', failedStep = 'fetch' } = more
  const failure = { category, code, message: '', hint: '', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  return reportOf({ instrument, status: 'failed', startedAt, failedStep, failure })
}

function limited(startedAt: number, retryAfterMs?: number): CycleReport {
  return failed(startedAt, 'rate-limited', retryAfterMs === undefined ? {} : { retryAfterMs })
}

function fine(startedAt: number): CycleReport {
  return reportOf({ instrument, status: 'success', startedAt })
}

/** One cycle that takes six seconds. */
function run(report: CycleReport): string | undefined {
  expect(breaker.waitMs(report.startedAt)).toBe(0)
  return breaker.settle(breaker.enter(report.startedAt), report, report.startedAt + 6 * SECOND)
}

describe('Breaker', () => {
  it('lets everybody ask as long as the source answers', () => {
    expect(run(fine(0))).toBeUndefined()
    expect(run(failed(0, 'timeout'))).toBeUndefined()
    expect(run(failed(0, 'http'))).toBeUndefined()
    expect(breaker.hold).toBeUndefined()
    expect(breaker.waitMs(0)).toBe(0)
  })

  it('leaves the source in peace for an interval from the start of the cycle that it refused', () => {
    expect(run(limited(0))).toBe('held')
    expect(breaker.hold).toMatchObject({
      until: MINUTE,
      symbol: 'NQ=F',
      refusals: 1,
      failure: { code: 'rate-limited' },
    })
    expect(breaker.waitMs(6 * SECOND)).toBe(54 * SECOND)
  })

  it('doubles the hold with each further refusal, up to fifteen minutes', () => {
    let now = 0
    const holds: number[] = []
    for (let n = 0; n < 7; n++) {
      run(limited(now))
      const until = breaker.hold?.until ?? 0
      holds.push((until - now) / MINUTE)
      now = until
    }
    expect(holds).toEqual([1, 2, 4, 8, 15, 15, 15])
    expect(run(fine(now))).toBe('released')
    run(limited(now))
    expect(breaker.hold).toMatchObject({ until: now + MINUTE, refusals: 1 })
  })

  it('holds for as long as the source asks from its answer on, but for an hour at the most', () => {
    run(limited(0, 5 * MINUTE))
    expect(breaker.hold?.until).toBe(6 * SECOND + 5 * MINUTE)
    breaker = new Breaker({ intervalMs: MINUTE })
    run(limited(0, 24 * 60 * MINUTE))
    expect(breaker.hold?.until).toBe(6 * SECOND + 60 * MINUTE)
  })

  it('obeys a source in trouble that says when to come back, without doubling', () => {
    let now = 0
    for (let n = 0; n < 3; n++) {
      run(failed(now, 'http', { retryAfterMs: 20 * SECOND }))
      expect(breaker.hold?.until).toBe(now + 26 * SECOND)
      now += 26 * SECOND
    }
    expect(breaker.hold?.refusals).toBe(0)
  })

  it('does not hold when the source asks for no time at all', () => {
    expect(run(failed(0, 'http', { retryAfterMs: 0 }))).toBeUndefined()
    expect(breaker.waitMs(6 * SECOND)).toBe(0)
  })

  it('lets one instrument ask alone, and all others once it is answered', () => {
    run(limited(0))
    const probe = breaker.enter(MINUTE)
    expect(probe.probe).toBe(true)
    expect(breaker.waitMs(MINUTE + SECOND)).toBe(MINUTE - SECOND)
    expect(breaker.settle(probe, fine(MINUTE), MINUTE + SECOND)).toBe('released')
    expect(breaker.waitMs(MINUTE + SECOND)).toBe(0)
    expect(breaker.enter(MINUTE + SECOND).probe).toBe(false)
  })

  it('takes an unknown symbol, a malformed answer and a full disk for an answer of the source', () => {
    for (const report of [
      failed(MINUTE, 'unknown-symbol', { category: 'data' }),
      failed(MINUTE, 'malformed', { category: 'data' }),
      failed(MINUTE, 'disk-full', { category: 'database', failedStep: 'store_ohlc' }),
    ]) {
      breaker = new Breaker({ intervalMs: MINUTE })
      run(limited(0))
      expect(run(report)).toBe('released')
    }
  })

  it('tries again an interval later, still alone, when nothing was heard', () => {
    run(limited(0))
    expect(run(failed(MINUTE, 'timeout'))).toBe('held')
    expect(breaker.hold).toMatchObject({ until: 2 * MINUTE, refusals: 1, failure: { code: 'timeout' } })
    expect(breaker.enter(2 * MINUTE).probe).toBe(true)
  })

  it('does not wait longer than an interval for one that hangs', () => {
    run(limited(0))
    const hanging = breaker.enter(MINUTE)
    expect(breaker.waitMs(2 * MINUTE)).toBe(0)
    const second = breaker.enter(2 * MINUTE)
    expect(second.probe).toBe(true)
    expect(breaker.settle(second, fine(2 * MINUTE), 2 * MINUTE)).toBe('released')
    expect(breaker.settle(hanging, limited(MINUTE), 3 * MINUTE)).toBeUndefined()
    expect(breaker.hold).toBeUndefined()
  })

  it('learns nothing from cycles that were under way already, but for a longer time', () => {
    const [a, b, c, d] = [0, 0, 0, 0].map(() => breaker.enter(0))
    if (!a || !b || !c || !d) throw new Error('four passes')
    expect(breaker.settle(a, limited(0, 2 * MINUTE), 0)).toBe('held')
    expect(breaker.settle(b, fine(0), SECOND)).toBeUndefined()
    expect(breaker.settle(c, limited(0), SECOND)).toBeUndefined()
    expect(breaker.hold).toMatchObject({ until: 2 * MINUTE, refusals: 1 })
    expect(breaker.settle(d, limited(0, 3 * MINUTE), SECOND)).toBe('held')
    expect(breaker.hold).toMatchObject({ until: 3 * MINUTE + SECOND, refusals: 1 })
  })

  it('moves with a clock that is set back', () => {
    run(limited(0))
    breaker.shift(-60 * MINUTE)
    expect(breaker.waitMs(-60 * MINUTE + 6 * SECOND)).toBe(54 * SECOND)
    breaker.enter(-59 * MINUTE)
    breaker.shift(-60 * MINUTE)
    expect(breaker.waitMs(-119 * MINUTE)).toBe(MINUTE)
  })

  it('learns nothing from a cycle that was cut off', () => {
    run(limited(0))
    expect(breaker.settle(breaker.enter(MINUTE), undefined, MINUTE)).toBeUndefined()
    expect(breaker.waitMs(MINUTE)).toBe(0)
    expect(breaker.hold).toBeDefined()
  })

  it.each(['warmUpFailure', 'healingFailure'] as const)('takes a refusal for one also where it is the %s', (name) => {
    const said = { category: 'network', code: 'rate-limited', message: '', hint: '', retryAfterMs: 5 * MINUTE } as const
    expect(run({ ...fine(0), [name]: said })).toBe('held')
    expect(breaker.hold).toMatchObject({ until: 5 * MINUTE + 6 * SECOND, failure: said, refusals: 1 })
    expect(run({ ...fine(6 * MINUTE), [name]: { ...said, code: 'http', retryAfterMs: undefined } })).toBe('released')
  })
})
