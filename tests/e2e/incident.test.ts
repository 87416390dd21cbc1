import { readFileSync, writeFileSync } from 'node:fs'

import { createManualClock, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'
import { PLANTED, plantedIn } from './secrets.ts'

const AT = parseInstant('2024-06-05T14:30:00Z')

/** A store with one error, whose message holds secrets: one that is known by its form, one by the environment. */
async function prepare(workplace: Workplace): Promise<void> {
  await using store = await openStore(`sqlite:${workplace.path('openpredict.sqlite')}`, {
    clock: createManualClock(AT),
  })
  await store.transaction(async (tx) => {
    await tx.putCycle({
      id: crypto.randomUUID(),
      instrument: 'NQ=F',
      cycle: 1,
      started_at: AT,
      finished_at: AT + 400,
      duration_ms: 400,
      waiting_ms: 300,
      status: 'failed',
      failed_step: 'fetch',
      error_category: 'network',
      bars_fetched: 0,
      bars_new: 0,
      rows_written: 0,
      step_ms: { fetch: 400 },
      host: 'here',
      version: '0.1.0',
      measures: null,
    })
    await tx.putError({
      id: crypto.randomUUID(),
      timestamp: AT + 400,
      component: 'collector',
      operation: 'fetch',
      error_message: `https://me:${PLANTED.yahooPassword}@proxy refused ${PLANTED.token}`,
      severity: 'error',
      error_category: 'network',
      instrument: 'NQ=F',
      cycle: 1,
      details: { code: 'network', hint: `authorization: Bearer ${PLANTED.bearer}` },
    })
  })
}

describe('incident create', () => {
  it('writes a report without secrets, in place of one that was there', async () => {
    using workplace = new Workplace()
    await prepare(workplace)
    writeFileSync(workplace.path('incident.md'), 'before')
    const args = [
      'incident',
      'create',
      '--severity',
      'critical',
      '--as-of',
      '2024-06-05T15:00Z',
      '--output',
      'incident.md',
    ]
    const { code, stdout, stderr } = await workplace.run(args, { GITHUB_TOKEN: PLANTED.token })
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^Incident of 2024-06-05 15:00 UTC written to incident\.md: \d+ things to fill in\n$/)
    const text = readFileSync(workplace.path('incident.md'), 'utf8')
    expect(text).toContain('| Severity | critical |')
    expect(text).toContain('`https://•••@proxy refused •••` → `authorization: •••`')
    expect(plantedIn(text)).toEqual([])
  })

  it('is refused without a severity, with the choices', async () => {
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['incident', 'create', '--severity', 'bad'])
    expect(code).toBe(2)
    expect(stderr).toContain('Allowed choices are critical, high, medium, low')
  })
})
