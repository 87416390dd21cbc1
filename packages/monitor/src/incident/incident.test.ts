import { createManualClock, instrumentOf, parseInstant } from '@openpredict/market'
import type { Row, Store } from '@openpredict/store'
import { createSqliteStore } from '@openpredict/store/sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { incidentMarkdown } from './incident-markdown.ts'
import { type Incident, incidentOf, type IncidentOptions } from './incident.ts'

const MINUTE = 60_000
const NQ = 'NQ=F'
const FROM = parseInstant('2024-06-05T14:00:00Z')
const TO = parseInstant('2024-06-05T16:00:00Z')

let store: Store
beforeEach(async () => {
  store = await createSqliteStore({ path: ':memory:', clock: createManualClock(TO) })
})
afterEach(() => store.close())

/** The cycle of a minute of the window, of a process that began with the window or in minute 70. */
function cycle(minute: number, change: Partial<Row<'collection_cycles'>> = {}): Row<'collection_cycles'> {
  const started_at = FROM + minute * MINUTE
  const began = minute < 70 ? 0 : 70
  return {
    id: crypto.randomUUID(),
    instrument: NQ,
    cycle: minute,
    started_at,
    finished_at: started_at + 400,
    duration_ms: 400,
    waiting_ms: 350,
    status: 'success',
    failed_step: null,
    error_category: null,
    bars_fetched: 31,
    bars_new: 1,
    rows_written: 30,
    step_ms: { fetch: 350 },
    host: 'nq-1',
    version: minute < 70 ? '0.1.0' : '0.2.0',
    measures: { process_id: minute < 70 ? 11 : 12, process_uptime_ms: (minute - began) * MINUTE + 400 },
    ...change,
  }
}

function error(minute: number, error_message: string): Row<'error_log'> {
  return {
    id: crypto.randomUUID(),
    timestamp: FROM + minute * MINUTE + 400,
    component: 'collector',
    operation: 'fetch',
    error_message,
    severity: 'error',
    error_category: 'network',
    instrument: NQ,
    cycle: minute,
    details: { code: 'timeout', hint: 'Look at <b>the line</b>.' },
  }
}

/** Two hours in which the source fails from 14:20 to 14:25, and nothing runs from 15:00 to 15:10. */
async function prepare(message = 'no answer | within `2.5 s`'): Promise<void> {
  await store.transaction(async (tx) => {
    for (let minute = 0; minute < 120; minute++) {
      if (minute > 60 && minute < 70) continue
      const fails = minute >= 20 && minute < 25
      const bad = { status: 'failed', failed_step: 'fetch', error_category: 'network' } as const
      await tx.putCycle(cycle(minute, fails ? bad : {}))
      if (fails) await tx.putError(error(minute, message))
    }
    const minutes = [20, 21, 22, 40].map((minute) => ({
      timestamp: FROM + minute * MINUTE,
      state: 'absent_at_source' as const,
      times_asked: 2,
      first_asked_at: FROM,
      last_asked_at: TO,
      healed_at: null,
    }))
    await tx.putMissingMinutes(NQ, minutes)
  })
}

async function incident(change: Partial<IncidentOptions> = {}): Promise<Incident> {
  const machine = { version: '0.2.0', node: '24.0.0', host: 'laptop' }
  return await incidentOf({ store, severity: 'critical', from: FROM, to: TO, madeAt: TO, ...machine, ...change })
}

