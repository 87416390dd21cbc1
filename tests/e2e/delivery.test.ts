import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startFaultProxy, unavailable } from '../local-supabase/src/index.ts'
import { testDatabase } from './on-server.ts'
import { type Finished, Workplace } from './run-cli.ts'
import { marketRows, openStored, type StoredTables } from './stored.ts'
import { startWorld, timer, type World } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')
const MIRROR = 'openpredict-mirror.sqlite'

async function rowsIn(url: string): Promise<StoredTables> {
  await using store = await openStore(url, { clock: timer, readOnly: true })
  return await marketRows(store)
}

async function mirrored(workplace: Workplace): Promise<StoredTables> {
  await using store = await openStored(workplace, MIRROR)
  return await marketRows(store)
}

describe.skipIf(unavailable() !== undefined)('collecting for a store on a server', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld({ start: START, speed: 60 })
  })
  afterAll(() => world[Symbol.asyncDispose]())

  const runOnce = (workplace: Workplace, url: string, ...flags: string[]): Promise<Finished> =>
    workplace.run(['run-once', '--source', world.source, '--store', url, ...flags])

  it('goes on without it, says so, and delivers everything when it is back', async () => {
    await using database = await testDatabase()
    const { hostname: host, port } = new URL(database.url)
    await using proxy = await startFaultProxy({ host, port: Number(port) })
    const url = proxy.through(database.url)
    using workplace = new Workplace()

    const first = await runOnce(workplace, url)
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect(first.stdout).toMatch(/delivery +everything is delivered/)
    const bars = (await rowsIn(database.url))['ohlc_data']?.length ?? 0
    expect(bars).toBeGreaterThan(6_000)

    await proxy.set({ kind: 'refused' })
    proxy.cut()
    const away = await workplace.run([
      'run-loop',
      '--log-format',
      'pretty',
      '--cycles',
      '3',
      '--interval',
      '1',
      '--source',
      world.source,
      '--store',
      url,
    ])
    expect(away.code).toBe(0)
    expect(away.stdout.match(/✔ NQ=F/g)).toHaveLength(3)
    expect(away.stderr).toMatch(/nothing answers at its address\. [\d,]+ rows? wait here and will be delivered/)
    expect(away.stderr).toMatch(/[1-9][\d,]* rows? wait here for the remote store/)
    expect((await rowsIn(database.url))['ohlc_data']).toHaveLength(bars)

    const once = await runOnce(workplace, url, '--json')
    expect(once.code).toBe(4)
    expect(JSON.parse(once.stdout)).toMatchObject({ status: 'success', steps: expect.any(Array) as unknown })

    const health = await workplace.run(['health', '--check-db', '--store', url])
    expect(health.code).toBe(1)
    expect(health.stdout).toMatch(/✖ store .*nothing answers at its address/)
    expect(health.stdout).toMatch(
      /[✔!] delivery +[1-9][\d,]* rows? wait, the oldest for \d+ s, last confirmed .* at [\d,]+ rows a second/,
    )

    await proxy.set({ kind: 'none' })
    const back = await runOnce(workplace, url)
    expect(back.code).toBe(0)
    expect((await workplace.run(['health', '--check-db', '--store', url])).stdout).toMatch(/✔ delivery +nothing waits/)
    const remote = await rowsIn(database.url)
    expect(remote).toEqual(await mirrored(workplace))
    expect(remote['ohlc_data']?.length).toBeGreaterThan(bars)

    const { password } = new URL(database.url)
    for (const { stdout, stderr } of [first, away, once, back]) expect(stdout + stderr).not.toContain(password)
  })

  it('takes what is there to a new machine, and makes a damaged file anew', async () => {
    await using database = await testDatabase()
    using workplace = new Workplace()
    expect(await runOnce(workplace, database.url)).toMatchObject({ code: 0 })
    const before = await rowsIn(database.url)

    using other = new Workplace()
    const filled = await runOnce(other, database.url)
    expect(filled.code).toBe(0)
    expect(filled.stderr).toMatch(/took [\d,]+ rows from the remote store/)
    expect((await mirrored(other))['ohlc_data']?.slice(0, 6_000)).toEqual(before['ohlc_data']?.slice(0, 6_000))

    truncateSync(workplace.path(MIRROR), 40_000)
    const repaired = await runOnce(workplace, database.url)
    expect(repaired.code).toBe(0)
    expect(repaired.stderr).toMatch(/damaged.*put aside as .*openpredict-mirror\.sqlite\.damaged-\d{8}T\d{6}Z/s)
    expect(readdirSync(workplace.folder).some((name) => name.startsWith(`${MIRROR}.damaged-`))).toBe(true)
    rmSync(workplace.path(MIRROR))
    expect(await runOnce(workplace, database.url)).toMatchObject({ code: 0 })
    expect(await mirrored(workplace)).toEqual(await rowsIn(database.url))
  })

  it('does not begin on a new machine without it: what it has must come first', async () => {
    await using database = await testDatabase()
    const { hostname: host, port } = new URL(database.url)
    await using proxy = await startFaultProxy({ host, port: Number(port) })
    await proxy.set({ kind: 'refused' })
    using workplace = new Workplace()
    const { code, stderr } = await runOnce(workplace, proxy.through(database.url))
    expect(stderr).toContain('nothing answers at its address')
    expect(code).toBe(4)
    await proxy.set({ kind: 'none' })
    expect(await runOnce(workplace, proxy.through(database.url), '--mirror', 'elsewhere.sqlite')).toMatchObject({
      code: 0,
    })
    expect(existsSync(workplace.path('elsewhere.sqlite'))).toBe(true)
  })
})
