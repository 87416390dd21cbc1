import jsep from 'jsep'

import { METRIC_NAMES, metricNamed } from '../metrics/catalogue.ts'
import type { Metric, MetricValue } from '../metrics/metric.ts'
import { AlertError } from './alert-error.ts'
import { type Arithmetic, type Comparison, type ConditionNode, type Dimension, metricsIn } from './condition-tree.ts'
import { holds } from './evaluate-condition.ts'
import { type PreparedText, prepareText } from './expression-text.ts'
import { nearestNames } from './nearest-names.ts'

const COMPARISONS: readonly string[] = ['<', '<=', '>', '>=', '==', '!=']
const ARITHMETIC: readonly string[] = ['+', '-', '*', '/']
/** Longer ones, and more deeply nested ones, are no conditions that somebody wrote. */
const LONGEST = 500
const DEEPEST = 50

/** How a dimension is called in messages, with an example. */
const DIMENSIONS: Readonly<Record<Dimension, string>> = {
  seconds: 'a duration such as 300s',
  bytes: 'an amount of memory such as 750MB',
  share: 'a percentage such as 10%',
  count: 'a number without a unit',
  number: 'a number without a unit',
  text: "a text such as 'running'",
  truth: 'a comparison',
}

/** What a rule watches, understood. */
export interface Condition {
  /** As it was written. */
  readonly text: string
  /** The metrics that it depends on. */
  readonly metrics: readonly Metric[]
  /** `over 10 minutes` at its end, ms. */
  readonly windowMs?: number
  /** Its parts, for those who write it in another language. */
  readonly tree: ConditionNode
  /** Whether it holds; `undefined` when that depends on a metric without a value. */
  readonly holds: (read: (metric: Metric) => MetricValue) => boolean | undefined
}

/**
 * Reads a condition such as `error_rate > 10% over 30 minutes`, `memory_usage > 90% of limit` or
 * `process_status != 'running'`: metrics and quantities, compared (`< <= > >= == !=`), calculated with (`+ - * /`), joined
 * (`and`, `or`, `not`, or `&& || !`). Nothing else is understood, and nothing is ever run.
 *
 * Throws an `AlertError`: `unknown-metric`, with names like it; `condition` for what cannot be read, for other kinds of
 * expression, and where units do not go together.
 *
 * @example
 * ```ts
 * const condition = parseCondition('error_rate > 10% over 30 minutes')
 * condition.windowMs // => 1800000
 * condition.holds(() => 0.11) // => true
 * condition.holds(() => 0.1) // => false
 * condition.holds(() => undefined) // => undefined
 * ```
 */
export function parseCondition(text: string): Condition {
  const reader = new ConditionReader(text)
  const tree = reader.read()
  const { windowMs } = reader
  return {
    text,
    metrics: metricsIn(tree),
    ...(windowMs === undefined ? {} : { windowMs }),
    tree,
    holds: (read) => holds(tree, read),
  }
}

class ConditionReader {
  readonly #condition: string
  readonly #prepared: PreparedText

  constructor(condition: string) {
    this.#condition = condition
    if (condition.trim() === '') this.#refuse('is empty', 'expected one such as error_rate > 10%')
    if (condition.length > LONGEST)
      this.#refuse(`has ${condition.length} characters`, `expected ${LONGEST} at the most`)
    this.#prepared = prepareText(condition)
  }

  get windowMs(): number | undefined {
    return this.#prepared.windowMs
  }

  read(): ConditionNode {
    const { text } = this.#prepared
    const single = /(?<![<>=!])=(?!=)/.exec(text.replace(/'[^']*'|"[^"]*"/g, (quoted) => '_'.repeat(quoted.length)))
    if (single !== null) this.#refuse('has a single =', 'expected == to compare', single.index)
    let parsed: jsep.Expression
    try {
      parsed = jsep(text)
    } catch (error) {
      const { index, description } = error as { readonly index?: number; readonly description?: string }
      return this.#refuse(
        `cannot be read${index === undefined ? '' : ` at character ${index + 1}`}`,
        this.#named(description ?? 'expected an expression'),
        index,
      )
    }
    const tree = this.#node(parsed, 0)
    if (tree.dimension !== 'truth')
      this.#refuse(`is ${DIMENSIONS[tree.dimension]}`, 'expected a comparison such as error_rate > 10%')
    if (metricsIn(tree).length === 0) this.#refuse('names no metric', 'expected one such as error_rate')
    return tree
  }

