import { stringify } from 'yaml'

import type { Metric } from '../metrics/metric.ts'
import type { AlertRule } from './alert-rule.ts'
import type { Comparison, ConditionNode } from './condition-tree.ts'
import { writeDuration } from './duration.ts'

/** Rules as Prometheus reads them. */
export interface PrometheusRules {
  /** A file of rules, in YAML. */
  readonly text: string
  /** Rules that cannot be written in the names of the endpoint, and why. */
  readonly leftOut: readonly { readonly rule: string; readonly reason: string }[]
}

interface Context {
  readonly window: string
  readonly job: string
}

const INVERSE: Readonly<Record<Comparison, Comparison>> = {
  '<': '>=',
  '<=': '>',
  '>': '<=',
  '>=': '<',
  '==': '!=',
  '!=': '==',
}
/** What a word of `process_status` is in `up`. */
const UP: Readonly<Record<string, number>> = { running: 1, stopped: 0 }

/**
 * Writes rules for Prometheus, in the names of the metrics that a loop serves. Those whose metrics it does not serve are left
 * out and named in a comment.
 *
 * @example
 * ```ts
 * const rule = createAlertRule({ name: 'late', condition: 'last_ohlc_age > 300s', severity: 'critical', notification: ['slack'] })
 * prometheusRules([rule], { job: 'openpredict' }).text.includes('expr: max by (instance, instrument) (agent1_lag_seconds) > 300') // => true
 * ```
 */
export function prometheusRules(rules: readonly AlertRule[], { job }: { readonly job: string }): PrometheusRules {
  const leftOut: { rule: string; reason: string }[] = []
  const written = rules.flatMap((rule) => {
    const missing = rule.condition.metrics.filter(({ prometheus }) => prometheus === undefined)
    if (missing.length > 0) {
      const reason = `${missing.map(({ name }) => name).join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in the endpoint`
      leftOut.push({ rule: rule.name, reason })
      return []
    }
    return [writtenRule(rule, job)]
  })
  const head = [
    '# Written by openpredict alerts export --format prometheus.',
    ...leftOut.map(({ rule, reason }) => `# Left out: ${rule} (${reason})`),
  ]
  const body = stringify({ groups: [{ name: 'openpredict', rules: written }] }, { lineWidth: 0 })
  return { text: `${head.join('\n')}\n${body}`, leftOut }
}

function writtenRule(rule: AlertRule, job: string): Readonly<Record<string, unknown>> {
  const { name, condition, severity, labels, summary, runbook, forMs } = rule
  const context = { window: writeDuration(rule.windowMs), job }
  return {
    alert: name,
    expr: logicOf(condition.tree, context),
    ...(forMs > 0 ? { for: writeDuration(forMs) } : {}),
    labels: { ...labels, severity },
    annotations: {
      summary: summary ?? name,
      description: condition.text,
      ...(runbook === undefined ? {} : { runbook_url: runbook }),
    },
  }
}

/** A condition, or its contrary: PromQL has no "not". */
function logicOf(node: ConditionNode, context: Context, isContrary = false): string {
  switch (node.kind) {
    case 'comparison': {
      const operator = isContrary ? INVERSE[node.operator] : node.operator
      const text = `${amountOf(node.left, context)} ${operator} ${amountOf(node.right, context)}`
      // A process that is gone altogether is known to no target.
      const isDown = context.job !== '' && isStatus(node) && operator === '!='
      return isDown ? `(${text}) or absent(up{job="${context.job}"}) == 1` : text
    }
    case 'logic': {
      const [left, right] = [logicOf(node.left, context, isContrary), logicOf(node.right, context, isContrary)]
      const operator = (node.operator === 'and') === isContrary ? 'or' : 'and on (instance)'
      return `(${left}) ${operator} (${right})`
    }
    case 'not':
      return logicOf(node.of, context, !isContrary)
    case 'number':
    case 'text':
    case 'metric':
    case 'arithmetic':
      return amountOf(node, context)
  }
  return node satisfies never
}

function amountOf(node: ConditionNode, context: Context): string {
  switch (node.kind) {
    case 'number':
      return String(node.value)
    case 'text':
      return String(UP[node.value] ?? node.value)
    case 'metric':
      return expressionOf(node.metric, context)
    case 'arithmetic':
      return `(${amountOf(node.left, context)} ${node.operator} ${amountOf(node.right, context)})`
    case 'comparison':
    case 'logic':
    case 'not':
      return `(${logicOf(node, context)})`
  }
  return node satisfies never
}

function expressionOf(metric: Metric, context: Context): string {
  const text = metric.prometheus?.(context) ?? metric.name
  return / [/*] /.test(text) ? `(${text})` : text
}

function isStatus(node: Extract<ConditionNode, { readonly kind: 'comparison' }>): boolean {
  return [node.left, node.right].some((side) => side.kind === 'metric' && side.metric.name === 'process_status')
}
