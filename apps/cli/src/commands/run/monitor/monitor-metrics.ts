import type { Clock } from '@openpredict/market'

import { withoutPassword } from '../../../configuration.ts'
import { UsageError } from '../../../usage-error.ts'

const DEADLINE_MS = 5_000

/**
 * Asks a page of a collector's metrics server; what is returned rejects when there is no answer within five seconds, or one
 * that says that collecting is not well. Throws a `UsageError` for what is no address of a page.
 */
export function askMetrics(address: string, timer: Clock): () => Promise<void> {
  const url = URL.parse(address)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new UsageError(
      `--metrics "${withoutPassword(address)}" is no address: expected http://HOST:PORT/metrics or http://HOST:PORT/healthz.`,
      'Give what run-loop --metrics-port prints.',
    )
  }
  const name = withoutPassword(address)
  return async () => {
    const late = new AbortController()
    const done = new AbortController()
    timer.sleep(DEADLINE_MS, done.signal).then(
      () => late.abort(),
      () => undefined,
    )
    try {
      const response = await fetch(url, { signal: late.signal })
      await response.body?.cancel()
      if (!response.ok) throw new MetricsError(`${name} answers ${response.status}`)
    } catch (error) {
      if (error instanceof MetricsError) throw error
      const what = late.signal.aborted ? `does not answer within ${DEADLINE_MS / 1_000} s` : 'does not answer'
      throw new MetricsError(`${name} ${what}`, { cause: error })
    } finally {
      done.abort()
    }
  }
}

/** A metrics server did not answer well. */
class MetricsError extends Error {
  override readonly name = 'MetricsError'
  readonly category = 'system'
  readonly code = 'metrics'
  readonly hint = 'See whether the collector runs, and with which --metrics-port.'
}
