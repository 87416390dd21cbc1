import { instrumentOf } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { cycleAt, HOUR, MINUTE, SECOND, START } from '../../test/metric-stream.ts'
import { Measurements } from '../metrics/measurements.ts'
import type { AlertNotification } from './alert.ts'
import { AlertEngine, type AlertEngineOptions } from './alert-engine.ts'
import { type AlertRule, type AlertRuleOptions, createAlertRule } from './alert-rule.ts'

/** A late bar pages; `more` makes it another rule. */
function late(more: Partial<AlertRuleOptions> = {}): AlertRule {
  return createAlertRule({
    name: 'late',
    condition: 'last_ohlc_age > 5m',
    severity: 'critical',
    notification: ['pagerduty'],
    ...more,
  })
}

const LEVELS = [
  { level: 'team lead', afterMs: 30 * MINUTE, notification: ['lead'] },
  { level: 'engineering manager', afterMs: HOUR, notification: ['manager'] },
]

/** An engine over instruments whose lag is set by hand, one cycle for each evaluation. */
class Scene {
  readonly engine: AlertEngine
  readonly #measurements: Measurements
  readonly #symbols: readonly string[]

  constructor(options: AlertEngineOptions, symbols: readonly string[] = ['NQ=F']) {
    this.engine = new AlertEngine(options)
    this.#symbols = symbols
    this.#measurements = new Measurements({ instruments: symbols.map((symbol) => instrumentOf(symbol)) })
  }

