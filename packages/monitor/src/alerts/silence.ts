/** What an alert is matched by: its rule, severity, instrument, group, or any of its labels. */
export type Matchers = Readonly<Record<string, string>>

/** Alerts that nobody is told of for a while. They are judged and shown all the same. */
export interface Silence {
  /** All of them must match; `*` in a value stands for anything. */
  readonly matchers: Matchers
  /** Epoch ms, included. */
  readonly from: number
  /** Epoch ms, not included. */
  readonly to: number
  readonly reason: string
}

/**
 * Whether every matcher fits what is known of an alert.
 *
 * @example
 * ```ts
 * matches({ alert: 'slow_*' }, { alert: 'slow_execution', severity: 'warning' }) // => true
 * matches({ instrument: 'ES=F' }, { alert: 'slow_execution', instrument: 'NQ=F' }) // => false
 * ```
 */
export function matches(matchers: Matchers, facts: Readonly<Record<string, string>>): boolean {
  return Object.entries(matchers).every(([name, wanted]) => {
    const found = facts[name]
    return found !== undefined && patternOf(wanted).test(found)
  })
}

function patternOf(wanted: string): RegExp {
  const parts = wanted.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
