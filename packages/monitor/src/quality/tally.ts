import { formatInstant } from '@openpredict/market'

import type { CheckId, CheckVerdict, QualityCheck, QualityFinding } from './quality-report.ts'
import { QUALITY_CHECKS } from './quality-report.ts'

/** How many findings of a check are kept, unless options say otherwise. */
export const KEPT_FINDINGS = 5

/** Counts what a check finds, and keeps the first of it. */
export class Tally {
  readonly findings: QualityFinding[] = []
  found = 0
  readonly #keep: number

  constructor(keep: number) {
    this.#keep = keep
  }

  /** `what` is put into words only when it is kept. */
  add(at: number, what: () => string): void {
    this.found++
    if (this.findings.length < this.#keep) this.findings.push({ at, what: what() })
  }
}

/** What a check says, with its title. */
export function checkOf(
  id: CheckId,
  verdict: CheckVerdict,
  summary: string,
  { counts = {}, tally }: { readonly counts?: Readonly<Record<string, number>>; readonly tally?: Tally } = {},
): QualityCheck {
  const { found = 0, findings = [] } = tally ?? {}
  return { id, title: QUALITY_CHECKS[id], verdict, summary, counts, found, findings }
}

/** The worst of verdicts; `passed` for none. */
export function worstOf(verdicts: readonly CheckVerdict[]): CheckVerdict {
  if (verdicts.includes('failed')) return 'failed'
  return verdicts.includes('warning') ? 'warning' : 'passed'
}

/** `1 minute`, `2,000 minutes`. */
export function counted(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`
}

/** An instant for people: `2024-06-05 14:30`. In UTC, which is said by whoever shows it. */
export function minuteText(instant: number): string {
  return formatInstant(instant).slice(0, 16).replace('T', ' ')
}

/** A share of 1 as a percentage that is whole only when it is exact: never 100 for a little less. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1_000 + 1e-9) / 10
  return `${tenths} %`
}
