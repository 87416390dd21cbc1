import { formatInstant } from '@openpredict/market'

import type { Check } from './check.ts'

const MINUTE = 60_000

/** Every open minute has a bar or is known to be missing, never both; a closed one is neither. */
export const checkMissing: Check = async ({ store, instrument, calendar, first, watermark }) => {
  const { symbol } = instrument
  const stored = new Set((await store.readBars({ instrument: symbol })).time)
  const rows = await store.readRows('missing_minutes', { instrument: symbol })
  const missing = new Set(rows.filter(({ healed_at: healed }) => healed === null).map(({ timestamp }) => timestamp))
  const [oldest = first] = stored
  const differences: string[] = []
  let compared = 0
  for (let minute = oldest; minute + MINUTE <= watermark; minute += MINUTE) {
    if (!calendar.isOpen(minute)) continue
    compared++
    if (!stored.has(minute) && !missing.has(minute))
      differences.push(`${formatInstant(minute)} has neither bar nor row`)
  }
  for (const { timestamp, healed_at: healed } of rows) {
    const when = formatInstant(timestamp)
    if (healed === null && stored.has(timestamp)) differences.push(`${when} has a bar and is said to be missing`)
    if (healed !== null && !stored.has(timestamp)) differences.push(`${when} is said to be healed and has no bar`)
    if (!calendar.isOpen(timestamp)) differences.push(`${when} is said to be missing, and the market was closed`)
  }
  return { check: 'missing minutes', compared, differences }
}
