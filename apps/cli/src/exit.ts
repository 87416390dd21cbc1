import { describeFailure, type Failure } from '@openpredict/collector'
import { MarketError } from '@openpredict/market'

import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** What the process says with its exit code. */
export const EXIT = { fine: 0, no: 1, usage: 2, source: 3, store: 4 } as const

/** What a store refuses because of how it was asked. */
const USAGE_CODES: readonly string[] = ['bad-url', 'misuse']

/** Prints an error as one readable block and returns the exit code that belongs to it. */
export function reportError(error: unknown, terminal: Terminal, json: boolean): number {
  const { failure, code } = classify(error)
  if (json) terminal.out(JSON.stringify({ error: failure }))
  else printFailure(failure, terminal)
  return code
}

/** One block: what failed, and what to try. */
export function printFailure({ message, hint, category, code }: Failure, { note, colour }: Terminal): void {
  note('')
  note(`  ${colour.red('✖')} ${message}`)
  if (hint !== '') note(`    ${colour.dim('→')} ${hint}`)
  note(`    ${colour.dim(`${category}/${code}`)}`)
  note('')
}

/** The exit code of a failed cycle: who was not available. */
export function exitCodeOf({ category, code }: Failure): number {
  if (code === 'store-ahead') return EXIT.usage
  if (category === 'database' || code === 'deadline') return EXIT.store
  if (category === 'network' || category === 'data') return EXIT.source
  return EXIT.no
}

/** What an error that ends a command means. */
export function failureOf(error: unknown): Failure {
  return classify(error).failure
}

function classify(error: unknown): { failure: Failure; code: number } {
  if (error instanceof UsageError) {
    return {
      failure: { category: 'system', code: 'usage', message: error.message, hint: error.hint },
      code: EXIT.usage,
    }
  }
  if (error instanceof MarketError) {
    const hint = 'Run the command with --help to see examples.'
    return { failure: { category: 'system', code: 'usage', message: error.message, hint }, code: EXIT.usage }
  }
  const { code, path } = error as NodeJS.ErrnoException
  if (error instanceof Error && typeof code === 'string' && typeof path === 'string') {
    const hint = 'Check the path and the rights on its folder.'
    const message = `${path}: cannot be opened (${code}).`
    return { failure: { category: 'system', code: 'file', message, hint }, code: EXIT.usage }
  }
  if (error instanceof Error && error.name === 'SimulatorError') {
    const hint = 'Give another port with --port, or 0 for any free one.'
    return { failure: { category: 'system', code: 'simulator', message: error.message, hint }, code: EXIT.usage }
  }
  const failure = describeFailure(error)
  return { failure, code: USAGE_CODES.includes(failure.code) ? EXIT.usage : exitCodeOf(failure) }
}
