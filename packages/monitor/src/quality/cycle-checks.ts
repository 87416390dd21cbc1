import type { Row } from '@openpredict/store'

import { judge } from '../targets/judge.ts'
import { FAILURE_TARGETS, targetOf } from '../targets/targets.ts'
import type { TargetId } from '../targets/target.ts'
import type { CheckVerdict, QualityCheck } from './quality-report.ts'
import { checkOf, counted, Tally } from './tally.ts'

type Cycle = Pick<Row<'collection_cycles'>, 'status' | 'error_category' | 'started_at' | 'cycle' | 'failed_step'>

/** Counts how cycles ended. Idle ones are well; partial ones count as errors: a calculator failed. */
export class CycleAccount {
  readonly #errors: Tally
  readonly #categories = new Map<TargetId, number>()
  #cycles = 0

  constructor(keep: number) {
    this.#errors = new Tally(keep)
  }

  /** Takes a cycle. */
  add({ status, error_category: category, started_at: at, cycle, failed_step: step }: Cycle): void {
    this.#cycles++
    if (status === 'success' || status === 'idle') return
    const kind = category ?? 'system'
    this.#errors.add(
      at,
      () =>
        `cycle ${cycle} ${status === 'failed' ? 'failed' : 'was partial'}: ${kind}${step === null ? '' : ` in ${step}`}`,
    )
    const target = FAILURE_TARGETS[kind]
    this.#categories.set(target, (this.#categories.get(target) ?? 0) + 1)
  }

  checks(): readonly QualityCheck[] {
    if (this.#cycles === 0)
      return [checkOf('cycles', 'passed', 'no cycle ran'), checkOf('failures', 'passed', 'no cycle ran')]
    const errors = this.#errors.found
    const rate = (100 * (this.#cycles - errors)) / this.#cycles
    const { verdict } = judge(targetOf('success'), rate)
    const counts = { cycles: this.#cycles, errors, success_rate: rate / 100 }
    const summary = `${rounded(rate)} % of ${counted(this.#cycles, 'cycle')}`
    return [
      checkOf('cycles', verdict === 'critical' ? 'failed' : verdict === 'met' ? 'passed' : 'warning', summary, {
        counts,
        tally: this.#errors,
      }),
      this.#failureCheck(),
    ]
  }

  #failureCheck(): QualityCheck {
    let worst: CheckVerdict = 'passed'
    const counts: Record<string, number> = {}
    const parts: string[] = []
    for (const [id, failures] of this.#categories) {
      const target = targetOf(id)
      const share = (100 * failures) / this.#cycles
      const isMet = judge(target, share).verdict === 'met'
      if (!isMet) worst = 'warning'
      const name = id.replace('failures-', '')
      counts[name] = failures
      parts.push(`${name} ${rounded(share)} %${isMet ? '' : ` (expected under ${target.target} %)`}`)
    }
    return checkOf('failures', worst, parts.length === 0 ? 'none' : parts.join(', '), { counts })
  }
}

function rounded(value: number): number {
  return Math.floor(value * 10 + 1e-9) / 10
}