function sectionOf(text: string, title: string): string {
  return text.split(/^## /m).find((part) => part.startsWith(`${title}\n`)) ?? ''
}

describe('an incident', () => {
  it('tells what happened in its window, in order', async () => {
    await prepare()
    const { timeline } = await incident()
    expect(timeline.map(({ at, what }) => `${at.slice(11, 16)} ${what}`)).toEqual([
      '14:20 outage of NQ=F began: 5 failed cycles in a row: network',
      '14:20 3 minutes of NQ=F without a bar begin (absent at source)',
      '14:20 first of 5 errors: network/timeout in fetch',
      '14:24 last of 5 errors: network/timeout in fetch',
      '14:25 outage of NQ=F ended',
      '15:00 outage of everything began: no cycles: the process had ended, another one went on',
      '15:10 outage of everything ended',
      '15:10 process 12 on nq-1 began, version 0.2.0 after 0.1.0',
    ])
  })

  it('is Markdown with the facts of each kind, and marks what people have to write', async () => {
    await prepare()
    const text = incidentMarkdown(await incident({ title: 'Yahoo <late>' }))
    expect(text).toMatch(/^# Yahoo \\<late\\>\n/)
    expect(text).toContain('| Severity | critical |')
    expect(text).toContain('| Window | 2024-06-05 14:00 – 2024-06-05 16:00 UTC |')
    expect(sectionOf(text, 'Impact')).toMatch(/- Outages: 2, together 15 min\n- Cycles that succeeded: 95\.5 % of 111/)
    expect(sectionOf(text, 'Outages')).toContain('| `NQ=F` | 2024-06-05 14:20 | 2024-06-05 14:25 | 5 min |')
    expect(sectionOf(text, 'Cycles')).toContain('| `NQ=F` | 111 | 106 | 0 | 0 | 5 |')
    expect(sectionOf(text, 'Gaps')).toContain(
      '| `NQ=F` | 2024-06-05 14:20 | 2024-06-05 14:23 | 3 | the source had none |',
    )
    expect(sectionOf(text, 'Processes and versions')).toMatch(/restarts: 1\n[\s\S]*`nq-1` \| 12 \| `0\.2\.0` \|/)
    expect(sectionOf(text, 'Data quality')).toContain('| `NQ=F` | **failed** |')
    for (const title of ['Summary', 'Impact', 'Timeline', 'Root cause', 'Resolution', 'Actions']) {
      expect(sectionOf(text, title)).toContain('**TODO**')
    }
  })

  it('shows messages as they stand, and lets none of them be Markdown or HTML', async () => {
    await prepare()
    const errors = sectionOf(incidentMarkdown(await incident()), 'Errors')
    expect(errors).toContain(
      '| 5 | network/timeout | `fetch` | error | 2024-06-05 14:20 | 2024-06-05 14:24 | `` no answer \\| within `2.5 s` `` → `Look at <b>the line</b>.` |',
    )
  })

  it('passes each text of the store through what takes secrets out, before it is made Markdown', async () => {
    await prepare('key sb_secret_1 refused')
    const cleaned = await incident({ clean: (text) => text.replace('sb_secret_1', '•••') })
    expect(incidentMarkdown(cleaned)).toContain('`key ••• refused`')
    expect(JSON.stringify(cleaned)).not.toContain('sb_secret_1')
  })

  it('of a window with nothing in it says so', async () => {
    const text = incidentMarkdown(await incident())
    expect(text).toContain('| Instruments | none was collected |')
    expect(sectionOf(text, 'Timeline')).toContain('Nothing out of the ordinary was recorded.')
    expect(sectionOf(text, 'Errors')).toContain('None was recorded.')
  })

  it('keeps the first and the last of very many events', async () => {
    const minutes = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 4 !== 3)
    await store.transaction((tx) =>
      tx.putMissingMinutes(
        NQ,
        minutes.map((minute) => ({
          timestamp: FROM - 400 * MINUTE + minute * MINUTE,
          state: 'not_fetched' as const,
          times_asked: 0,
          first_asked_at: null,
          last_asked_at: null,
          healed_at: null,
        })),
      ),
    )
    const { timeline } = await incident({ instruments: [instrumentOf(NQ)], from: FROM - 400 * MINUTE })
    expect(timeline).toHaveLength(61)
    expect(timeline[30]?.what).toBe('40 more, left out here')
  })
})
