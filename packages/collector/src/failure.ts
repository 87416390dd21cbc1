/** The five categories that every failure belongs to. */
export type FailureCategory = 'network' | 'database' | 'data' | 'calculation' | 'system'

/** What went wrong, in words for people and a code for machines. Holds nothing secret. */
export interface Failure {
  readonly category: FailureCategory
  /** Stable, kebab-case: `rate-limited`, `timeout`, `disk-full`. */
  readonly code: string
  readonly message: string
  /** What to do about it. */
  readonly hint: string
}

const CATEGORIES: readonly unknown[] = ['network', 'database', 'data', 'calculation', 'system']

/**
 * Describes anything that was thrown. The errors of the fetcher and the store bring their own category, code and hint;
 * everything else is a fault of the program itself, of category `system` unless `category` says otherwise.
 *
 * @example
 * ```ts
 * describeFailure(new Error('out of memory')).category // => 'system'
 * ```
 */
export function describeFailure(error: unknown, category: FailureCategory = 'system'): Failure {
  if (error instanceof Error) {
    const { category: own, code, hint } = error as Partial<Record<'category' | 'code' | 'hint', unknown>>
    if (CATEGORIES.includes(own) && typeof code === 'string') {
      return {
        category: own as FailureCategory,
        code,
        message: error.message,
        hint: typeof hint === 'string' ? hint : '',
      }
    }
  }
  return {
    category,
    code: category === 'calculation' ? 'calculator-failed' : 'unexpected',
    message: error instanceof Error ? error.message : String(error),
    hint: 'This is a fault of OpenPredict itself: please report it with the command and the message.',
  }
}
