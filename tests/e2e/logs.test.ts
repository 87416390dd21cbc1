import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { parseLog, readLog, until } from './log-lines.ts'
import { Workplace } from './run-cli.ts'
import { PLANTED, plantedIn } from './secrets.ts'
import { openStored } from './stored.ts'
import { startTalkativeServer } from './talkative-server.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')
const FIELDS = ['timestamp', 'level', 'component', 'cycle', 'operation', 'duration_ms', 'status', 'bars_fetched']
const STEPS = ['fetch', 'store_ohlc', 'calc_ref_levels', 'calc_pivots', 'detect_liquidity', 'detect_fvg']
const OPERATIONS = [...STEPS, 'segment_blocks', 'detect_structure', 'cycle']

describe('the structured log', () => {
  it('has one line a step and one a cycle, with the agreed fields first and the message last', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const { code, stdout, stderr } = await workplace.run(['run-loop', '--cycles', '2', '--source', world.source])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const lines = parseLog(stdout)
    for (const line of lines) {
      const names = Object.keys(line)
      expect(names.slice(0, FIELDS.length)).toEqual(FIELDS)
      expect(names.at(-1)).toBe('message')
      expect(line).toMatchObject({ level: 'INFO', component: 'agent1' })
      expect(new Date(line.timestamp).toISOString()).toBe(line.timestamp)
    }
    const first = lines.filter(({ cycle }) => cycle === 1)
    expect(first.map(({ operation }) => operation)).toEqual(OPERATIONS)
    expect(first.every(({ status, duration_ms: ms }) => status === 'success' && (ms ?? -1) >= 0)).toBe(true)
    expect(first[0]?.bars_fetched).toBeGreaterThan(5_000)
    expect(first.at(-1)?.message).toMatch(
      /^Cycle #1 of NQ=F: [\d,]+ new bars to 14:\d\d UTC, [\d,]+ rows\. Completed in \d+\.\d\ds$/,
    )
    const others = lines.filter(({ cycle }) => cycle === null).map(({ operation, status }) => `${operation} ${status}`)
    expect(others).toEqual(['start started', 'statistics final', 'stop stopped'])
  })

  it('goes to LOG_FILE besides, from LOG_LEVEL on, and leaves --json as it is', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const args = ['run-once', '--json', '--source', world.source, '-s', 'NQ=F', '-s', 'XX=F']
    const env = { LOG_FILE: 'agent.log', LOG_LEVEL: 'Warning', LOG_COMPONENT: 'agent-7' }
    const { code, stdout, stderr } = await workplace.run(args, env)
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(JSON.parse(stdout)).toHaveLength(2)
    const lines = readLog(workplace.path('agent.log'))
    expect(lines.map(({ level, operation }) => `${level} ${operation}`)).toEqual(['ERROR fetch', 'ERROR cycle'])
    expect(lines[0]).toMatchObject({
      component: 'agent-7',
      status: 'failed',
      instrument: 'XX=F',
      category: 'data',
      code: 'unknown-symbol',
    })
    expect(lines[0]?.['hint']).toMatch(/\w/)
  })

  it('tells of fetches that are made again', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    world.server.faults.next({ kind: '503' })
    const { code, stdout } = await workplace.run(['run-once', '--log-format', 'json', '--source', world.source])
    expect(code).toBe(0)
    const again = parseLog(stdout).find(({ status }) => status === 'retrying')
    expect(again).toMatchObject({ level: 'WARNING', operation: 'fetch', instrument: 'NQ=F', category: 'network' })
    expect(again?.message).toMatch(/; attempt 2 in \d+ ms$/)
  })

  it.each([
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL is "loud": expected DEBUG, INFO, WARNING, ERROR or CRITICAL/],
    [{ LOG_COMPONENT: 'a b' }, /LOG_COMPONENT is "a b": expected letters/],
    [{ SENTRY_DSN: 'https://sentry.example/x' }, /SENTRY_DSN is something else: expected https:\/\/KEY@HOST\/PROJECT/],
  ])('refuses %o', async (env, said) => {
    using workplace = new Workplace()
    const { code, stderr } = await workplace.run(['run-loop'], env)
    expect(code).toBe(2)
    expect(stderr).toMatch(said)
  })

  it('refuses to be on standard output together with --json', async () => {
    using workplace = new Workplace()
    const { code, stdout } = await workplace.run(['run-once', '--json', '--log-format', 'json'])
    expect(code).toBe(2)
    expect(stdout).toMatch(/both decide what standard output is/)
  })
})

