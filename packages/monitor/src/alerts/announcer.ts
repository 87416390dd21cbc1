import type { Alert, AlertNotification } from './alert.ts'
import type { AlertMemory } from './alert-engine.ts'
import { SEVERITIES } from './alert-rule.ts'

type Draft = Omit<AlertNotification, 'alerts' | 'remaining'> & { readonly alerts: [Alert, ...Alert[]] }

/** Finds out who has to be told of what at an instant, and puts together what is told of a group. */
export class Announcer {
  readonly #now: number
  readonly #drafts = new Map<string, Draft>()
  /** Alerts that fire and were told, by group. */
  readonly #burning = new Map<string, Set<Alert>>()

  constructor(now: number) {
    this.#now = now
  }

  /** Takes an alert as it stands now; what is told of it is noted in its memory. */
  add(alert: Alert, memory: AlertMemory, hasEnded: boolean): void {
    const { rule, state } = alert
    if (hasEnded) {
      if (memory.notifiedAt !== undefined) this.#tell('resolved', alert, memory.told)
      return
    }
    if (state !== 'firing') return
    if (alert.silenced === undefined && alert.inhibitedBy === undefined && alert.acknowledgedAt === undefined) {
      if (memory.notifiedAt === undefined) this.#announce('firing', alert, memory, rule.notification)
      else if (this.#now - memory.notifiedAt >= rule.repeatMs) this.#announce('repeat', alert, memory, memory.told)
      this.#escalate(alert, memory)
    }
    if (memory.notifiedAt === undefined) return
    const burning = this.#burning.get(rule.group) ?? new Set()
    this.#burning.set(rule.group, burning.add(alert))
  }

  /** What has to be told, the worst first. */
  notifications(): readonly AlertNotification[] {
    return [...this.#drafts.values()]
      .toSorted((a, b) => rankOf(a) - rankOf(b))
      .map((draft) => {
        const others = [...(this.#burning.get(draft.group) ?? [])].filter((alert) => !draft.alerts.includes(alert))
        return { ...draft, remaining: others.length }
      })
  }

  #escalate(alert: Alert, memory: AlertMemory): void {
    const levels = alert.rule.escalation.toSorted((a, b) => a.afterMs - b.afterMs)
    const age = this.#now - (alert.firedAt ?? this.#now)
    for (const { level, afterMs, notification } of levels.slice(memory.escalated)) {
      if (age < afterMs) return
      memory.escalated++
      this.#tell('escalation', alert, notification, level)
      memory.told = [...new Set([...memory.told, ...notification])]
    }
  }

  #announce(kind: 'firing' | 'repeat', alert: Alert, memory: AlertMemory, channels: readonly string[]): void {
    memory.notifiedAt = this.#now
    memory.told = [...new Set([...memory.told, ...channels])]
    this.#tell(kind, alert, channels)
  }

  #tell(kind: AlertNotification['kind'], alert: Alert, channels: readonly string[], level?: string): void {
    const { group } = alert.rule
    const key = [kind, group, level ?? '', ...channels].join('\n')
    const draft = this.#drafts.get(key)
    if (draft === undefined) {
      this.#drafts.set(key, {
        kind,
        at: this.#now,
        group,
        alerts: [alert],
        channels,
        ...(level === undefined ? {} : { level }),
      })
    } else draft.alerts.push(alert)
  }
}

/** 0 for the worst. */
function rankOf({ alerts }: Draft): number {
  return Math.min(...alerts.map(({ rule }) => SEVERITIES.indexOf(rule.severity)))
}
