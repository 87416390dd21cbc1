import { describe, expect, it } from 'vitest'
import type { Channel } from './channel.ts'
import { createCommandChannel } from './command.ts'
import { SOURCE, notification, ALERT_JSON, options } from '../../../test/notifications.ts'

describe('a command', () => {
  const channel = (run: Parameters<typeof createCommandChannel>[1]['run']): Channel =>
    createCommandChannel({ name: 'mail', argv: ['mail-alert', 'team'], source: SOURCE }, { ...options(), run })

  it('gets its arguments as they are and the notification on its standard input', async () => {
    const runs: unknown[] = []
    await channel((argv, input) => {
      runs.push(argv, JSON.parse(input))
      return Promise.resolve({ code: 0 })
    }).send(notification({ kind: 'test' }))
    expect(runs).toEqual([
      ['mail-alert', 'team'],
      expect.objectContaining({ kind: 'test', test: true, alerts: [ALERT_JSON] }),
    ])
  })

  it('is run again when it fails, and not when it is not there', async () => {
    let count = 0
    const failing = channel(() => Promise.resolve({ code: (count++, 3) }))
    await expect(failing.send(notification())).rejects.toThrow('the command ended with 3')
    expect(count).toBe(3)
    const absent = channel(() => Promise.reject(Object.assign(new Error('spawn mail-alert'), { code: 'ENOENT' })))
    await expect(absent.send(notification())).rejects.toThrow('the command could not be run (ENOENT)')
  })
})
