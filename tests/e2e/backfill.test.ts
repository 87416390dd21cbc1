import { formatInstant, parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import { Workplace } from './run-cli.ts'
import { openStored } from './stored.ts'
import { startWorld } from './world.ts'

const MINUTE = 60_000
const DAY = 1_440 * MINUTE
const START = parseInstant('2024-06-05T14:30:30Z')

it('fills a span in, and asks for nothing twice', async () => {
  using workplace = new Workplace()
  await using world = await startWorld({ start: START })
  const from = parseInstant('2024-05-30T00:00:00Z')
  const flags = ['--from', formatInstant(from), '--source', world.source]
  const first = await workplace.run(['backfill', ...flags, '--to', '2024-06-01'])
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toMatch(
    /^NQ=F +2 days \([\d.]+ m?s\)\n +bars +2,\d{3} new, 0 corrected, 0 that had been missing/,
  )

  const second = await workplace.run(['backfill', ...flags, '--json'])
  expect(second.code).toBe(0)
  const answer = JSON.parse(second.stdout) as { readonly instruments: readonly { readonly skipped: number }[] }
  expect(answer).toMatchObject({ instruments: [{ instrument: 'NQ=F', portions: 7, failures: [] }] })
  // Two were there, and one is a Saturday.
  expect(answer.instruments[0]?.skipped).toBe(3)
  await using store = await openStored(workplace)
  const bars = await store.readBars({ instrument: 'NQ=F' })
  expect(bars.toArray()).toEqual(world.market.bars(from, (bars.time.at(-1) ?? 0) + MINUTE).toArray())
  expect(bars.time.at(-1)).toBeGreaterThan(START - 15 * MINUTE)
})

it('says what is out of reach, and refuses an empty span', async () => {
  using workplace = new Workplace()
  await using world = await startWorld({ start: START })
  const from = formatInstant(START - 40 * DAY)
  const to = formatInstant(START - 28 * DAY)
  const { code, stdout } = await workplace.run(['backfill', '--from', from, '--to', to, '--source', world.source])
  expect(code).toBe(0)
  expect(stdout).toMatch(/! the source has nothing from before 2024-05-0\d \d\d:\d\d UTC/)
  const empty = await workplace.run(['backfill', '--from', '2030-01-01', '--source', world.source])
  expect(empty.code).toBe(2)
  expect(empty.stderr).toContain('is empty')
  expect(await workplace.run(['backfill'])).toMatchObject({ code: 2 })
})
