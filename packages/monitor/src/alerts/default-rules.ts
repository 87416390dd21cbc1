import { type AlertRule, type AlertRuleOptions, createAlertRule, type EscalationLevel } from './alert-rule.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** Who is told when: the engineer on call at once, by the rule itself, then whoever answers for the team. */
export const DEFAULT_ESCALATION: readonly EscalationLevel[] = [
  { level: 'team lead', afterMs: 30 * MINUTE, notification: ['slack-oncall'] },
  { level: 'engineering manager', afterMs: HOUR, notification: ['slack-oncall'] },
]

const RUNBOOK = 'docs/operations/alerts.md'

function page(rule: Omit<AlertRuleOptions, 'severity' | 'notification'>): AlertRule {
  const common = { severity: 'critical', notification: ['pagerduty'], escalation: DEFAULT_ESCALATION } as const
  return createAlertRule({ ...common, runbook: `${RUNBOOK}#${rule.name}`, ...rule })
}

function warn(rule: Omit<AlertRuleOptions, 'severity' | 'notification'>): AlertRule {
  return createAlertRule({ severity: 'warning', notification: ['slack'], runbook: `${RUNBOOK}#${rule.name}`, ...rule })
}

/**
 * The rules that count where no file has others: a collector that is down, late, failing or short of memory pages; one that
 * is slow, or whose source, store or levels are not as they should be, is told to the team; what calls for going back to the
 * version before pages after a deployment. `deploy/alerts.yaml` is the same as a file.
 */
export const DEFAULT_RULES: readonly AlertRule[] = [
  page({
    name: 'agent1_down',
    condition: "process_status != 'running'",
    windowMs: 2 * MINUTE,
    summary: 'The collector does not run: no cycle has ended for two intervals',
  }),
  page({
    name: 'data_staleness',
    condition: 'last_ohlc_age > 300s',
    windowMs: 5 * MINUTE,
    summary: 'Bars are late: decisions would be made on an old market',
  }),
  page({
    name: 'severe_error_rate',
    condition: 'error_rate > 50% over 10 minutes',
    inhibits: ['high_error_rate', 'rollback_error_rate'],
    summary: 'Most cycles fail',
  }),
  page({
    name: 'memory_exhaustion',
    condition: 'memory_usage > 90% of limit',
    windowMs: 5 * MINUTE,
    inhibits: ['memory_leak', 'rollback_memory'],
    summary: 'The process is about to run out of memory: prepare a rollback',
  }),
  warn({
    name: 'high_error_rate',
    condition: 'error_rate > 10% over 30 minutes',
    summary: 'More cycles fail than should',
  }),
  warn({
    name: 'slow_execution',
    condition: 'execution_time_p95 > 8s',
    windowMs: 15 * MINUTE,
    summary: 'Cycles are slow: bars may come late',
  }),
  warn({
    name: 'network_issues',
    condition: 'yfinance_retry_rate > 20%',
    windowMs: 15 * MINUTE,
    summary: 'The source answers badly: many requests are made again',
  }),
  warn({
    name: 'database_slowness',
    condition: 'supabase_upsert_time_p95 > 2s',
    windowMs: 15 * MINUTE,
    summary: 'The store is slow',
  }),
  warn({
    name: 'reduced_coverage',
    condition: 'reference_levels_count < expected_count * 0.8',
    windowMs: HOUR,
    summary: 'Levels are missing: a calculator may be failing',
  }),
  warn({
    name: 'memory_leak',
    condition: 'memory_usage > 750MB',
    summary: 'The process uses far more memory than it should',
  }),
  ...rollbackRules(),
  warn({
    name: 'delivery_late',
    condition: 'delivery_oldest_age > 15m',
    windowMs: 5 * MINUTE,
    summary: 'Rows do not reach the remote store',
  }),
  warn({ name: 'delivery_refused', condition: 'delivery_refused_rows > 0', summary: 'The remote store refuses rows' }),
  warn({
    name: 'disk_low',
    condition: 'disk_free < 200MB',
    windowMs: 5 * MINUTE,
    summary: 'The disk of the store is almost full',
  }),
  page({
    name: 'notification_failure',
    condition: 'notification_failures > 0 over 10 minutes',
    escalation: [],
    summary: 'Alerts do not reach the people that they are for',
  }),
]

/** What calls for the version before: each inhibits what says less of the same. */
function rollbackRules(): readonly AlertRule[] {
  const labels = { action: 'rollback' }
  return [
    page({
      name: 'rollback_error_rate',
      condition: 'error_rate > 10% and process_uptime < 1h over 1 hour',
      inhibits: ['high_error_rate'],
      labels,
      summary: 'Too many cycles fail in the first hour: roll back',
    }),
    page({
      name: 'rollback_slow_execution',
      condition: 'execution_time_p50 > 10s over 15 minutes',
      inhibits: ['slow_execution'],
      labels,
      summary: 'Cycles take more than ten seconds again and again: roll back',
    }),
    page({
      name: 'rollback_data_corruption',
      condition: 'data_corruption > 0 over 1 hour',
      labels,
      summary: 'Stored data is damaged: stop, and roll back',
    }),
    page({
      name: 'rollback_memory',
      condition: 'memory_usage > 750MB and memory_growth > 1MB over 1 hour',
      inhibits: ['memory_leak'],
      labels,
      summary: 'Memory grows without end, and will run out: roll back',
    }),
  ]
}