describe('the log file', () => {
  it('is made again where it was deleted or moved away, without being told', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const [log, old] = [workplace.path('log'), workplace.path('log.1')]
    const { child, finished } = workplace.start(['run-loop', '--log-format', 'none', '--source', world.source], {
      LOG_FILE: log,
    })
    const cycles = (path: string): readonly number[] =>
      readLog(path).flatMap(({ operation, cycle }) => (operation === 'cycle' && cycle !== null ? [cycle] : []))
    await until(() => cycles(log).length > 0)
    renameSync(log, old)
    // As logrotate leaves it.
    writeFileSync(log, '')
    const next = Math.max(...cycles(old)) + 1
    await until(() => cycles(log).length > 0)
    expect(cycles(log)[0]).toBe(next)
    rmSync(log)
    await until(() => cycles(log).length > 0)
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0, stdout: '', stderr: '' })
    expect(readLog(log).at(-1)).toMatchObject({ operation: 'stop' })
  })

  it('stops nothing when it cannot be written: said once, tried again, and nothing lost', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const log = workplace.path('folder', 'log')
    const args = ['run-loop', '--log-format', 'pretty', '--source', world.source]
    const { child, finished } = workplace.start(args, { LOG_FILE: log })
    let printed = ''
    child.stdout?.on('data', (text: Buffer) => (printed += text.toString()))
    await until(() => /#4 /.test(printed))
    expect(existsSync(log)).toBe(false)
    mkdirSync(workplace.path('folder'))
    await until(() => readLog(log).length > 0)
    child.kill('SIGTERM')
    const { code, stderr } = await finished
    expect(code).toBe(0)
    expect(
      stderr.match(/LOG_FILE .* cannot be written \(ENOENT\)\. Collecting goes on, and it is tried again\./g),
    ).toHaveLength(1)
    expect(stderr.match(/LOG_FILE .* is written again\./g)).toHaveLength(1)
    expect(readLog(log)[0]).toMatchObject({ operation: 'start' })
  })
})

describe('what should not happen', () => {
  it('a second collector of the same rows is noticed by both, and said once', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const start = (log: string): ReturnType<Workplace['start']> =>
      workplace.start(['run-loop', '--log-format', 'none', '--source', world.source, '--store', 'sqlite:rows.sqlite'], {
        LOG_FILE: log,
      })
    const told = (log: string): readonly Readonly<Record<string, unknown>>[] =>
      readLog(workplace.path(log)).filter(({ operation }) => operation === 'other_collector')
    const [first, second] = [start('a.log'), start('b.log')]
    await until(() => told('a.log').length > 0 && told('b.log').length > 0)
    const cycles = (log: string): number =>
      readLog(workplace.path(log)).filter(({ operation }) => operation === 'cycle').length
    const before = [cycles('a.log'), cycles('b.log')]
    await until(() => cycles('a.log') >= (before[0] ?? 0) + 3 && cycles('b.log') >= (before[1] ?? 0) + 3)
    for (const { child } of [first, second]) child.kill('SIGTERM')
    for (const { finished } of [first, second]) expect(await finished).toMatchObject({ code: 0 })
    expect(told('a.log')).toMatchObject([{ level: 'WARNING', status: 'found', other_process: second.child.pid }])
    expect(told('b.log')).toMatchObject([{ level: 'WARNING', status: 'found', other_process: first.child.pid }])
  })

  it('a fault of the program is its last line, CRITICAL and without secrets, and ends it', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START, speed: 60 })
    const preload = workplace.path('fault.mjs')
    writeFileSync(
      preload,
      `import { existsSync, readFileSync } from 'node:fs'
      setInterval(() => {
        if (existsSync('log') && readFileSync('log', 'utf8').includes('"operation":"cycle"'))
          throw new Error('${PLANTED.secretKey} is broken')
      }, 20).unref()`,
    )
    const { code, signal } = await workplace.run(['run-loop', '--log-format', 'none', '--source', world.source], {
      LOG_FILE: 'log',
      NODE_OPTIONS: `--import ${preload}`,
    })
    expect({ code, signal }).toEqual({ code: 1, signal: null })
    const last = readLog(workplace.path('log')).at(-1)
    expect(last).toMatchObject({ level: 'CRITICAL', operation: 'crash', status: 'failed', code: 'unexpected' })
    expect(last?.message).toMatch(/is broken$/)
    expect(plantedIn(readFileSync(workplace.path('log'), 'utf8'))).toEqual([])
  })
})

