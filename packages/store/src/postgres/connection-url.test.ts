import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { parseConnectionUrl } from './connection-url.ts'

describe('parseConnectionUrl', () => {
  it('reads all parts of a URL', () => {
    expect(parseConnectionUrl('postgresql://m%40e:p%3Aw%2Fd@db.example.com:6000/mar%20ket')).toEqual({
      host: 'db.example.com',
      port: 6000,
      database: 'mar ket',
      user: 'm@e',
      password: 'p:w/d',
      ssl: { rejectUnauthorized: false },
      location: 'postgres://db.example.com:6000/mar ket',
    })
  })

  it('fills in what is not said', () => {
    expect(parseConnectionUrl('postgres://')).toEqual({
      host: 'localhost',
      port: 5432,
      database: 'postgres',
      user: 'postgres',
      ssl: false,
      location: 'postgres://localhost:5432/postgres',
    })
  })

  it.each(['localhost', '127.0.0.1', '127.3.2.1', '[::1]'])('does not encrypt the way to %s unless told to', (host) => {
    expect(parseConnectionUrl(`postgres://${host}/db`).ssl).toBe(false)
    expect(parseConnectionUrl(`postgres://${host}/db?sslmode=require`).ssl).toEqual({ rejectUnauthorized: false })
  })

  it.each(['db.example.com', '10.0.0.7', '128.0.0.1', 'localhost.example.com', '[fd00::1]'])(
    'encrypts the way to %s unless told not to',
    (host) => {
      expect(parseConnectionUrl(`postgres://${host}/db`).ssl).toEqual({ rejectUnauthorized: false })
      expect(parseConnectionUrl(`postgres://${host}/db?sslmode=disable`).ssl).toBe(false)
    },
  )

  it('takes a socket for local', () => {
    const { host, ssl, location } = parseConnectionUrl('postgres:///db?host=/var/run/postgresql')
    expect({ host, ssl, location }).toEqual({
      host: '/var/run/postgresql',
      ssl: false,
      location: 'postgres://localhost:5432/db',
    })
  })

  it('looks at certificates as far as sslmode says', () => {
    const folder = mkdtempSync(join(tmpdir(), 'openpredict-url-'))
    const file = join(folder, 'ca.crt')
    writeFileSync(file, 'the certificate')
    const tls = (parameters: string): unknown => parseConnectionUrl(`postgres://db.example.com/db?${parameters}`).ssl
    expect(tls('sslmode=verify-full')).toEqual({ rejectUnauthorized: true })
    expect(tls(`sslmode=verify-full&sslrootcert=${file}`)).toEqual({ rejectUnauthorized: true, ca: 'the certificate' })
    for (const mode of ['require', 'verify-ca']) {
      expect(tls(`sslmode=${mode}&sslrootcert=${file}`)).toEqual({
        rejectUnauthorized: true,
        ca: 'the certificate',
        checkServerIdentity: expect.any(Function),
      })
    }
    expect(tls('sslrootcert=system')).toEqual({ rejectUnauthorized: true })
    rmSync(folder, { recursive: true })
  })

  it.each([
    'mysql://me:secret@host/db',
    'postgres://me:sec%ret@host/db',
    'postgres://me:/secret@host/db',
    'postgres://me:5/sec/ret@host/db',
    'postgres://host/sec/ret',
    'postgres://me:secret@host:port/db',
    'postgres://me:secret@host/db?sslmode=secret',
    'postgres://me:secret@host/db?sslmode=require&sslrootcert=/nowhere/secret',
    'postgres://me:secret@host:6543/db',
    'secret',
  ])('refuses %j without repeating it', (url) => {
    expect(() => parseConnectionUrl(url)).toThrow(expect.objectContaining({ code: 'bad-url' }))
    expect(() => parseConnectionUrl(url)).not.toThrow(/sec/)
  })

  it('sends who names a transaction pooler to what can be used', () => {
    expect(() => parseConnectionUrl('postgres://me:secret@db.example.com:6543/db')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('6543'), hint: expect.stringContaining('5432') }),
    )
  })

  it('takes any name of a database that is encoded', () => {
    expect(parseConnectionUrl('postgres://localhost/a%40b%2Fc').database).toBe('a@b/c')
  })
})
