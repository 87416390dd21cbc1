import type { Metric, MetricValue } from '../metrics/metric.ts'
import type { Arithmetic, Comparison, ConditionNode } from './condition-tree.ts'

/**
 * Whether a condition holds for the values of its metrics; `undefined` when that depends on one that is not known. A
 * comparison with something unknown is unknown; `false and unknown` is false, `true or unknown` true.
 */
export function holds(node: ConditionNode, read: (metric: Metric) => MetricValue): boolean | undefined {
  switch (node.kind) {
    case 'comparison': {
      const [left, right] = [valueOf(node.left, read), valueOf(node.right, read)]
      return left === undefined || right === undefined ? undefined : compare(node.operator, left, right)
    }
    case 'logic': {
      // Whichever side decides alone, decides.
      const decisive = node.operator === 'or'
      const left = holds(node.left, read)
      if (left === decisive) return decisive
      const right = holds(node.right, read)
      return right === decisive ? decisive : left === undefined ? undefined : right
    }
    case 'not': {
      const inner = holds(node.of, read)
      return inner === undefined ? undefined : !inner
    }
    case 'number':
    case 'text':
    case 'metric':
    case 'arithmetic':
      // A condition is checked to be true or false when it is read.
      return undefined
  }
  return node satisfies never
}

function valueOf(node: ConditionNode, read: (metric: Metric) => MetricValue): MetricValue {
  switch (node.kind) {
    case 'number':
    case 'text':
      return node.value
    case 'metric':
      return read(node.metric)
    case 'arithmetic': {
      const [left, right] = [valueOf(node.left, read), valueOf(node.right, read)]
      if (typeof left !== 'number' || typeof right !== 'number') return undefined
      const value = calculate(node.operator, left, right)
      return Number.isFinite(value) ? value : undefined
    }
    case 'comparison':
    case 'logic':
    case 'not':
      return undefined
  }
  return node satisfies never
}

function calculate(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
  return operator satisfies never
}

function compare(operator: Comparison, left: number | string, right: number | string): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    case '==':
      return left === right
    case '!=':
      return left !== right
  }
  return operator satisfies never
}