describe('secrets', () => {
  const { serviceKey, secretKey, databasePassword, yahooPassword, crumb, token } = PLANTED

  it('are in no output of a loop whose source tells them back', async () => {
    using workplace = new Workplace()
    await using server = await startTalkativeServer(500)
    const env = {
      OPENPREDICT_YAHOO_URL: `http://me:${yahooPassword}@127.0.0.1:${server.port}/?crumb=${crumb}`,
      DATABASE_URL: `postgres://owner:${databasePassword}@127.0.0.1:1/bars`,
      OPENPREDICT_STORE: 'sqlite:rows.sqlite',
      SUPABASE_KEY: secretKey,
      GITHUB_TOKEN: token,
      LOG_FILE: 'log',
      LOG_LEVEL: 'DEBUG',
    }
    const { child, finished } = workplace.start(
      ['run-loop', '--symbol', 'BTC-USD', '--interval', '1', '--metrics-port', '0'],
      env,
    )
    const log = workplace.path('log')
    const url = await until(() => readLog(log).find(({ operation }) => operation === 'metrics')?.['url'])
    await until(() => readLog(log).filter(({ operation }) => operation === 'cycle').length >= 2)
    const page = await (await fetch(`${String(url)}/metrics`)).text()
    const health = await (await fetch(`${String(url)}/healthz`)).text()
    child.kill('SIGTERM')
    const { stdout, stderr } = await finished
    const written = readFileSync(log, 'utf8')
    expect(written).toMatch(/"level":"ERROR"/)
    expect(page).toContain('agent1_errors_total')
    await using store = await openStored(workplace, 'rows.sqlite')
    const errors = JSON.stringify(await store.readRows('error_log'))
    expect(errors).toContain('fetch')
    for (const text of [stdout, stderr, written, errors, page, health]) expect(plantedIn(text)).toEqual([])
  })

  it.each([
    ['with --json', ['run-once', '--json']],
    ['for people', ['run-once']],
    ['as lines', ['run-loop', '--cycles', '1', '--log-format', 'json']],
  ])('are in no output when the store tells them back, %s', async (_, args) => {
    using workplace = new Workplace()
    await using server = await startTalkativeServer(401)
    const env = {
      SUPABASE_URL: `http://127.0.0.1:${server.port}`,
      SUPABASE_KEY: serviceKey,
      LOG_FILE: 'log',
      LOG_LEVEL: 'DEBUG',
    }
    const { code, stdout, stderr } = await workplace.run(args, env)
    expect(code).toBe(4)
    const written = readFileSync(workplace.path('log'), 'utf8')
    expect(written).toMatch(/"level":"CRITICAL"/)
    for (const text of [stdout, stderr, written]) expect(plantedIn(text)).toEqual([])
  })
})
