import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

import { createManualClock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { openStore } from './open-store.ts'

const options = { clock: createManualClock(0) }

describe('openStore', () => {
  it('opens a store in memory', async () => {
    const store = await openStore('sqlite::memory:', options)
    expect(store).toMatchObject({ kind: 'sqlite', location: ':memory:' })
    await store.close()
  })

  it.each(['sqlite:', 'SQLite:', 'sqlite://'])('opens the file of an absolute path behind %s', async (scheme) => {
    const folder = await mkdtemp(join(tmpdir(), 'openpredict-open-'))
    const path = join(folder, 'a folder', 'ünï?.sqlite')
    const store = await openStore(`${scheme}${path}`, options)
    expect(store.location).toBe(path)
    await store.close()
    await rm(folder, { recursive: true })
  })

  it('opens the file of a relative path', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'openpredict-open-'))
    const path = join(folder, 'store.sqlite')
    const store = await openStore(`sqlite:${relative(process.cwd(), path)}`, options)
    expect(store.location).toBe(path)
    await store.close()
    await rm(folder, { recursive: true })
  })

  it.each(['postgres://me:sec%ret@host/db', 'PostgreSQL://me:secret@host:port/db', 'postgres:secret?sslmode=secret'])(
    'refuses %j and shows only the scheme',
    async (url) => {
      const opening = openStore(url, options)
      await expect(opening).rejects.toMatchObject({ code: 'bad-url', hint: expect.stringMatching(/postgres:/) })
      await expect(opening).rejects.not.toThrow(/sec/)
    },
  )

  it.each(['supabase:', 'supabase:secret.supabase.co', 'Supabase:https://me:secret@host', 'supabase:http://secret.co'])(
    'refuses %j and shows only the scheme',
    async (url) => {
      const opening = openStore(url, { ...options, supabaseKey: 'secret' })
      await expect(opening).rejects.toMatchObject({ code: 'bad-url', hint: expect.stringMatching(/supabase:https:/) })
      await expect(opening).rejects.not.toThrow(/secret/)
    },
  )

  it.each([
    ['mysql://me:secret@host/db?sslkey=secret', 'mysql'],
    ['HTTPS://me:secret@host/?apikey=secret', 'https'],
    ['sqlite:', 'sqlite'],
    ['sqlite://host/secret', 'sqlite'],
    ['sqlite:a\0secret', 'sqlite'],
    ['secret.sqlite', ''],
    ['', ''],
  ])('refuses %j, says what is known and shows only the scheme', async (url, scheme) => {
    const opening = openStore(url, options)
    await expect(opening).rejects.toMatchObject({ code: 'bad-url', category: 'database', failure: { scheme } })
    await expect(opening).rejects.toThrow(/sqlite:PATH/)
    await expect(opening).rejects.not.toThrow(/secret/)
  })
})
