import { FetchError } from '@openpredict/fetcher'

import { UsageError } from './usage-error.ts'

/** Reads a file that the user named: what is wrong with it is wrong usage, not an unavailable source. */
export async function readInput<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof FetchError) throw new UsageError(error.message, error.hint)
    throw error
  }
}
