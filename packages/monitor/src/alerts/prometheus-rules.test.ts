import { parse } from 'yaml'
import { describe, expect, it } from 'vitest'

import { createAlertRule } from './alert-rule.ts'
import { DEFAULT_RULES } from './default-rules.ts'
import { prometheusRules } from './prometheus-rules.ts'

/** The expression of a condition. */
function expression(condition: string): string {
  const rule = createAlertRule({ name: 'a', condition, severity: 'info', notification: ['slack'] })
  const { groups } = parse(prometheusRules([rule], { job: 'j' }).text) as {
    readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[]
  }
  return groups[0]?.rules[0]?.expr ?? ''
}

describe('rules for Prometheus', () => {
  it.each([
    ['last_ohlc_age > 300s', 'max by (instance, instrument) (agent1_lag_seconds) > 300'],
    ['memory_usage > 750MB', 'max by (instance) (process_resident_memory_bytes{job="j"}) > 750000000'],
    [
      'error_rate > 50% over 10 minutes',
      '(sum by (instance, instrument) (increase(agent1_cycle_error_count_total[10m])) / sum by (instance, instrument) (increase(agent1_cycle_count_total[10m]))) > 0.5',
    ],
    [
      'execution_time_p95 > 8s over 15m',
      'histogram_quantile(0.95, sum by (le, instance, instrument) (rate(agent1_execution_time_seconds_bucket[15m]))) > 8',
    ],
    ["process_status != 'running'", '(max by (instance) (up{job="j"}) != 1) or absent(up{job="j"}) == 1'],
    ["process_status == 'running'", 'max by (instance) (up{job="j"}) == 1'],
    [
      'process_threads > 5 and process_uptime < 1h',
      '(max by (instance) (process_threads) > 5) and on (instance) (max by (instance) (process_uptime_seconds) < 3600)',
    ],
    [
      'not (process_threads > 5 or process_uptime <= 1h)',
      '(max by (instance) (process_threads) <= 5) and on (instance) (max by (instance) (process_uptime_seconds) > 3600)',
    ],
    [
      'not (process_threads == 5 and process_uptime < 1h)',
      '(max by (instance) (process_threads) != 5) or (max by (instance) (process_uptime_seconds) >= 3600)',
    ],
    ['process_threads * 2 + 1 > 5', '((max by (instance) (process_threads) * 2) + 1) > 5'],
  ])('%s', (condition, wanted) => {
    expect(expression(condition)).toBe(wanted)
  })

  it('leave out what the endpoint does not have, and say so', () => {
    const odd = createAlertRule({
      name: 'few_sessions',
      condition: 'sessions_count < 4',
      severity: 'warning',
      notification: [],
    })
    const { text, leftOut } = prometheusRules([...DEFAULT_RULES, odd], { job: 'openpredict' })
    expect(leftOut.map(({ rule }) => rule)).toEqual(['few_sessions'])
    expect(text).toContain('# Left out: few_sessions (sessions_count is not in the endpoint)')
    const { groups } = parse(text) as { readonly groups: readonly { readonly rules: readonly unknown[] }[] }
    expect(groups[0]?.rules).toHaveLength(DEFAULT_RULES.length)
    expect(groups[0]?.rules[1]).toEqual({
      alert: 'data_staleness',
      expr: 'max by (instance, instrument) (agent1_lag_seconds) > 300',
      for: '5m',
      labels: { severity: 'critical' },
      annotations: {
        summary: 'Bars are late: decisions would be made on an old market',
        description: 'last_ohlc_age > 300s',
        runbook_url: 'docs/operations/alerts.md#data_staleness',
      },
    })
  })
})
