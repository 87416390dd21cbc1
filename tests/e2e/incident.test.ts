import { readFileSync, writeFileSync } from 'node:fs'

import { createManualClock, parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { putFailedCycle } from './failed-cycle.ts'
import { Workplace } from './run-cli.ts'
import { PLANTED, plantedIn } from './secrets.ts'

const AT = parseInstant('2024-06-05T14:30:00Z')

/** A store with one error, whose message holds secrets: one that is known by its form, one by the environment. */
async function prepare(workplace: Workplace): Promise<void> {
  await using store = await openStore(`sqlite:${workplace.path('openpredict.sqlite')}`, {
    clock: createManualClock(AT),
  })
  const message = `https://me:${PLANTED.yahooPassword}@proxy refused ${PLANTED.token}`
  const hint = `authorization: Bearer ${PLANTED.bearer}`
  await store.transaction((tx) => putFailedCycle(tx, { at: AT, cycle: 1, message, hint }))
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
