import { createManualClock } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { describe, expect, it } from 'vitest'

import { unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'
import { Workplace } from './run-cli.ts'

const DAY = 86_400_000

/** Bars of 50, 60 and 10 days ago and of now. */
async function fill(url: string): Promise<void> {
  const now = Math.floor(Date.now() / 60_000) * 60_000
  await using store = await openStore(url, { clock: createManualClock(now) })
  const bars = [60, 50, 10, 0].map((days) => ({
    time: now - days * DAY,
    open: 2,
    high: 3,
    low: 1,
    close: 2,
    volume: 5,
  }))
  await store.transaction((tx) => tx.putBars('NQ=F', bars, { source: 'test', ingestedAt: now }))
}

const reason = unavailable()

describe('db prune', () => {
  it.each(reason === undefined ? ['a file', 'a server'] : ['a file'])(
    'counts what is older by table, and deletes it when it is confirmed: in %s',
    async (place) => {
      await using database = place === 'a server' ? await testDatabase() : undefined
      using workplace = new Workplace()
      const url = database?.url ?? `sqlite:${workplace.path('nq.sqlite')}`
      await fill(url)
      const prune = ['db', 'prune', '--store', url]
      const bars = async (): Promise<number> => {
        const { stdout } = await workplace.run(['db', 'status', '--json', '--store', url])
        return (JSON.parse(stdout) as { tables: Record<string, number> }).tables['ohlc_data'] ?? -1
      }
      const shown = await workplace.run([...prune, '--older-than', '8w'])
      expect(shown.code).toBe(2)
      expect(shown.stdout).toMatch(/: 1 row from before \d{4}-\d\d-\d\d \d\d:\d\d UTC would be deleted\n/)
      expect(shown.stdout).toMatch(/\n {2}ohlc_data +1\n {2}ohlc_revisions +0\n/)
      expect(shown.stderr).toBe('Nothing was deleted. Give --confirm to do it.\n')
      const json = await workplace.run([...prune, '--older-than', '41d', '--json'])
      expect(JSON.parse(json.stdout)).toMatchObject({ deleted: false, rows: 2, tables: { ohlc_data: 2, fvg: 0 } })
      expect(await bars()).toBe(4)

      const done = await workplace.run([...prune, '--older-than', '41d', '--confirm', '--json'])
      expect(done).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(done.stdout)).toMatchObject({ deleted: true, rows: 2, tables: { ohlc_data: 2, fvg: 0 } })
      expect(await bars()).toBe(2)
      expect((await workplace.run([...prune, '--older-than', '41d', '--confirm'])).stdout).toContain(
        '0 rows from before',
      )
    },
  )

  it.each(['39d', '5w', '400', '1y', '-50d', 'old'])('refuses an age of %s', async (age) => {
    using workplace = new Workplace()
    const { code, stdout, stderr } = await workplace.run(['db', 'prune', `--older-than=${age}`, '--confirm'])
    expect(stderr).toContain('expected days or weeks such as 400d or 60w, at least 40d')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