  /** What is told at an instant, where these instruments are late; `undefined`: nothing is known of any. */
  at(ms: number, lateOnes: readonly string[] | undefined): readonly AlertNotification[] {
    for (const instrument of this.#symbols) {
      const lag = lateOnes === undefined ? {} : { lag_ms: lateOnes.includes(instrument) ? 6 * MINUTE : 0 }
      const cycle = cycleAt(START + ms, { instrument })
      const { lag_ms: _, ...rest } = cycle.measures as Readonly<Record<string, number>>
      this.#measurements.addCycle({ ...cycle, measures: { ...rest, ...lag } })
    }
    return this.engine.evaluate(this.#measurements, START + ms).notifications
  }

  /** How the only alert stands now. */
  states(ms: number): readonly string[] {
    return this.engine.evaluate(this.#measurements, START + ms).alerts.map(({ state }) => state)
  }
}

const kinds = (told: readonly AlertNotification[]): readonly string[] => told.map(({ kind }) => kind)
const NQ = ['NQ=F']

describe('an alert', () => {
  it('is pending for as long as its rule says, fires, is told again, and is resolved once', () => {
    const scene = new Scene({ rules: [late({ forMs: 5 * MINUTE, repeatMs: HOUR })] })
    expect(scene.at(0, [])).toEqual([])
    expect(scene.states(0)).toEqual(['inactive'])
    expect(scene.at(MINUTE, NQ)).toEqual([])
    expect(scene.states(MINUTE)).toEqual(['pending'])
    expect(scene.at(6 * MINUTE - 1, NQ)).toEqual([])
    expect(kinds(scene.at(6 * MINUTE, NQ))).toEqual(['firing'])
    expect(scene.states(6 * MINUTE)).toEqual(['firing'])
    expect(scene.at(66 * MINUTE - 1, NQ)).toEqual([])
    expect(kinds(scene.at(66 * MINUTE, NQ))).toEqual(['repeat'])
    expect(kinds(scene.at(67 * MINUTE, []))).toEqual(['resolved'])
    expect(scene.states(67 * MINUTE)).toEqual(['resolved'])
    expect(scene.at(68 * MINUTE, [])).toEqual([])
    expect(scene.at(69 * MINUTE, NQ)).toEqual([])
    expect(kinds(scene.at(74 * MINUTE, NQ))).toEqual(['firing'])
  })

  it('begins anew to be pending after a moment in which all was well', () => {
    const scene = new Scene({ rules: [late({ forMs: 5 * MINUTE })] })
    scene.at(0, NQ)
    scene.at(4 * MINUTE, [])
    expect(scene.at(5 * MINUTE, NQ)).toEqual([])
    expect(scene.at(9 * MINUTE, NQ)).toEqual([])
    expect(kinds(scene.at(10 * MINUTE, NQ))).toEqual(['firing'])
  })

  it('is unknown without data, and goes on firing when the data ends', () => {
    const scene = new Scene({ rules: [late()] })
    expect(scene.at(0, undefined)).toEqual([])
    expect(scene.states(0)).toEqual(['unknown'])
    expect(kinds(scene.at(MINUTE, NQ))).toEqual(['firing'])
    expect(scene.at(2 * MINUTE, undefined)).toEqual([])
    expect(scene.states(2 * MINUTE)).toEqual(['firing'])
    expect(kinds(scene.at(3 * MINUTE, []))).toEqual(['resolved'])
  })

  it('goes up level by level while it fires and nobody looks after it', () => {
    const scene = new Scene({ rules: [late({ escalation: LEVELS, repeatMs: 24 * HOUR })] })
    const told = (ms: number): readonly unknown[] =>
      scene.at(ms, NQ).map(({ kind, level, channels }) => [kind, level, channels])
    expect(told(0)).toEqual([['firing', undefined, ['pagerduty']]])
    expect(told(30 * MINUTE - 1)).toEqual([])
    expect(told(30 * MINUTE)).toEqual([['escalation', 'team lead', ['lead']]])
    expect(told(31 * MINUTE)).toEqual([])
    expect(told(HOUR - 1)).toEqual([])
    expect(told(HOUR)).toEqual([['escalation', 'engineering manager', ['manager']]])
    expect(told(5 * HOUR)).toEqual([])
    // Whoever was told learns of the end.
    expect(scene.at(6 * HOUR, [])[0]?.channels).toEqual(['pagerduty', 'lead', 'manager'])
  })

  it('is neither told again nor further up once somebody has acknowledged it; the end is told', () => {
    const scene = new Scene({ rules: [late({ escalation: LEVELS, repeatMs: 10 * MINUTE })] })
    scene.at(0, NQ)
    expect(scene.engine.acknowledge('other', START)).toBe(0)
    expect(scene.engine.acknowledge('late', START + MINUTE, 'NQ=F')).toBe(1)
    expect(scene.engine.acknowledge('late', START + MINUTE)).toBe(0)
    expect(scene.at(2 * HOUR, NQ)).toEqual([])
    expect(kinds(scene.at(3 * HOUR, []))).toEqual(['resolved'])
    // The next time is another one.
    expect(kinds(scene.at(4 * HOUR, NQ))).toEqual(['firing'])
  })
})

describe('silences', () => {
  const silence = {
    matchers: { alert: 'la*', instrument: 'NQ=F' },
    from: START,
    to: START + HOUR,
    reason: 'maintenance',
  }

  it('keep an alert quiet from their beginning to their end, and then it is told if it still fires', () => {
    const scene = new Scene({ rules: [late({ escalation: LEVELS })], silences: [silence] })
    expect(scene.at(0, NQ)).toEqual([])
    expect(scene.states(0)).toEqual(['firing'])
    expect(scene.at(HOUR - 1, NQ)).toEqual([])
    expect(kinds(scene.at(HOUR, NQ))).toContain('firing')
  })

  it('say nothing of an alert that came and went within them', () => {
    const scene = new Scene({ rules: [late()], silences: [silence] })
    scene.at(0, NQ)
    expect(scene.at(10 * MINUTE, [])).toEqual([])
  })

  it('hold for what they match alone', () => {
    const scene = new Scene({ rules: [late()], silences: [silence] }, ['NQ=F', 'ES=F'])
    const [told] = scene.at(0, ['NQ=F', 'ES=F'])
    expect(told?.alerts.map(({ instrument }) => instrument)).toEqual(['ES=F'])
    expect(
      new Scene({ rules: [late()], silences: [{ ...silence, matchers: { severity: 'warning' } }] }).at(0, NQ),
    ).toHaveLength(1)
    expect(new Scene({ rules: [late()], silences: [{ ...silence, from: START + 1 }] }).at(0, NQ)).toHaveLength(1)
  })

  it('can be set while the engine runs', () => {
    const scene = new Scene({ rules: [late()] })
    scene.engine.setSilences([silence])
    expect(scene.at(0, NQ)).toEqual([])
  })
})

describe('groups', () => {
  it('tell of several alerts at once, and how many still fire when some end', () => {
    const scene = new Scene({ rules: [late()] }, ['NQ=F', 'ES=F', 'BTC-USD'])
    const all = ['NQ=F', 'ES=F', 'BTC-USD']
    const told = scene.at(0, all)
    expect(told).toHaveLength(1)
    expect(told[0]?.alerts.map(({ instrument }) => instrument)).toEqual(all)
    const [some] = scene.at(MINUTE, ['BTC-USD'])
    expect(some).toMatchObject({ kind: 'resolved', remaining: 1, group: 'late' })
    expect(some?.alerts).toHaveLength(2)
    expect(scene.at(2 * MINUTE, [])[0]).toMatchObject({ kind: 'resolved', remaining: 0 })
  })

  it('join rules that name the same one and go over the same channels', () => {
    const rules = [
      late({ group: 'feed' }),
      late({ name: 'later', condition: 'last_ohlc_age > 2m', group: 'feed' }),
      late({ name: 'else', group: 'feed', notification: ['slack'] }),
    ]
    const told = new Scene({ rules }).at(0, NQ)
    expect(told.map(({ channels, alerts }) => [channels, alerts.map(({ rule }) => rule.name)])).toEqual([
      [['pagerduty'], ['late', 'later']],
      [['slack'], ['else']],
    ])
  })

  it('come with the worst first', () => {
    const rules = [late({ name: 'mild', severity: 'warning' }), late()]
    expect(new Scene({ rules }).at(0, NQ).map(({ group }) => group)).toEqual(['late', 'mild'])
  })
})

describe('a rule that says more of the same', () => {
  it('keeps the other one quiet while it fires', () => {
    const rules = [
      late({ inhibits: ['mild'] }),
      late({ name: 'mild', condition: 'last_ohlc_age > 1m', severity: 'warning' }),
    ]
    const scene = new Scene({ rules })
    expect(scene.at(0, NQ).map(({ group }) => group)).toEqual(['late'])
    expect(scene.states(0)).toEqual(['firing', 'firing'])
  })
})

describe('a restart', () => {
  it('goes on with what fires: nothing is told twice, times count from the beginning, the end is told', () => {
    const rules = [late({ escalation: LEVELS, repeatMs: 24 * HOUR })]
    const before = new Scene({ rules })
    before.at(0, NQ)
    before.at(30 * MINUTE, NQ)
    const kept = JSON.parse(JSON.stringify(before.engine.firing())) as ReturnType<AlertEngine['firing']>
    const after = new Scene({ rules, firing: kept })
    expect(after.at(31 * MINUTE, NQ)).toEqual([])
    expect(after.at(HOUR, NQ).map(({ level }) => level)).toEqual(['engineering manager'])
    expect(kinds(after.at(2 * HOUR, []))).toEqual(['resolved'])
    expect(after.engine.firing()).toEqual([])
  })

  it('begins anew with what was pending', () => {
    const rules = [late({ forMs: 5 * MINUTE })]
    const before = new Scene({ rules })
    before.at(0, NQ)
    const after = new Scene({ rules, firing: before.engine.firing() })
    expect(after.at(10 * MINUTE, NQ)).toEqual([])
    expect(kinds(after.at(15 * MINUTE, NQ))).toEqual(['firing'])
  })
})

it('gives the same notifications for the same measurements at the same instants', () => {
  const run = (): string => {
    const scene = new Scene({ rules: [late({ forMs: 10 * SECOND, repeatMs: MINUTE })] }, ['NQ=F', 'ES=F'])
    return JSON.stringify([0, 10, 20, 75, 80].map((second) => scene.at(second * SECOND, second < 80 ? NQ : [])))
  }
  expect(run()).toBe(run())
})
