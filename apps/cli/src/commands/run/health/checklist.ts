import { failureOf } from '../../../exit.ts'
import { fitted, formatDuration } from '../../../format.ts'
import type { Services } from '../../../services.ts'
import type { Terminal } from '../../../terminal.ts'

/** One thing that was looked at. */
export interface Check {
  readonly name: string
  readonly ok: boolean
  /** Good enough, but not as it should be. */
  readonly warning?: true
  /** Only people can say; `message` says what, `hint` how. Counts as good. */
  readonly manual?: true
  readonly message: string
  readonly hint?: string
  /** What is wrong, for machines: stable. */
  readonly code?: string
  readonly durationMs: number
}

/** What was seen, where it is good enough but not as it should be. */
export interface Warning {
  readonly message: string
  readonly hint: string
  readonly code: string
}

/** What only people can say, with the command that helps them. */
export interface ManualStep {
  readonly manual: true
  readonly message: string
  readonly hint: string
}

/** Looks at one thing after the other; what goes wrong is an answer, not an end. */
export class Checklist {
  readonly checks: Check[] = []
  readonly #services: Services

  constructor(services: Services) {
    this.#services = services
  }

  /** `work` returns what it saw, or throws what is wrong. */
  async look(name: string, work: () => Promise<string | Warning | ManualStep>): Promise<void> {
    const { timer, signal } = this.#services
    const started = timer.now()
    const add = (check: Omit<Check, 'name' | 'durationMs'>): void => {
      this.checks.push({ name, ...check, durationMs: timer.now() - started })
    }
    try {
      const seen = await work()
      if (typeof seen === 'string') add({ ok: true, message: seen })
      else add('manual' in seen ? { ok: true, ...seen } : { ok: true, warning: true, ...seen })
    } catch (error) {
      signal.throwIfAborted()
      const { message, hint, code } = failureOf(error)
      add({ ok: false, message, hint, code })
    }
  }
}

/** The checks for a person, one a line, with a hint under each that is not as it should be. */
export function printChecks(checks: readonly Check[], { out, colour, stdout }: Terminal): void {
  const width = Math.max(...checks.map(({ name }) => name.length))
  for (const { name, ok, warning, manual, message, hint = '', durationMs } of checks) {
    const good = manual === true ? colour.cyan('☐') : warning === true ? colour.yellow('!') : colour.green('✔')
    const took = manual === true ? '(manual)' : `(${formatDuration(durationMs)})`
    const line = `${ok ? good : colour.red('✖')} ${name.padEnd(width)}  ${message} ${colour.dim(took)}`
    out(fitted(line, stdout, width + 4))
    if (hint !== '') out(fitted(`${' '.repeat(width + 4)}${colour.dim('→')} ${hint}`, stdout, width + 6))
  }
}
