import { describe, expect, it } from 'vitest'

import { StoreError } from '../errors.ts'
import { storeErrorOf } from './failures.ts'

function sqlite(errcode: number, message = 'words of SQLite'): Error {
  return Object.assign(new Error(message), { code: 'ERR_SQLITE_ERROR', errcode })
}

describe('storeErrorOf', () => {
  it.each([
    ['SQLITE_PERM', 3, 'no-permission'],
    ['SQLITE_BUSY', 5, 'locked'],
    ['SQLITE_LOCKED', 6, 'locked'],
    ['SQLITE_BUSY_RECOVERY', 261, 'locked'],
    ['SQLITE_READONLY', 8, 'read-only'],
    ['SQLITE_READONLY_DBMOVED', 1032, 'read-only'],
    ['SQLITE_IOERR_WRITE', 778, 'io'],
    ['SQLITE_CORRUPT', 11, 'corrupt'],
    ['SQLITE_FULL', 13, 'disk-full'],
    ['SQLITE_CANTOPEN', 14, 'no-permission'],
    ['SQLITE_NOTADB', 26, 'not-a-database'],
    ['SQLITE_ERROR', 1, 'io'],
  ])('knows %s', (_, errcode, kind) => {
    const cause = sqlite(errcode)
    const error = storeErrorOf(cause, '/data/nq.sqlite')
    expect(error).toMatchObject({ code: kind, category: 'database', cause })
    expect(error.message).toContain('/data/nq.sqlite')
    expect(error.hint).not.toBe('')
  })

  it.each([
    ['EACCES', 'no-permission'],
    ['EPERM', 'no-permission'],
    ['ENOENT', 'no-permission'],
    ['ERR_OUT_OF_RANGE', 'corrupt'],
    ['EROFS', 'read-only'],
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['ENOTDIR', 'not-a-file'],
    ['EEXIST', 'not-a-file'],
    ['EMFILE', 'io'],
  ])('knows %s of Node', (code, kind) => {
    expect(storeErrorOf(Object.assign(new Error(code), { code }), 'x').code).toBe(kind)
  })

  it('names the rule that the database found broken', () => {
    expect(storeErrorOf(sqlite(275, 'CHECK constraint failed: high_at_least_low'), 'x').failure).toEqual({
      kind: 'constraint',
      table: '',
      constraint: 'high_at_least_low',
    })
    expect(storeErrorOf(sqlite(1299, 'NOT NULL constraint failed: fvg.gap_top'), 'x').failure).toEqual({
      kind: 'constraint',
      table: 'fvg',
      constraint: 'gap_top',
    })
  })

  it('leaves a StoreError as it is, and takes whatever else is thrown', () => {
    const error = new StoreError('x', { kind: 'closed' }, { hint: '' })
    expect(storeErrorOf(error, 'x')).toBe(error)
    expect(storeErrorOf('a text', 'x')).toMatchObject({ code: 'io', message: 'store x: a text' })
  })
})
