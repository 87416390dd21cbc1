import type { Measurements } from '../metrics/measurements.ts'
import type { Metric, MetricValue } from '../metrics/metric.ts'
import type { Alert, AlertNotification, AlertState, AlertValue } from './alert.ts'
import type { AlertRule } from './alert-rule.ts'
import { Announcer } from './announcer.ts'
import { matches, type Silence } from './silence.ts'

/** What is remembered of an alert from one evaluation to the next. Instants in epoch ms. */
export interface AlertMemory {
  state: AlertState
  since: number
  firedAt: number | undefined
  /** When somebody was told last. */
  notifiedAt: number | undefined
  /** The channels that were told, to tell them of the end too. */
  told: readonly string[]
  /** How many levels of the escalation were told. */
  escalated: number
  acknowledgedAt: number | undefined
}

/** What a new engine must know of an alert that fires: plain values, to be kept in a file. */
export interface FiringAlert {
  readonly rule: string
  readonly instrument: string | null
  readonly firedAt: number
  readonly notifiedAt: number | null
  readonly told: readonly string[]
  readonly escalated: number
  readonly acknowledgedAt: number | null
}

/** What the engine judges by. */
export interface AlertEngineOptions {
  readonly rules: readonly AlertRule[]
  /** @default none */
  readonly silences?: readonly Silence[]
  /** What another engine knew when it ended. @default nothing fires */
  readonly firing?: readonly FiringAlert[]
}

/** What an evaluation found. */
export interface Evaluation {
  /** Every rule, for every instrument that it is judged for. */
  readonly alerts: readonly Alert[]
  /** Who has to be told of what, the worst first. */
  readonly notifications: readonly AlertNotification[]
}

/**
 * Judges rules again and again, and says who has to be told. Time is an argument: the same measurements at the same instants
 * give the same notifications.
 *
 * An alert whose condition holds is `pending` for as long as its rule says, then `firing`; told when it fires, again every
 * `repeat`, further up while nobody acknowledges it, and once when it is `resolved`. Without data it is `unknown`, and one
 * that fires goes on firing. A silenced or inhibited alert is told when it still fires afterwards.
 *
 * @example
 * ```ts
 * const rule = createAlertRule({
 *   name: 'agent1_down',
 *   condition: "process_status != 'running'",
 *   severity: 'critical',
 *   notification: ['pagerduty'],
 * })
 * const engine = new AlertEngine({ rules: [rule] })
 * const { notifications } = engine.evaluate(new Measurements({ instruments: [] }), 0)
 * notifications.map(({ kind, channels }) => [kind, channels]) // => [['firing', ['pagerduty']]]
 * ```
 */
export class AlertEngine {
  readonly #rules: readonly AlertRule[]
  readonly #memories = new Map<string, AlertMemory>()
  #silences: readonly Silence[]

