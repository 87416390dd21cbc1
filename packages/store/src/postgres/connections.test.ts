import { EventEmitter } from 'node:events'

import { createManualClock } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { Connections } from './connections.ts'
import { parseConnectionUrl } from './connection-url.ts'
import type { PgClient, PgModule } from './pg-types.ts'
import type { Session } from './session.ts'

interface Sent {
  readonly text: string
  readonly query_timeout?: number
}

/** A client library whose one connection never answers what contains `mute`, as it reports that after its time-out. */
function clientLibrary(mute: string): { pg: PgModule; sent: Sent[]; released: unknown[]; options: unknown[] } {
  const sent: Sent[] = []
  const released: unknown[] = []
  const options: unknown[] = []
  const client = {
    query: async (config: Sent) => {
      sent.push(config)
      if (config.text.includes(mute)) throw new Error('Query read timeout')
      return { rows: [['1']], rowCount: 1, command: config.text }
    },
    release: (destroy?: boolean) => released.push(destroy),
    on: () => {},
  } as unknown as PgClient
  class Pool {
    constructor(given: unknown) {
      options.push(given)
    }
    connect = async (): Promise<PgClient> => client
    end = async (): Promise<void> => {}
    on = (): void => {}
  }
  return { pg: { Pool, Client: EventEmitter, Query: EventEmitter } as unknown as PgModule, sent, released, options }
}

function connectionsOf(
  pg: PgModule,
  limits: { statementTimeoutMs?: number; lockTimeoutMs?: number } = {},
): Connections {
  return new Connections({
    pg,
    target: parseConnectionUrl('postgres://localhost/db'),
    clock: createManualClock(0),
    readOnly: false,
    maxConnections: 2,
    connectTimeoutMs: 1,
    statementTimeoutMs: 1_000,
    lockTimeoutMs: 200,
    prepare: true,
    ...limits,
  })
}

describe('connections', () => {
  it('are destroyed when an answer did not come in time: they are still busy with the statement', async () => {
    const { pg, released } = clientLibrary('slow')
    const connections = connectionsOf(pg)
    await expect(connections.use((session) => session.query('slow'))).rejects.toMatchObject({ code: 'timeout' })
    expect(released).toEqual([true])
    await connections.use((session) => session.query('fast'))
    expect(released).toEqual([true, false])
  })

  it.each(['slow', 'COMMIT', 'BEGIN'])('are destroyed when %s of a transaction was not answered', async (mute) => {
    const { pg, sent, released } = clientLibrary(mute)
    const work = connectionsOf(pg).transact('SELECT 1', (session) => session.query('slow'))
    await expect(work).rejects.toMatchObject({ code: 'timeout' })
    // The statement is cancelled over another connection; a ROLLBACK would wait behind it.
    expect(sent.map(({ text }) => text)).toContain('SELECT pg_cancel_backend($1::int)')
    expect(sent.map(({ text }) => text)).not.toContain('ROLLBACK')
    expect(released).toEqual([false, true])
  })

  it('are destroyed when work caught that an answer did not come in time', async () => {
    const { pg, released } = clientLibrary('slow')
    const work = connectionsOf(pg).transact('SELECT 1', (session) => session.query('slow').catch(() => {}))
    await expect(work).rejects.toMatchObject({ code: 'io' })
    expect(released).toEqual([false, true])
  })

  it('take nothing more from work that goes on after it was aborted: it would be outside of the transaction', async () => {
    const { pg, sent, released } = clientLibrary('nothing')
    const abort = new AbortController()
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const work = async (session: Session): Promise<void> => {
      await session.query('early')
      abort.abort(new Error('stopped'))
      await over
      await session.query('late')
    }
    let late: Promise<void> | undefined
    const started = (session: Session): Promise<void> => {
      late = work(session)
      return late
    }
    const done = connectionsOf(pg).transact('SELECT 1', started, abort.signal)
    await expect(done).rejects.toThrow(/stopped/)
    expect(released).toEqual([false])
    end()
    await expect(late).rejects.toMatchObject({ code: 'closed' })
    expect(sent.map(({ text }) => text)).toContain('early')
    expect(sent.map(({ text }) => text)).not.toContain('late')
  })

  it('wait for the lock in addition to the time of a statement, here as on the server', async () => {
    const { pg, sent } = clientLibrary('nothing')
    await connectionsOf(pg).transact('SELECT 1', (session) => session.execUnlimited('DELETE FROM all_of_it'))
    expect(sent.filter(({ text }) => text.startsWith('BEGIN'))).toEqual([
      {
        text: expect.stringMatching(
          /statement_timeout = 1200; .*lock_timeout = 200; SELECT 1;\s+SET LOCAL statement_timeout = 1000$/,
        ),
        query_timeout: 6_200,
      },
    ])
    expect(sent).toContainEqual({ text: 'SET LOCAL statement_timeout = 0; DELETE FROM all_of_it', query_timeout: 0 })
  })

  it('have no limit for a time of 0, but do not wait for a lock', async () => {
    const { pg, sent } = clientLibrary('nothing')
    await connectionsOf(pg, { statementTimeoutMs: 0, lockTimeoutMs: 0 }).transact('SELECT 1', async () => {})
    expect(sent.find(({ text }) => text.startsWith('BEGIN'))).toMatchObject({
      text: expect.stringContaining('lock_timeout = 1;'),
      query_timeout: 0,
    })
  })

  it('ask whether the other end is still there after ten seconds, here as on the server', async () => {
    const { pg, options, sent } = clientLibrary('nothing')
    await connectionsOf(pg).use((session) => session.query('SELECT 1'))
    expect(sent[0]?.text).toMatch(/SET tcp_keepalives_idle = 10;.*interval = 5;.*count = 4;/)
    expect(options).toEqual([expect.objectContaining({ keepAlive: true, keepAliveInitialDelayMillis: 10_000 })])
  })
})
