import { describeFailure } from '@openpredict/collector'

import { formatDuration } from '../../format.ts'
import type { Services } from '../../services.ts'
import type { Terminal } from '../../terminal.ts'
import { UsageError } from '../../usage-error.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly message: string
  readonly hint?: string
  readonly durationMs: number
}

/** Looks at one thing after the other; what goes wrong is an answer, not an end. */
export class Checklist {
  readonly checks: Check[] = []
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  /** `work` returns what it saw, or throws what is wrong. */
  async look(name: string, work: () => Promise<string>): Promise<void> {
    const { timer, signal } = this.#services
    const started = timer.now()
    try {
      const message = await work()
      this.checks.push({ name, ok: true, message, durationMs: timer.now() - started })
    } catch (error) {
      signal.throwIfAborted()
      const { message, hint } = error instanceof UsageError ? error : describeFailure(error)
      this.checks.push({ name, ok: false, message, hint, durationMs: timer.now() - started })
    }
  }
}

/** The checks for a person, one a line, with a hint under each that failed. */
export function printChecks(checks: readonly Check[], { out, colour }: Terminal): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, ok, message, hint = '', durationMs } of checks) {
    const mark = ok ? colour.green('✔') : colour.red('✖')
    out(`${mark} ${name.padEnd(width)}  ${message} ${colour.dim(`(${formatDuration(durationMs)})`)}`)
    if (!ok && hint !== '') out(`${' '.repeat(width + 4)}${colour.dim('→')} ${hint}`)
  }
}