  #node(parsed: jsep.Expression, depth: number): ConditionNode {
    if (depth > DEEPEST) this.#refuse('is nested too deeply', `expected ${DEEPEST} levels at the most`)
    const expression = parsed as jsep.CoreExpression
    switch (expression.type) {
      case 'Literal':
        return this.#literal(expression.value, expression.raw)
      case 'Identifier':
      case 'MemberExpression':
        return this.#name(expression)
      case 'UnaryExpression':
        return this.#unary(expression.operator, this.#node(expression.argument, depth + 1))
      case 'BinaryExpression': {
        const [left, right] = [this.#node(expression.left, depth + 1), this.#node(expression.right, depth + 1)]
        return this.#binary(expression.operator, left, right)
      }
      case 'Compound':
      case 'SequenceExpression':
        return this.#refuse(
          'has something after its end',
          'expected one comparison, or several with and / or between them',
        )
      case 'CallExpression':
      case 'ThisExpression':
      case 'ConditionalExpression':
      case 'ArrayExpression':
        return this.#refuse(
          `has ${KINDS[expression.type]}`,
          'expected metrics, quantities, comparisons and + - * / only',
        )
    }
    // What a plugin of the parser may add.
    return this.#refuse(`has a ${parsed.type}`, 'expected metrics, quantities, comparisons and + - * / only')
  }

  #literal(value: unknown, raw: string): ConditionNode {
    if (typeof value === 'number') return { kind: 'number', value, dimension: 'number' }
    if (typeof value === 'string') return { kind: 'text', value, dimension: 'text' }
    return this.#refuse(`has ${raw}`, 'expected a number or a text')
  }

  #name(expression: jsep.Expression): ConditionNode {
    const name = this.#dotted(expression)
    const quantity = this.#prepared.quantities.get(name)
    if (quantity !== undefined) return { kind: 'number', value: quantity.value, dimension: quantity.unit }
    const metric = metricNamed(name)
    if (metric !== undefined) return { kind: 'metric', metric, dimension: metric.unit }
    const suggestions = nearestNames(name, METRIC_NAMES)
    const like = suggestions.length === 0 ? 'a known metric' : suggestions.join(' or ')
    throw new AlertError(
      `The condition "${this.#condition}" names the metric "${name}", which is not known: expected ${like}.`,
      { kind: 'unknown-metric', metric: name, suggestions },
      'docs/operations/alerts.md lists the metrics.',
    )
  }

  #dotted(expression: jsep.Expression): string {
    if (expression.type === 'Identifier') return (expression as jsep.Identifier).name
    const { object, property, computed, optional } = expression as jsep.MemberExpression
    if (expression.type === 'MemberExpression' && property.type === 'Identifier' && !computed && optional !== true)
      return `${this.#dotted(object)}.${this.#dotted(property)}`
    return this.#refuse(
      'takes something out of something else',
      'expected names of metrics, such as agent1.execution_time.p95',
    )
  }

  #unary(operator: string, of: ConditionNode): ConditionNode {
    if (operator === '!') {
      if (of.dimension !== 'truth')
        this.#refuse(`has "not" before ${DIMENSIONS[of.dimension]}`, 'expected it before a comparison in parentheses')
      return { kind: 'not', of, dimension: 'truth' }
    }
    if ((operator === '-' || operator === '+') && of.kind === 'number')
      return { ...of, value: operator === '-' ? -of.value : of.value }
    return this.#refuse(
      `has the operator "${operator}" before something that is no number`,
      'expected metrics, quantities, comparisons and + - * / only',
    )
  }

  #binary(operator: string, left: ConditionNode, right: ConditionNode): ConditionNode {
    if (operator === '&&' || operator === '||') {
      for (const { dimension } of [left, right])
        if (dimension !== 'truth')
          this.#refuse(`joins ${DIMENSIONS[dimension]}`, 'expected comparisons on both sides of and / or')
      return { kind: 'logic', operator: operator === '&&' ? 'and' : 'or', left, right, dimension: 'truth' }
    }
    if (COMPARISONS.includes(operator)) return this.#comparison(operator as Comparison, left, right)
    if (ARITHMETIC.includes(operator)) {
      const dimension = dimensionOf(operator as Arithmetic, left.dimension, right.dimension)
      if (dimension === undefined)
        this.#refuse(
          `has ${DIMENSIONS[left.dimension]} ${operator} ${DIMENSIONS[right.dimension]}`,
          'expected units that go together',
        )
      else return { kind: 'arithmetic', operator: operator as Arithmetic, left, right, dimension }
    }
    return this.#refuse(`has the operator "${operator}"`, 'expected one of < <= > >= == != + - * / and or not')
  }

  #comparison(operator: Comparison, left: ConditionNode, right: ConditionNode): ConditionNode {
    const [a, b] = [left.dimension, right.dimension]
    const isSame = a === b || [a, b].every((dimension) => dimension === 'number' || dimension === 'count')
    if (!isSame || a === 'truth') {
      const [found, expected] = left.kind === 'metric' || right.kind !== 'metric' ? [b, a] : [a, b]
      const name = [left, right].flatMap((node) => (node.kind === 'metric' ? [node.metric.name] : []))[0]
      const wanted = expected === 'truth' ? 'no comparison within a comparison' : DIMENSIONS[expected]
      this.#refuse(`compares ${name ?? 'a value'} with ${DIMENSIONS[found]}`, `expected ${wanted}`)
    }
    if (a === 'text') {
      if (operator !== '==' && operator !== '!=') this.#refuse(`compares texts with ${operator}`, 'expected == or !=')
      this.#checkWords(left, right)
      this.#checkWords(right, left)
    }
    return { kind: 'comparison', operator, left, right, dimension: 'truth' }
  }

  #checkWords(metric: ConditionNode, text: ConditionNode): void {
    if (metric.kind !== 'metric' || text.kind !== 'text') return
    const { words = [], name } = metric.metric
    if (!words.includes(text.value))
      this.#refuse(`compares ${name} with '${text.value}'`, `expected ${words.map((word) => `'${word}'`).join(' or ')}`)
  }

  /** A message of the parser, in which quantities have their own words again. */
  #named(message: string): string {
    let text = message
    for (const [name, { text: written }] of this.#prepared.quantities) text = text.replaceAll(name, written)
    return text.charAt(0).toLowerCase() + text.slice(1)
  }

  #refuse(found: string, expected: string, at?: number): never {
    throw new AlertError(
      `The condition "${this.#condition.slice(0, LONGEST)}" ${found}: ${expected}.`,
      { kind: 'condition', ...(at === undefined ? {} : { at }) },
      'docs/operations/alerts.md says what a condition is made of.',
    )
  }
}

const KINDS = {
  CallExpression: 'a call',
  ThisExpression: '"this"',
  ConditionalExpression: 'a choice (? :)',
  ArrayExpression: 'a list',
} as const

/** What a calculation measures; `undefined` where it makes no sense. */
function dimensionOf(operator: Arithmetic, left: Dimension, right: Dimension): Dimension | undefined {
  if ([left, right].some((dimension) => dimension === 'text' || dimension === 'truth')) return undefined
  switch (operator) {
    case '+':
    case '-':
      if (left === right) return left
      return [left, right].every((dimension) => dimension === 'number' || dimension === 'count') ? 'count' : undefined
    case '*':
      if (left === 'number' || (left === 'share' && right !== 'number')) return right
      return right === 'number' || right === 'share' ? left : undefined
    case '/':
      if (right === 'number') return left
      return left === right ? 'share' : undefined
  }
  return operator satisfies never
}
