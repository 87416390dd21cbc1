import { type Quantity, quantityOf, UNIT_NAMES } from '../metrics/quantity.ts'
import { AlertError } from './alert-error.ts'

/** A condition in the words that a parser of expressions takes. */
export interface PreparedText {
  /** As long as the condition without its window: places in it are places in the condition. */
  readonly text: string
  /** Quantities by the one-letter names that stand for them. */
  readonly quantities: ReadonlyMap<string, Quantity & { readonly text: string }>
  /** What `over …` at the end says, ms. */
  readonly windowMs?: number
}

/** The first letter of a private area of Unicode: names that nobody writes. */
const FIRST_NAME = 0xe000

const WINDOW = /\s+over\s+(?:the\s+)?(?:last\s+)?(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/i
// Texts in quotes, numbers with a unit, and words that stand for operators.
const TOKENS =
  /'[^']*'|"[^"]*"|(?<![\w.])(\d[\d_]*(?:\.\d+)?)(?:\s*(%)|\s*(?!(?:and|or|not|of|over)\b)([A-Za-zµ]+))|\b(and|or|not|of)\b/gi
const OPERATORS: Readonly<Record<string, string>> = { and: '&&', or: '||', not: '!', of: '*' }

/**
 * Makes a condition one that a parser of plain expressions takes: quantities such as `10%` or `5 minutes` become names,
 * `and`, `or`, `not` and `of` (as in `90% of limit`) operators, and `over 10 minutes` at the end its window. Throws an
 * `AlertError` for a unit that is not known.
 */
export function prepareText(condition: string): PreparedText {
  const quantities = new Map<string, Quantity & { readonly text: string }>()
  const over = WINDOW.exec(condition)
  const body = over === null ? condition : condition.slice(0, over.index)
  const text = body.replace(
    TOKENS,
    (
      found: string,
      amount: string | undefined,
      percent: string | undefined,
      unit: string | undefined,
      word: string | undefined,
      at: number,
    ) => {
      if (word !== undefined) return (OPERATORS[word.toLowerCase()] ?? word).padEnd(word.length)
      if (amount === undefined) return found
      const quantity = quantityIn(amount, percent ?? unit ?? '', condition, at)
      const name = String.fromCharCode(FIRST_NAME + quantities.size)
      quantities.set(name, { ...quantity, text: found })
      return name.padEnd(found.length)
    },
  )
  if (over === null) return { text, quantities }
  const [, amount = '', unit = ''] = over
  const { value, unit: its } = quantityIn(amount, unit, condition, over.index)
  if (its !== 'seconds' || value <= 0) {
    throw new AlertError(
      `The condition "${condition}" ends with "over ${amount} ${unit}": expected a duration above 0, such as over 10 minutes.`,
      { kind: 'condition', at: over.index },
      'Write the window as a duration, such as over 10 minutes.',
    )
  }
  return { text, quantities, windowMs: value * 1_000 }
}

function quantityIn(amount: string, unit: string, condition: string, at: number): Quantity {
  const quantity = quantityOf(Number(amount.replaceAll('_', '')), unit)
  if (quantity !== undefined) return quantity
  throw new AlertError(
    `The condition "${condition}" has ${amount} with the unit "${unit}": expected one of ${UNIT_NAMES}.`,
    { kind: 'condition', at },
    'Units are written as in 10%, 250 ms, 8s, 5 minutes or 750MB; their case matters.',
  )
}
