import { renameSync } from 'node:fs'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { startFaultProxy, unavailable } from '../local-supabase/src/index.ts'
import { parseLog, readLog, until } from './log-lines.ts'
import { testDatabase } from './on-server.ts'
import { Workplace } from './run-cli.ts'
import { startSilentServer } from './silent-server.ts'
import { openStored } from './stored.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')
/** The time in which a stopped loop ends, with the end of the process. */
const STOP_MS = 5_000
/** What the machine may add when other tests run beside this one. */
const BUSY_MS = 2_500

describe('a loop that is told to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('before its first cycle, by %s: ends with %i', async (signal, expected) => {
    using workplace = new Workplace()
    await using server = await startSilentServer()
    const { child, finished } = workplace.start(['run-loop', '--source', `sim:${server.url}`])
    await until(() => server.count() > 0)
    child.kill(signal)
    const { code, signal: killedBy, stdout } = await finished
    expect({ code, killedBy }).toEqual({ code: expected, killedBy: null })
    expect(parseLog(stdout)).toMatchObject([
      { operation: 'stop', status: 'stopping', message: `Stopping: stopped by ${signal}` },
      { operation: 'stop', status: 'stopped', message: 'Stopped after 0 cycles' },
    ])
  })

  it('in a fetch that hangs: aborts it within five seconds, and leaves a store that anybody can use', async () => {
    using workplace = new Workplace()
    await using server = await startSilentServer()
    const log = workplace.path('log')
    const env = { OPENPREDICT_YAHOO_URL: server.url, LOG_FILE: log }
    const { child, finished } = workplace.start(['run-loop'], env)
    await until(() => server.count() > 0)
    const asked = performance.now()
    child.kill('SIGTERM')
    const { code } = await finished
    expect(performance.now() - asked).toBeLessThan(STOP_MS + BUSY_MS)
    // No cycle had been finished.
    expect(code).toBe(143)
    const lines = readLog(log)
    expect(lines.map(({ operation, status }) => `${operation} ${status}`)).toEqual(
      expect.arrayContaining(['start started', 'stop stopping', 'stop stopped']),
    )
    expect(lines.find(({ status }) => status === 'stopping')?.message).toBe('Stopping: stopped by SIGTERM')

    await using world = await startWorld({ start: START })
    expect(await workplace.run(['run-once', '--source', world.source])).toMatchObject({ code: 0 })
  })

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'during the sleep, by %s: ends at once with 0 and its statistics',
    async (signal) => {
      using workplace = new Workplace()
      await using world = await startWorld({ start: START })
      const log = workplace.path('log')
      const args = ['run-loop', '--source', world.source, '-s', 'NQ=F', '-s', 'XX=F', '--log-format', 'pretty']
      const { child, finished } = workplace.start(args, { LOG_FILE: log })
      await until(() => readLog(log).filter(({ operation }) => operation === 'cycle').length >= 2)
      const asked = performance.now()
      child.kill(signal)
      const { code, stderr } = await finished
      expect(code).toBe(0)
      expect(performance.now() - asked).toBeLessThan(BUSY_MS)
      expect(stderr).toMatch(/NQ=F: 1 succeeded, 0 partial, 0 failed, 0 idle; [\d,]+ new bars/)
      expect(stderr).toMatch(/XX=F: 0 succeeded, 0 partial, 1 failed, 0 idle/)
      expect(stderr).toMatch(/1 round: 1 succeeded, 0 partial, 1 failed, 0 idle\.\n$/)
      const final = readLog(log).filter(({ operation }) => operation === 'statistics')
      expect(final.map(({ instrument, cycles }) => ({ instrument, cycles }))).toEqual(
        expect.arrayContaining([
          { instrument: 'NQ=F', cycles: { success: 1, partial: 0, failed: 0, idle: 0 } },
          { instrument: 'XX=F', cycles: { success: 0, partial: 0, failed: 1, idle: 0 } },
        ]),
      )
      expect(readLog(log).at(-1)).toMatchObject({ operation: 'stop', status: 'stopped' })
    },
  )

  it('twice: ends at once, with everything logged and nothing half-written', async () => {
    using workplace = new Workplace()
    await using server = await startSilentServer()
    const log = workplace.path('log')
    const { child, finished } = workplace.start(['run-loop'], { OPENPREDICT_YAHOO_URL: server.url, LOG_FILE: log })
    await until(() => server.count() > 0)
    child.kill('SIGTERM')
    await until(() => readLog(log).some(({ status }) => status === 'stopping'))
    const asked = performance.now()
    child.kill('SIGINT')
    const { code } = await finished
    expect(performance.now() - asked).toBeLessThan(BUSY_MS)
    expect(code).toBe(130)
    await using store = await openStored(workplace)
    expect(await store.countRows('ohlc_data')).toBe(0)
    await using world = await startWorld({ start: START })
    expect(await workplace.run(['run-once', '--source', world.source])).toMatchObject({ code: 0 })
  })

  it.skipIf(unavailable() !== undefined)(
    'during a delivery that hangs: ends within five seconds, and delivers at the next start',
    async () => {
      await using world = await startWorld({ start: START, speed: 60 })
      await using database = await testDatabase()
      const { hostname: host, port } = new URL(database.url)
      await using proxy = await startFaultProxy({ host, port: Number(port) })
      const url = proxy.through(database.url)
      using workplace = new Workplace()
      const log = workplace.path('log')
      const common = ['--source', world.source, '--store', url]
      expect(await workplace.run(['run-once', ...common])).toMatchObject({ code: 0 })

      await proxy.set({ kind: 'silent' })
      const { child, finished } = workplace.start(['run-loop', '--log-format', 'none', ...common], { LOG_FILE: log })
      await until(() => readLog(log).some(({ operation }) => operation === 'detect_structure'))
      const asked = performance.now()
      child.kill('SIGTERM')
      const { code } = await finished
      expect(performance.now() - asked).toBeLessThan(STOP_MS + BUSY_MS)
      expect(code).toBe(0)
      expect(readLog(log).at(-1)).toMatchObject({ operation: 'stop', status: 'stopped' })
      expect(readLog(log).at(-1)?.['waiting']).toBeGreaterThan(0)

      await proxy.set({ kind: 'none' })
      expect(await workplace.run(['run-once', ...common])).toMatchObject({ code: 0 })
    },
  )
})

describe('SIGHUP', () => {
  it('opens the log file again, and the loop goes on', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const [log, old] = [workplace.path('log'), workplace.path('log.1')]
    const { child, finished } = workplace.start(['run-loop', '--source', world.source], { LOG_FILE: log })
    await until(() => readLog(log).some(({ operation }) => operation === 'cycle'))
    renameSync(log, old)
    child.kill('SIGHUP')
    await until(() => readLog(log).some(({ status }) => status === 'reopened'))
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    expect(readLog(old).some(({ status }) => status === 'reopened')).toBe(false)
    expect(readLog(log).at(-1)).toMatchObject({ operation: 'stop', status: 'stopped' })
  })

  it('ends nothing without a log file either, where nobody looks at a terminal', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: START })
    const { child, finished } = workplace.start(['run-loop', '--source', world.source])
    let printed = ''
    child.stdout?.on('data', (text: Buffer) => (printed += text.toString()))
    await until(() => printed.includes('"operation":"cycle"'))
    child.kill('SIGHUP')
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0, signal: null })
  })
})
