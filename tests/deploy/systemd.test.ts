import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import { Workplace } from '../e2e/run-cli.ts'
import { DEPLOY, readDeploy, unitFiles } from './deploy-files.ts'

const PROGRAM = '/opt/openpredict/%i/node_modules/.bin/openpredict'
/** Out of 10; what goes without saying gets 9.6. */
const MOST_EXPOSED = 1.5

/** The version of systemd on this machine; `undefined` without one. */
function systemdVersion(): number | undefined {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  const [, version] = /^systemd (\d+)/.exec(stdout ?? '') ?? []
  return version === undefined ? undefined : Number(version)
}

const version = systemdVersion()

describe.skipIf(version === undefined || version < 250)('the units (with systemd-analyze 250 or later)', () => {
  it('are such that systemd finds nothing to say', () => {
    using workplace = new Workplace()
    const folder = workplace.path('units')
    cpSync(join(DEPLOY, 'systemd'), folder, { recursive: true })
    // Nothing is installed here: another program stands for it.
    for (const name of unitFiles()) {
      const text = readFileSync(join(folder, name), 'utf8')
      writeFileSync(join(folder, name), text.replaceAll(PROGRAM, process.execPath))
    }
    const paths = unitFiles().map((name) => join(folder, name))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' })
    const said = stderr.split('\n').filter((line) => line.includes(folder) || line.includes('openpredict'))
    // The back-off is of systemd 254, and older ones say so.
    const isNew = (version ?? 0) >= 254
    expect(said.filter((line) => isNew || !/Unknown key 'Restart(Steps|MaxDelaySec)'/.test(line))).toEqual([])
    expect(status).toBe(0)
  })

  it('are judged to be well closed off', () => {
    const services = unitFiles().filter((name) => name.endsWith('.service'))
    const judged = services.map((name) => {
      const args = ['security', '--offline=true', join(DEPLOY, 'systemd', name)]
      const { stdout } = spawnSync('systemd-analyze', args, { encoding: 'utf8' })
      const exposure = Number(/Overall exposure level for .*: (\d+\.\d)/.exec(stdout)?.[1])
      return { name, exposure }
    })
    expect(judged.length).toBe(4)
    expect(judged.filter(({ exposure }) => !(exposure <= MOST_EXPOSED))).toEqual([])
  })
})

describe('the collector’s unit', () => {
  const unit = readDeploy('systemd', 'openpredict@.service')
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

  it('bounds the heap below the memory that it may have', () => {
    const heap = Number(/--max-old-space-size=(\d+)/.exec(value('Environment'))?.[1])
    const [high, most] = [value('MemoryHigh'), value('MemoryMax')].map((text) => Number(/^(\d+)M$/.exec(text)?.[1]))
    expect(heap).toBeGreaterThan(64)
    expect(heap).toBeLessThan((high ?? 0) / 2)
    expect(high).toBeLessThan(most ?? 0)
  })

  it('is loaded by Node with these options', () => {
    const options = /NODE_OPTIONS=([^"]*)"/.exec(unit)?.[1] ?? ''
    expect(options).toContain('--heapsnapshot-signal=SIGUSR2')
    const { status, stderr } = spawnSync(process.execPath, ['--version'], { env: { NODE_OPTIONS: options } })
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' })
  })

  it('gives each instance that comes along a port of its own', () => {
    const [port] = /METRICS_PORT=(\d+)/.exec(unit)?.slice(1) ?? []
    const [other] =
      /METRICS_PORT=(\d+)/
        .exec(readDeploy('systemd', 'openpredict@staging.service.d', '10-metrics-port.conf'))
        ?.slice(1) ?? []
    const prometheus = readDeploy('prometheus', 'prometheus.yml')
    expect(port).not.toBe(other)
    for (const its of [port, other]) expect(prometheus).toContain(`127.0.0.1:${its}`)
  })
})
