import { redactForms } from './redaction.ts'

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
  /** How long the source asks to be left in peace, in milliseconds. */
  readonly retryAfterMs?: number
}

const CATEGORIES: readonly unknown[] = ['network', 'database', 'data', 'calculation', 'system']

/**
 * Describes anything that was thrown. The errors of the fetcher and the store bring their own category, code and hint;
 * everything else is a fault of the program itself, of category `system` unless `category` says otherwise. What has the
 * form of a secret is taken out of the texts (`redactForms`).
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
        message: redactForms(error.message),
        hint: typeof hint === 'string' ? redactForms(hint) : '',
        ...retryAfter(error),
      }
    }
  }
  return {
    category,
    code: category === 'calculation' ? 'calculator-failed' : 'unexpected',
    message: redactForms(error instanceof Error ? error.message : String(error)),
    hint: 'This is a fault of OpenPredict itself: please report it with the command and the message.',
  }
}

function retryAfter(error: Error): Pick<Failure, 'retryAfterMs'> {
  const { failure } = error as { readonly failure?: { readonly retryAfterMs?: unknown } }
  return typeof failure?.retryAfterMs === 'number' ? { retryAfterMs: failure.retryAfterMs } : {}
}
