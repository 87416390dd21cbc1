import { describe, expect, it } from 'vitest'

import { FetchError, type FetchFailure, isRetryable } from './errors.ts'

const FAILURES: readonly (readonly [FetchFailure, string, boolean])[] = [
  [{ kind: 'timeout', afterMs: 2_500 }, 'network', true],
  [{ kind: 'network' }, 'network', true],
  [{ kind: 'network', reason: 'ECONNREFUSED' }, 'network', true],
  [{ kind: 'network', reason: 'EAI_AGAIN' }, 'network', true],
  [{ kind: 'rate-limited' }, 'network', true],
  [{ kind: 'rate-limited', retryAfterMs: 1_500 }, 'network', true],
  [{ kind: 'http', status: 499 }, 'network', false],
  [{ kind: 'http', status: 500 }, 'network', true],
  [{ kind: 'malformed', detail: 'a web page' }, 'data', true],
  [{ kind: 'wrong-symbol', asked: 'NQ=F', found: 'ES=F', rows: 3 }, 'data', true],
  [{ kind: 'unknown-symbol', symbol: 'NQX' }, 'data', false],
  [{ kind: 'bad-request', status: 422, detail: 'no' }, 'data', false],
  [{ kind: 'out-of-reach', interval: '1m' }, 'data', false],
  [{ kind: 'out-of-reach', interval: '1m', earliest: 0 }, 'data', false],
  [{ kind: 'unsupported-interval', interval: '1s', supported: ['1m', '5m'] }, 'system', false],
  [{ kind: 'invalid-window', from: 2, to: 1 }, 'system', false],
  [{ kind: 'file', path: 'bars.csv', reason: 'ENOENT' }, 'system', false],
  [{ kind: 'file', path: 'bars.csv', reason: 'EISDIR' }, 'system', false],
  [{ kind: 'file', path: 'bars.csv', reason: 'EACCES' }, 'system', false],
  [{ kind: 'file', path: 'bars.csv', reason: 'EIO' }, 'system', false],
  [{ kind: 'csv', line: 3, found: 'x', expected: 'a number' }, 'data', false],
  [{ kind: 'csv', line: 3, column: 'high', found: 'x', expected: 'a number' }, 'data', false],
]

describe('FetchError', () => {
  it.each(FAILURES)('files %o under a category and its kind, and says what to do', (failure, category, retryable) => {
    const error = new FetchError(failure)
    expect(error).toMatchObject({ name: 'FetchError', failure, category, code: failure.kind, subject: undefined })
    expect(error.hint).toMatch(/^[A-Z].*\.$/)
    expect(error.cause).toBeUndefined()
    expect(error.effort).toEqual({ requests: 0, waitingMs: 0 })
    expect(isRetryable(failure)).toBe(retryable)
  })

  it('says the same in one line for each failure', () => {
    expect(FAILURES.map(([failure]) => new FetchError(failure, { subject: 'S' }).message)).toMatchInlineSnapshot(`
      [
        "S: no complete answer within 2.5 s",
        "S: the source could not be reached",
        "S: the source could not be reached (ECONNREFUSED)",
        "S: the source could not be reached (EAI_AGAIN)",
        "S: the source says that it was asked too often (429)",
        "S: the source says that it was asked too often (429), to come back in 2 s",
        "S: the source answered with status 499",
        "S: the source answered with status 500",
        "S: the answer is not what was asked for: a web page",
        "S: the answer is about ES=F, asked was NQ=F; its 3 rows were dropped",
        "S: the source does not know the symbol NQX",
        "S: the source refuses the request (422): no",
        "S: the window is older than the 1m bars that the source still has",
        "S: the window ends before 1970-01-01T00:00:00.000Z, the oldest 1m bar in the source's reach",
        "S: no 1s bars here: expected one of 1m, 5m",
        "S: the window from 2 to 1 holds no bar: expected epoch milliseconds, from before to",
        "S: the file bars.csv does not exist",
        "S: bars.csv is a folder, expected a file",
        "S: the file bars.csv may not be read",
        "S: the file bars.csv could not be read (EIO)",
        "S: line 3: found x, expected a number",
        "S: line 3, column high: found x, expected a number",
      ]
    `)
  })

  it('keeps the cause, whatever it is', () => {
    const cause = new Error('below')
    expect(new FetchError({ kind: 'network' }, { cause }).cause).toBe(cause)
  })
})
