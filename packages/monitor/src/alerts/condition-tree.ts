import type { Metric } from '../metrics/metric.ts'
import type { MetricUnit } from '../metrics/quantity.ts'

/** What a part of a condition measures: `number` is a bare one, `truth` true or false. */
export type Dimension = MetricUnit | 'number' | 'truth'

export type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!='
export type Arithmetic = '+' | '-' | '*' | '/'

/** A condition, understood: what it compares, and in which units. */
export type ConditionNode =
  | { readonly kind: 'number'; readonly value: number; readonly dimension: Dimension }
  | { readonly kind: 'text'; readonly value: string; readonly dimension: 'text' }
  | { readonly kind: 'metric'; readonly metric: Metric; readonly dimension: Dimension }
  | {
      readonly kind: 'arithmetic'
      readonly operator: Arithmetic
      readonly left: ConditionNode
      readonly right: ConditionNode
      readonly dimension: Dimension
    }
  | {
      readonly kind: 'comparison'
      readonly operator: Comparison
      readonly left: ConditionNode
      readonly right: ConditionNode
      readonly dimension: 'truth'
    }
  | {
      readonly kind: 'logic'
      readonly operator: 'and' | 'or'
      readonly left: ConditionNode
      readonly right: ConditionNode
      readonly dimension: 'truth'
    }
  | { readonly kind: 'not'; readonly of: ConditionNode; readonly dimension: 'truth' }

/** The metrics of a condition, each once, in the order in which they stand. */
export function metricsIn(node: ConditionNode): readonly Metric[] {
  switch (node.kind) {
    case 'number':
    case 'text':
      return []
    case 'metric':
      return [node.metric]
    case 'not':
      return metricsIn(node.of)
    case 'arithmetic':
    case 'comparison':
    case 'logic':
      return [...new Set([...metricsIn(node.left), ...metricsIn(node.right)])]
  }
  return node satisfies never
}
