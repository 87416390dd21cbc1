/** Runs tasks one after the other. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()

  /** Runs `task` when all earlier ones have ended; rejects with the signal's reason when it is aborted before that. */
  async run<T>(task: () => T | Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#last
    const { promise: ended, resolve: end } = Promise.withResolvers<void>()
    this.#last = before.then(() => ended)
    try {
      await orAborted(before, signal)
      return await task()
    } finally {
      end()
    }
  }
}

/** The promise's outcome, or the signal's reason as soon as it is aborted. */
export async function orAborted<T>(promise: T | Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return await promise
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([aborted, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
