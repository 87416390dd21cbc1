import type { Row } from '@openpredict/store'

const MINUTE = 60_000

/** Open minutes in a row without a bar. */
export interface MissingStretch {
  /** The open time of the first minute, epoch ms. */
  readonly start: number
  /** The end of the last one. */
  readonly end: number
  readonly minutes: number
  /** `not_fetched`: no answer has covered them yet. `absent_at_source`: answers covered them and had no bar. */
  readonly state: 'not_fetched' | 'absent_at_source'
}

/** Joins missing minutes that are not healed and follow each other in the same state. */
export function missingStretches(rows: readonly Row<'missing_minutes'>[]): readonly MissingStretch[] {
  const stretches: MissingStretch[] = []
  const open = rows.filter(({ healed_at: at }) => at === null).toSorted((a, b) => a.timestamp - b.timestamp)
  for (const { timestamp, state } of open) {
    const last = stretches.at(-1)
    if (last !== undefined && last.end === timestamp && last.state === state)
      stretches[stretches.length - 1] = { ...last, end: timestamp + MINUTE, minutes: last.minutes + 1 }
    else stretches.push({ start: timestamp, end: timestamp + MINUTE, minutes: 1, state })
  }
  return stretches
}
