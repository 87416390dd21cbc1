import { formatInstant, parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import type { HeardCycle } from './record.ts'
import { recoveriesOf } from './recovery.ts'

const T0 = parseInstant('2024-06-05T14:00:00Z')
const at = (seconds: number): number => T0 + seconds * 1_000

function cycle(seconds: number, status: 'success' | 'failed' | 'idle'): HeardCycle {
  const finishedAt = formatInstant(at(seconds))
  return { line: { status, finishedAt } as HeardCycle['line'], heardAt: at(seconds), start: 1 }
}

it('is counted from the end of each outage, and from each start after a kill, to the first cycle that is well', () => {
  const outages = [
    { from: at(0), to: at(100), of: 'source', why: '503' },
    { from: at(300), to: at(400), of: 'source', why: '503' },
    { from: at(500), to: at(520), of: 'store', why: 'locked' },
    { from: at(521), to: at(700), of: 'source', why: 'hang' },
    { from: at(800), to: at(810), of: 'machine', why: 'busy' },
  ] as const
  const events = [
    { at: at(-60), what: 'start' },
    { at: at(900), what: 'kill' },
    { at: at(905), what: 'start' },
  ] as const
  const cycles = [
    cycle(60, 'success'),
    cycle(110, 'failed'),
    cycle(130, 'success'),
    cycle(410, 'idle'),
    cycle(730, 'success'),
    cycle(930, 'success'),
  ]
  expect(recoveriesOf(outages, events, cycles)).toEqual([
    { after: 'kill -9', times: 1, median: 25, worst: 25 },
    { after: 'source 503', times: 2, median: 30, worst: 30 },
    { after: 'source hang', times: 1, median: 30, worst: 30 },
  ])
})
