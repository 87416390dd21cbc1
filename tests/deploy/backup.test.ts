import { copyFileSync, rmSync, writeFileSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { expect, it } from 'vitest'

import { commandLinesIn } from './command-lines.ts'
import { readDeploy } from './deploy-files.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { marketRows, openStored, type StoredTables } from '../e2e/stored.ts'
import { startWorld } from '../e2e/world.ts'

const FILE = 'openpredict.sqlite'

async function rowsIn(workplace: Workplace): Promise<StoredTables> {
  await using store = await openStored(workplace, FILE)
  return await marketRows(store)
}

it('a store that was destroyed is as it was once its copy is put in its place, and is collected on', async () => {
  using workplace = new Workplace()
  await using world = await startWorld({ start: parseInstant('2024-06-05T14:30:30Z'), speed: 600 })
  // What the timer runs, but for the folders.
  const [line = []] = commandLinesIn(
    /^ExecStart=(.*)$/m.exec(readDeploy('systemd', 'openpredict-backup@.service'))?.[1] ?? '',
  )
  expect(line.slice(0, 3)).toEqual(['db', 'backup', '--store'])
  const collect = ['run-loop', '--cycles', '2', '--source', world.source]
  expect(await workplace.run(collect)).toMatchObject({ code: 0 })
  expect(await workplace.run(['db', 'backup', '--store', `sqlite:${FILE}`, 'copy.sqlite'])).toMatchObject({ code: 0 })
  const before = await rowsIn(workplace)
  expect(before['ohlc_data']?.length).toBeGreaterThan(5_000)

  writeFileSync(workplace.path(FILE), Buffer.alloc(8_192, 0xff))
  await expect(rowsIn(workplace)).rejects.toThrow(/not a SQLite database/)

  for (const suffix of ['', '-wal', '-shm']) rmSync(workplace.path(`${FILE}${suffix}`), { force: true })
  copyFileSync(workplace.path('copy.sqlite'), workplace.path(FILE))
  expect(await rowsIn(workplace)).toEqual(before)
  expect(await workplace.run(collect)).toMatchObject({ code: 0 })
  const after = await rowsIn(workplace)
  const bars = before['ohlc_data'] ?? []
  expect(after['ohlc_data']?.slice(0, bars.length)).toEqual(bars)
  expect(after['ohlc_data']?.length).toBeGreaterThan(bars.length)
})
