import { openStore } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { runCli } from '../../apps/cli/src/cli.ts'
import { systemClock, systemTimer } from '../../apps/cli/src/system-clock.ts'
import { createTerminal } from '../../apps/cli/src/terminal.ts'
import { localSupabase, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'

interface Check {
  readonly name: string
  readonly ok: boolean
  readonly warning?: boolean
  readonly code?: string
  readonly message: string
}

/** What a machine whose clock is off by so much finds out about the clock of a store. */
async function clockCheck(offBy: number, env: Readonly<Record<string, string>>): Promise<Check | undefined> {
  const printed: string[] = []
  const { stdout, stderr } = process
  const code = await runCli(['health', '--check-db', '--json'], {
    env,
    clock: { ...systemClock, now: () => systemClock.now() + offBy },
    timer: systemTimer,
    terminal: { ...createTerminal({ stdout, stderr, env: {} }), out: (text) => printed.push(text) },
    signal: new AbortController().signal,
    onHangup: () => () => undefined,
    onCrash: () => () => undefined,
    onExit: () => () => undefined,
    host: 'here',
    version: '0.0.0',
  })
  const { ok, checks } = JSON.parse(printed.join('\n')) as { readonly ok: boolean; readonly checks: readonly Check[] }
  expect(code).toBe(ok ? 0 : 1)
  return checks.find(({ name }) => name === 'clock')
}

const reason = unavailable('data API')

describe.skipIf(reason !== undefined)('the clock of a server', () => {
  it('is compared with ours: said from two seconds on, wrong from half a minute on', async () => {
    await using database = await testDatabase()
    await using store = await openStore(database.url, { clock: systemClock })
    expect((await store.schema()).pending).toEqual([])
    const { url, keys } = await (await localSupabase()).startDataApi(database)
    // A data API tells its time in whole seconds, and a busy machine takes some to ask.
    for (const env of [{ DATABASE_URL: database.url }, { SUPABASE_URL: url, SUPABASE_KEY: keys.secret }]) {
      const right = await clockCheck(0, env)
      expect(right).toMatchObject({ ok: true, message: expect.stringMatching(/ [01]\.\d s (behind|ahead of) ours$/) })
      expect(right?.warning).toBeUndefined()
      expect(await clockCheck(15_000, env)).toMatchObject({
        ok: true,
        warning: true,
        code: 'clock-skew',
        message: expect.stringMatching(/^the server's clock is 1[1-9]\.\d s behind ours$/),
      })
      expect(await clockCheck(-40_000, env)).toMatchObject({
        ok: false,
        code: 'clock-skew',
        message: expect.stringMatching(/^the server's clock is (3[5-9]|4[0-4])\.\d s ahead of ours$/),
      })
    }
  })
})
