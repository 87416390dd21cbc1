import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

import { parseInstant } from '@openpredict/market'
import { openStore } from '@openpredict/store'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { parseLog, readLog, until } from '../e2e/log-lines.ts'
import { startWorld, timer } from '../e2e/world.ts'
import { finished, plainEnvironment, runOrFail, start } from './run.ts'
import { Stranger } from './stranger.ts'
import { type Tarballs, withNeeded } from './tarballs.ts'

const TIMEOUT = 300_000

/** What somebody can do who installs the command line for all folders. */
export function testCommand(packed: () => Tarballs): void {
  let workplace: Stranger | undefined
  let path = ''

  beforeAll(async () => {
    workplace = new Stranger()
    const bin = await workplace.installGlobally(withNeeded(packed(), ['@openpredict/cli']))
    path = [bin, process.env['PATH']].join(delimiter)
  }, TIMEOUT)
  afterAll(() => workplace?.[Symbol.dispose]())

  /** Nothing of ours but PATH; `LOG_FILE` where it is asked for. */
  const environment = (extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv =>
    plainEnvironment({ PATH: path, WARM_UP_DAYS: '0', ...extra })

  it('has openpredict on the PATH', async () => {
    using empty = new Stranger()
    const { stdout } = await runOrFail(empty.folder, 'openpredict', ['--version'], environment())
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it(
    'collects in a loop until it is stopped, from an empty folder',
    async () => {
      using empty = new Stranger()
      await using world = await startWorld({ start: parseInstant('2024-06-05T14:30:30Z') })
      const log = empty.path('log')
      const args = ['collect', '--loop', '--source', world.source]
      const child = start(empty.folder, 'openpredict', args, environment({ LOG_FILE: log }))
      const ending = finished(child)
      await until(() => existsSync(log) && readLog(log).some(({ operation }) => operation === 'cycle'))
      child.kill('SIGTERM')
      const { code, stdout } = await ending
      expect(code).toBe(0)
      expect(parseLog(stdout).at(-1)).toMatchObject({ operation: 'stop', status: 'stopped' })

      const health = await runOrFail(empty.folder, 'openpredict', ['health', '--check-db'], environment())
      expect(health.stdout).toMatch(/^✔ store .*openpredict\.sqlite/m)
      await using store = await openStore(`sqlite:${join(empty.folder, 'openpredict.sqlite')}`, { clock: timer })
      expect(await store.countRows('ohlc_data')).toBeGreaterThan(1_000)
      expect(await store.countRows('reference_levels')).toBeGreaterThan(10)
    },
    TIMEOUT,
  )

  it(
    'measures a hundred cycles, from an empty folder',
    async () => {
      using empty = new Stranger()
      const args = ['benchmark', '--cycles', '100', '--json']
      const { code, stdout } = await finished(start(empty.folder, 'openpredict', args, environment()))
      // 1 where this machine does not meet a target: that is for the benchmark's own tests.
      expect([0, 1]).toContain(code)
      expect(JSON.parse(stdout)).toMatchObject({ cycles: { measured: 100 } })
    },
    TIMEOUT,
  )
}
