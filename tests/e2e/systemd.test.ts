import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { until } from './log-lines.ts'
import { Workplace } from './run-cli.ts'
import { noServiceManager, startServiceManager } from './service-manager.ts'
import { startSilentServer } from './silent-server.ts'
import { startWorld } from './world.ts'

const START = parseInstant('2024-06-05T14:30:30Z')

describe.skipIf(noServiceManager() !== undefined)('under a service manager', () => {
  it('says that it runs, what it does, that it lives, and that it stops', async () => {
    using workplace = new Workplace()
    using manager = await startServiceManager(workplace.folder)
    await using world = await startWorld({ start: START })
    const said = (text: string | RegExp): string | undefined => manager.messages.find((message) => message.match(text))
    const env = { NOTIFY_SOCKET: manager.socket, WATCHDOG_USEC: '400000' }
    const { child, finished } = workplace.start(['run-loop', '--source', world.source], env)
    await until(() => said(/^STATUS=14:3\d UTC: NQ=F #1 success, [\d,]+ new bars/m))
    await until(() => manager.messages.filter((message) => message.includes('WATCHDOG=1')).length >= 3)
    expect(said('STOPPING=1')).toBeUndefined()
    child.kill('SIGTERM')
    expect(await finished).toMatchObject({ code: 0, stderr: '' })
    await until(() => said(/STOPPING=1\nSTATUS=stopped by SIGTERM/))
    expect(manager.messages.findIndex((message) => message.includes('READY=1'))).toBe(0)
    expect(said(/READY=1\nSTATUS=collecting NQ=F from the simulator/)).toBeDefined()
  })

  it('is said to be ready while its first cycle still waits for the source', async () => {
    using workplace = new Workplace()
    using manager = await startServiceManager(workplace.folder)
    await using server = await startSilentServer()
    const env = { NOTIFY_SOCKET: manager.socket, OPENPREDICT_YAHOO_URL: server.url }
    const { child, finished } = workplace.start(['run-loop'], env)
    await until(() => manager.messages.some((message) => message.includes('READY=1')))
    expect(server.count()).toBeLessThanOrEqual(1)
    child.kill('SIGKILL')
    await finished
  })

  it('is told nothing by other commands', async () => {
    using workplace = new Workplace()
    using manager = await startServiceManager(workplace.folder)
    await using world = await startWorld({ start: START })
    const env = { NOTIFY_SOCKET: manager.socket }
    expect(await workplace.run(['run-once', '--source', world.source], env)).toMatchObject({ code: 0 })
    expect(manager.messages).toEqual([])
  })
})

it('collects where a service manager is announced and cannot be told', async () => {
  using workplace = new Workplace()
  await using world = await startWorld({ start: START, speed: 60 })
  const env = { NOTIFY_SOCKET: '/nowhere', PATH: '/nowhere' }
  const { code, stderr } = await workplace.run(['run-loop', '--cycles', '2', '--source', world.source], env)
  expect(code).toBe(0)
  expect(stderr.match(/systemd-notify is not to be found/g)).toHaveLength(1)
})
