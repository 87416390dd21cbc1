import { AsyncLocalStorage } from 'node:async_hooks'

import { StoreError } from '../errors.ts'

/** Knows whether the code that runs was started by the work of an open transaction. */
export class WorkScope {
  readonly #open = new AsyncLocalStorage<{ active: boolean }>()

  /** Runs the work of a transaction. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    const scope = { active: true }
    try {
      return await this.#open.run(scope, work)
    } finally {
      scope.active = false
    }
  }

  /** Whether such work is what runs now. */
  get isOpen(): boolean {
    return this.#open.getStore()?.active === true
  }

  /** Throws a `StoreError` of kind `misuse` inside such work: it would wait for its own end. */
  refuse(method: string): void {
    if (!this.isOpen) return
    throw new StoreError(
      `${method} of the store was called inside a transaction`,
      { kind: 'misuse' },
      { hint: 'Use the transaction that the work was given.' },
    )
  }
}
