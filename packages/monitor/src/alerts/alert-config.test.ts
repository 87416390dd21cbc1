import { parseInstant } from '@openpredict/market'
import { describe, expect, it } from 'vitest'

import { type AlertConfig, parseAlertConfig } from './alert-config.ts'
import { AlertError } from './alert-error.ts'
import { DEFAULT_RULES } from './default-rules.ts'

const RULE = `
  - name: slow
    condition: execution_time_p95 > 8s
    severity: warning
    notification: slack`

function refusal(text: string): AlertError {
  try {
    parseAlertConfig(text, 'a.yaml')
  } catch (error) {
    if (error instanceof AlertError) return error
    throw error
  }
  throw new Error('the file was not refused')
}

describe('a file of alerts', () => {
  it('says everything that there is to say of a rule', () => {
    const { rules, channels, silences } = parseAlertConfig(`
channels:
  mail: { type: command, command: [mail-alert, team@example.com], timeout: 10s }
  hook: { type: webhook, url_from: TEAM_URL }
  pager: { type: pagerduty, key_from: TEAM_KEY, url_from: PAGERDUTY_URL }
escalations:
  up: [{ level: lead, after: 30m, notification: [mail, hook] }]
silences:
  - matchers: { alert: 'slow*' }
    from: 2026-01-01T00:00:00Z
    to: 2026-01-02T00:00:00Z
    reason: moving
alerts:
  - name: slow
    condition: execution_time_p95 > 8s
    severity: error
    notification: [slack, mail]
    window: 15m
    for: 2m
    repeat: 2h
    group: speed
    labels: { team: data }
    summary: It is slow
    runbook: slow.md
    escalation: up
    inhibits: slower
  - name: slower
    condition: execution_time_p50 > 4s
    severity: info
    notification: pager
    escalation:
      - { level: boss, after: 1h, notification: pager }
`)
    const [first, second] = rules
    expect(first).toMatchObject({
      name: 'slow',
      severity: 'error',
      notification: ['slack', 'mail'],
      windowMs: 900_000,
      forMs: 120_000,
      repeatMs: 7_200_000,
      group: 'speed',
      labels: { team: 'data' },
      summary: 'It is slow',
      runbook: 'slow.md',
      escalation: [{ level: 'lead', afterMs: 1_800_000, notification: ['mail', 'hook'] }],
      inhibits: ['slower'],
    })
    expect(second?.escalation).toEqual([{ level: 'boss', afterMs: 3_600_000, notification: ['pager'] }])
    expect(channels.slice(0, 3)).toEqual([
      { name: 'mail', type: 'command', argv: ['mail-alert', 'team@example.com'], timeoutMs: 10_000 },
      { name: 'hook', type: 'webhook', urlFrom: 'TEAM_URL' },
      { name: 'pager', type: 'pagerduty', keyFrom: 'TEAM_KEY', urlFrom: 'PAGERDUTY_URL' },
    ])
    expect(channels.map(({ name }) => name)).toContain('slack')
    expect(silences).toEqual([
      {
        matchers: { alert: 'slow*' },
        from: parseInstant('2026-01-01'),
        to: parseInstant('2026-01-02'),
        reason: 'moving',
      },
    ])
  })

  it('adds to the usual rules where it says so, and its own come before those of the same name', () => {
    const added = (text: string): readonly string[] => parseAlertConfig(text).rules.map(({ name }) => name)
    expect(added(`defaults: true\nalerts:${RULE}`)).toEqual(['slow', ...DEFAULT_RULES.map(({ name }) => name)])
    expect(added(`defaults: true\nalerts:${RULE.replace('slow', 'memory_leak')}`)).toHaveLength(DEFAULT_RULES.length)
    expect(added('defaults: true')).toHaveLength(DEFAULT_RULES.length)
  })

  it('gives a window to what cycles are counted over, and a duration to what is so now', () => {
    const rule = (condition: string, more = ''): AlertConfig['rules'][number] | undefined =>
      parseAlertConfig(`alerts: [{ name: a, severity: info, notification: slack, condition: '${condition}'${more} }]`)
        .rules[0]
    expect(rule('error_rate > 10%')).toMatchObject({ windowMs: 600_000, forMs: 0 })
    expect(rule('error_rate > 10% over 5m')).toMatchObject({ windowMs: 300_000, forMs: 0 })
    expect(rule('error_rate > 10% over 5m', ', window: 5m')).toMatchObject({ windowMs: 300_000 })
    expect(rule('error_rate > 10%', ', window: 5m, for: 1m')).toMatchObject({ windowMs: 300_000, forMs: 60_000 })
    expect(rule('memory_usage > 1GB', ', window: 5m')).toMatchObject({ forMs: 300_000 })
    expect(rule('memory_usage > 1GB over 5m')).toMatchObject({ forMs: 300_000 })
    expect(rule('memory_usage > 1GB')).toMatchObject({ forMs: 0 })
  })

  it.each([
    ['alerts: [', 'a.yaml:1:10: this is not YAML'],
    ['alerts:\n  - name: [a\n  b: 1', 'a.yaml:'],
    ['', 'the file is empty: expected names and values'],
    ['alerts: []', 'a.yaml:1:1: the file has no rules: expected a list under alerts'],
    [`alert:${RULE}`, 'a.yaml:2:3: alert has the name "alert", which is not known: expected alerts'],
    [
      `alerts:${RULE}\nsilence: []`,
      'a.yaml:6:10: silence has the name "silence", which is not known: expected silences',
    ],
    [
      `alerts:${RULE}\n    windows: 5m`,
      'a.yaml:6:14: alerts[0].windows has the name "windows", which is not known: expected window',
    ],
    [`alerts:${RULE}${RULE}`, 'a.yaml:6:5: alerts[1] has the name "slow" a second time'],
    [`alerts:${RULE.replace('    severity: warning\n', '')}`, 'a.yaml:2:5: alerts[0] has no severity'],
    [
      `alerts:${RULE.replace('warning', 'urgent')}`,
      'a.yaml:4:15: alerts[0].severity is "urgent": expected critical, error, warning, info',
    ],
    [`alerts:${RULE.replace('slack', 'slak')}`, 'a.yaml:5:19: alerts[0].notification has "slak": expected slack'],
    [`alerts:${RULE.replace('_p95', '_p59')}`, 'a.yaml:3:16: The condition "execution_time_p59 > 8s" names the metric'],
    [`alerts:${RULE.replace('8s', '8MB')}`, 'a.yaml:3:16: The condition "execution_time_p95 > 8MB" compares'],
    [`alerts:${RULE}\n    window: soon`, 'a.yaml:6:13: alerts[0].window is "soon": expected a duration such as 10m'],
    [`alerts:${RULE}\n    window: 10`, 'alerts[0].window is 10: expected a text'],
    [
      `alerts:${RULE.replace('8s', '8s over 10m')}\n    window: 5m`,
      'alerts[0].window differs from the "over" of the condition',
    ],
    [`alerts:${RULE}\n    escalation: up`, 'alerts[0].escalation has "up": expected a name that is defined'],
    [`alerts:${RULE}\n    inhibits: slowly`, 'a.yaml:6:15: alerts[0].inhibits has "slowly": expected slow'],
    [`alerts:${RULE.replace('slow', '"a b"')}`, 'alerts[0].name is "a b": expected letters, digits'],
    [
      `alerts:${RULE}\nchannels: { a: { type: fax } }`,
      'channels.a.type is "fax": expected slack, pagerduty, webhook or command',
    ],
    [`alerts:${RULE}\nchannels: { a: { type: slack } }`, 'channels.a has no url_from'],
    [
      `alerts:${RULE}\nchannels: { a: { type: slack, url_from: 'https://hooks.slack.com/services/T/B/x' } }`,
      'expected the name of a variable that holds it',
    ],
    [`alerts:${RULE}\nchannels: { a: { type: command, command: [] } }`, 'channels.a.command is empty'],
    [`alerts:${RULE}\nsilences: [{ matchers: {}, from: 2026-01-01, to: 2026-01-02, reason: x }]`, 'matchers is empty'],
    [
      `alerts:${RULE}\nsilences: [{ matchers: {alert: a}, from: 2026-01-02, to: 2026-01-01, reason: x }]`,
      'is not after from',
    ],
    [
      `alerts:${RULE}\nsilences: [{ matchers: {alert: a}, from: noon, to: 2026-01-01, reason: x }]`,
      'from is "noon": expected an instant',
    ],
    [`alerts:${RULE}\ndefaults: maybe`, 'defaults is "maybe": expected true or false'],
  ])('is refused with line and column: %j', (text, message) => {
    const error = refusal(text)
    expect(error.message).toContain(message)
    expect(error.failure.kind).toBe('file')
  })
})