  constructor({ rules, silences = [], firing = [] }: AlertEngineOptions) {
    this.#rules = rules
    this.#silences = silences
    for (const { rule, instrument, firedAt, notifiedAt, told, escalated, acknowledgedAt } of firing) {
      this.#memories.set(keyOf(rule, instrument ?? undefined), {
        state: 'firing',
        since: firedAt,
        firedAt,
        notifiedAt: notifiedAt ?? undefined,
        told,
        escalated,
        acknowledgedAt: acknowledgedAt ?? undefined,
      })
    }
  }

  /** Judges every rule at an instant, epoch ms, not before the one of the last time. */
  evaluate(measurements: Measurements, now: number): Evaluation {
    const seen = new Map<string, MetricValue>()
    const judged = this.#rules.flatMap((rule) => {
      const symbols = rule.scope === 'instrument' ? measurements.symbols : [undefined]
      return symbols.map((symbol) => {
        const read = (metric: Metric): MetricValue => {
          const its = metric.scope === 'instrument' ? symbol : undefined
          const key = `${metric.name} ${its ?? ''} ${rule.windowMs}`
          if (!seen.has(key)) seen.set(key, metric.read({ measurements, symbol: its, now, windowMs: rule.windowMs }))
          return seen.get(key)
        }
        const memory = this.#memoryOf(rule.name, symbol, now)
        const hasEnded = advance(memory, rule.condition.holds(read), rule.forMs, now)
        const values = rule.condition.metrics.map((metric): AlertValue => ({
          metric: metric.name,
          value: read(metric),
          unit: metric.unit,
        }))
        return { rule, symbol, memory, hasEnded, values }
      })
    })
    const inhibiting = judged.filter(({ memory, rule }) => memory.state === 'firing' && rule.inhibits.length > 0)
    const announcer = new Announcer(now)
    const alerts = judged.map(({ rule, symbol, memory, hasEnded, values }) => {
      const by = inhibiting.find(
        (other) =>
          other.rule.inhibits.includes(rule.name) &&
          (other.symbol === undefined || symbol === undefined || other.symbol === symbol),
      )
      const alert = this.#view(rule, symbol, memory, values, now, by?.rule.name)
      announcer.add(alert, memory, hasEnded)
      return alert
    })
    return { alerts, notifications: announcer.notifications() }
  }

  /** Notes that somebody looks after the alerts of a rule that fire: no repetition, no escalation. Returns how many. */
  acknowledge(ruleName: string, now: number, instrument?: string): number {
    let count = 0
    for (const [key, memory] of this.#memories) {
      const isMeant = instrument === undefined ? key.startsWith(`${ruleName}\n`) : key === keyOf(ruleName, instrument)
      if (!isMeant || memory.state !== 'firing' || memory.acknowledgedAt !== undefined) continue
      memory.acknowledgedAt = now
      count++
    }
    return count
  }

  /** Takes other silences from now on. */
  setSilences(silences: readonly Silence[]): void {
    this.#silences = silences
  }

  /** What fires now, for an engine that goes on from here. What is pending begins anew there. */
  firing(): readonly FiringAlert[] {
    return [...this.#memories].flatMap(([key, { state, firedAt, notifiedAt, told, escalated, acknowledgedAt }]) => {
      const [rule = '', instrument = ''] = key.split('\n')
      if (state !== 'firing' || firedAt === undefined) return []
      return [
        {
          rule,
          instrument: instrument === '' ? null : instrument,
          firedAt,
          notifiedAt: notifiedAt ?? null,
          told,
          escalated,
          acknowledgedAt: acknowledgedAt ?? null,
        },
      ]
    })
  }

  #view(
    rule: AlertRule,
    symbol: string | undefined,
    memory: AlertMemory,
    values: readonly AlertValue[],
    now: number,
    inhibitedBy: string | undefined,
  ): Alert {
    const facts = {
      ...rule.labels,
      alert: rule.name,
      severity: rule.severity,
      group: rule.group,
      ...(symbol === undefined ? {} : { instrument: symbol }),
    }
    const silence = this.#silences.find(({ matchers, from, to }) => from <= now && now < to && matches(matchers, facts))
    const { state, since, firedAt, acknowledgedAt } = memory
    return {
      rule,
      ...(symbol === undefined ? {} : { instrument: symbol }),
      state,
      since,
      ...(firedAt === undefined ? {} : { firedAt }),
      values,
      ...(silence === undefined ? {} : { silenced: silence.reason }),
      ...(inhibitedBy === undefined ? {} : { inhibitedBy }),
      ...(acknowledgedAt === undefined ? {} : { acknowledgedAt }),
    }
  }

  #memoryOf(rule: string, symbol: string | undefined, now: number): AlertMemory {
    const key = keyOf(rule, symbol)
    let memory = this.#memories.get(key)
    if (memory === undefined) {
      memory = {
        state: 'inactive',
        since: now,
        firedAt: undefined,
        notifiedAt: undefined,
        told: [],
        escalated: 0,
        acknowledgedAt: undefined,
      }
      this.#memories.set(key, memory)
    }
    return memory
  }
}

function keyOf(rule: string, symbol: string | undefined): string {
  return `${rule}\n${symbol ?? ''}`
}

/** Moves an alert on, and says whether it has stopped firing. */
function advance(memory: AlertMemory, holds: boolean | undefined, forMs: number, now: number): boolean {
  const turn = (state: AlertState): void => {
    if (memory.state === state) return
    memory.state = state
    memory.since = now
  }
  if (memory.state === 'firing') {
    if (holds !== false) return false
    turn('resolved')
    return true
  }
  if (holds === undefined) turn('unknown')
  else if (!holds) {
    if (memory.state !== 'resolved') turn('inactive')
  } else {
    const since = memory.state === 'pending' ? memory.since : now
    turn('pending')
    if (now - since >= forMs) {
      turn('firing')
      memory.firedAt = now
      memory.notifiedAt = undefined
      memory.told = []
      memory.escalated = 0
      memory.acknowledgedAt = undefined
    }
  }
  return false
}
