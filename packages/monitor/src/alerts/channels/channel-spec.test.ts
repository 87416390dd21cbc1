import { describe, expect, it } from 'vitest'
import { createChannels, DEFAULT_CHANNELS, missingVariable } from './channel-spec.ts'
import { SOURCE, KEY, options } from '../../../test/notifications.ts'

describe('channels of the environment', () => {
  it('are those whose variables are set', () => {
    const env: Readonly<Record<string, string>> = {
      SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/T/B/x',
      PAGERDUTY_ROUTING_KEY: KEY,
    }
    const lookUp = (variable: string): string | undefined => env[variable]
    const channels = createChannels([...DEFAULT_CHANNELS, { name: 'mail', type: 'command', argv: ['mail'] }], {
      ...options(),
      lookUp,
      source: SOURCE,
      run: () => Promise.resolve({ code: 0 }),
    })
    expect(channels.map(({ name }) => name)).toEqual(['slack', 'pagerduty', 'mail'])
    expect(DEFAULT_CHANNELS.map((spec) => missingVariable(spec, lookUp))).toEqual([
      undefined,
      'SLACK_ONCALL_WEBHOOK_URL',
      undefined,
      'ALERT_WEBHOOK_URL',
    ])
  })
})
