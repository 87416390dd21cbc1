import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { gunzipSync } from 'node:zlib'

import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { type LogLine, parseLog, readLog, until } from '../e2e/log-lines.ts'
import { Workplace } from '../e2e/run-cli.ts'
import { startWorld } from '../e2e/world.ts'
import { readDeploy } from './deploy-files.ts'

const PROGRAM = ['logrotate', '/usr/sbin/logrotate'].find((path) => spawnSync(path, ['--version']).status === 0)
const ROTATIONS = 4

/** Our configuration for a folder and a user of this machine, and for a process that systemd does not know. */
function configurationFor(folder: string, pid: number): string {
  const { username, uid } = userInfo()
  const owner = `${username} ${execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim()}`
  const text = readDeploy('logrotate', 'openpredict')
    .replace('/var/log/openpredict/', `${folder}/`)
    .replace(/systemctl kill --kill-who=main --signal=HUP 'openpredict@\*\.service'/, `kill -HUP ${pid}`)
    .replaceAll('openpredict openpredict', owner)
  // Only root can become somebody else.
  return uid === 0 ? text : text.replace(/^ *su .*\n/m, '')
}

/** All lines, from the oldest file to the newest. */
function linesIn(workplace: Workplace): readonly LogLine[] {
  const age = (name: string): number => Number(/\.log\.(\d+)/.exec(name)?.[1] ?? 0)
  return readdirSync(workplace.folder)
    .filter((name) => name.startsWith('production.log'))
    .toSorted((a, b) => age(b) - age(a))
    .flatMap((name) => {
      const bytes = readFileSync(workplace.path(name))
      return parseLog((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString())
    })
}

describe.skipIf(PROGRAM === undefined)('logrotate (which is on this machine)', () => {
  it('moves the log of a running collector away again and again, and no line is lost', async () => {
    using workplace = new Workplace()
    await using world = await startWorld({ start: parseInstant('2024-06-05T14:30:30Z'), speed: 600 })
    const log = workplace.path('production.log')
    const { child, finished } = workplace.start(['run-loop', '--log-format', 'none', '--source', world.source], {
      LOG_FILE: log,
    })
    const cycles = (lines: readonly LogLine[]): readonly number[] =>
      lines.flatMap(({ operation, cycle }) => (operation === 'cycle' && cycle !== null ? [cycle] : []))
    await until(() => cycles(readLog(log)).length >= 2)

    const config = workplace.path('logrotate.conf')
    writeFileSync(config, configurationFor(workplace.folder, child.pid ?? 0), { mode: 0o600 })
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      const args = ['--force', '--state', workplace.path('state'), config]
      const { status, stderr } = spawnSync(PROGRAM ?? '', args, { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      await until(() => cycles(readLog(log)).length >= 2)
    }
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0, stdout: '', stderr: '' })

    const names = readdirSync(workplace.folder).filter((name) => name.startsWith('production.log'))
    expect(names.toSorted()).toEqual([
      'production.log',
      'production.log.1',
      ...Array.from({ length: ROTATIONS - 1 }, (_, index) => `production.log.${index + 2}.gz`),
    ])
    const lines = linesIn(workplace)
    const numbers = cycles(lines)
    expect(numbers.length).toBeGreaterThanOrEqual(2 * (ROTATIONS + 1))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    // Eight steps and the cycle itself.
    for (const number of numbers) expect(lines.filter(({ cycle }) => cycle === number)).toHaveLength(9)
    expect(lines.filter(({ status }) => status === 'reopened')).toHaveLength(ROTATIONS)
    expect(lines.at(0)?.operation).toBe('start')
    expect(lines.at(-1)?.operation).toBe('stop')
  })
})
