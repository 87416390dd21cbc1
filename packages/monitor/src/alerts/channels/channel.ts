import type { AlertNotification } from '../alert.ts'

/** A way to tell somebody. */
export interface Channel {
  readonly name: string
  /**
   * Tells of a notification, again after what may pass. Rejects with a `ChannelError` when it could not be told, and with the
   * signal's reason as soon as that is aborted.
   */
  readonly send: (notification: AlertNotification, signal?: AbortSignal) => Promise<void>
}

/** A notification could not be delivered. The message holds no address and nothing secret. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError'
  /** Whether trying again could help. */
  readonly isRetryable: boolean
  /** How long the receiver asks to be left in peace, ms. */
  readonly retryAfterMs: number | undefined

  constructor(
    message: string,
    {
      isRetryable,
      retryAfterMs,
      cause,
    }: { readonly isRetryable: boolean; readonly retryAfterMs?: number | undefined; readonly cause?: unknown },
  ) {
    super(message, cause === undefined ? {} : { cause })
    this.isRetryable = isRetryable
    this.retryAfterMs = retryAfterMs
  }
}
