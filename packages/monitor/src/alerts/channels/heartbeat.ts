import { type DeliveryOptions, request, withRetries } from './deliver.ts'

/** Those who listen need no more. */
const LEAST_MS = 60_000

/** Tells somebody outside that all is well. Who hears nothing for a while knows that nothing is, whatever went wrong. */
export interface Heartbeat {
  /**
   * Asks for the URL, unless that was done within the last minute (`now`: epoch ms). Never rejects; resolves to what went
   * wrong, without the URL, or `undefined`.
   */
  readonly beat: (now: number) => Promise<string | undefined>
}

/** Makes a heartbeat. Its URL is a secret. */
export function createHeartbeat(
  { url, method = 'GET' }: { readonly url: string; readonly method?: 'GET' | 'POST' },
  options: DeliveryOptions,
): Heartbeat {
  let last = Number.NEGATIVE_INFINITY
  return {
    async beat(now) {
      if (now - last < LEAST_MS) return undefined
      last = now
      try {
        await withRetries((signal) => request(url, { method }, options, signal), options)
        return undefined
      } catch (error) {
        return error instanceof Error ? error.message : String(error)
      }
    },
  }
}
