import { Client } from 'pg'
import { describe, expect, it } from 'vitest'

import { localSupabase, type OwnServer, startOwnServer, unavailable } from './index.ts'

const noPostgres = unavailable()
const noApi = unavailable('data API')

describe.skipIf(noPostgres !== undefined)('a server of its own', () => {
  it('keeps what was committed and nothing else when it is killed, and comes back where it was', async () => {
    await using server = await startOwnServer()
    const { url } = await server.createDatabase()
    const client = await connected(url)
    await client.query('create table kept (a int); insert into kept values (1)')
    await client.query('begin; insert into kept values (2)')
    const lost = client.query('select pg_sleep(60)').catch((error: unknown) => error)
    await server.kill()
    expect(await lost).toBeInstanceOf(Error)
    await expect(connected(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.start()
    const again = await connected(url)
    expect((await again.query('select a from kept')).rows).toEqual([{ a: 1 }])
    await again.end()
  })

  it('is killed and started again any number of times, and ends when it is down', async () => {
    await using server = await startOwnServer()
    const { url } = await server.createDatabase()
    for (const n of [1, 2, 3]) {
      const client = await connected(url)
      await client.query('create table if not exists kept (a int)')
      await client.query('insert into kept values ($1)', [n])
      expect((await client.query('select a from kept order by a')).rows).toHaveLength(n)
      await server.kill()
      if (n < 3) await server.start()
    }
    await expect(server.createDatabase()).rejects.toThrow(/ECONNREFUSED/)
  })

  it('is not the one that others use', async () => {
    const shared = (await localSupabase()) as OwnServer
    expect('kill' in shared).toBe(false)
  })

  it.skipIf(noApi !== undefined)('has a data API that finds it again', async () => {
    await using server = await startOwnServer()
    const database = await server.createDatabase()
    const { url, keys } = await server.startDataApi(database)
    const status = async (): Promise<number> =>
      (await fetch(`${url}/rest/v1/`, { headers: { apikey: keys.serviceRole } })).status
    const rows = async (): Promise<number> =>
      (await fetch(`${url}/rest/v1/none`, { headers: { apikey: keys.serviceRole } })).status
    expect(await status()).toBe(200)
    await server.kill()
    while ((await rows()) !== 503);
    await server.start()
    while ((await rows()) !== 404);
  })
})

async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}
