import { type BarBatch, type BarSource, FetchError, noDrops } from '@openpredict/fetcher'
import { type Bar, BarSeries, intervalMs, type ManualClock } from '@openpredict/market'

const MINUTE = 60_000
/** How late this source shows a trade. */
export const DELAY: number = 10 * MINUTE

/** A source over a list of bars, as far as its watermark, that can be changed and told to fail. */
export class ScriptedSource implements BarSource {
  readonly name = 'script'
  readonly #clock: ManualClock
  bars: readonly Bar[]
  /** 5-minute bars, if the source has such. */
  coarse: readonly Bar[] | undefined
  failure: unknown
  asked: { from: number; to: number }[] = []
  /** Waits for this before it answers. */
  gate: Promise<void> | undefined

  constructor(clock: ManualClock, bars: readonly Bar[]) {
    this.#clock = clock
    this.bars = bars
  }

  async fetch({ instrument, from, to, interval = '1m', signal }: Parameters<BarSource['fetch']>[0]): Promise<BarBatch> {
    if (interval !== '1m' && this.coarse === undefined) {
      throw new FetchError({ kind: 'unsupported-interval', interval, supported: ['1m'] })
    }
    this.asked.push({ from, to })
    if (this.gate) await Promise.race([this.gate, aborted(signal)])
    signal?.throwIfAborted()
    if (this.failure !== undefined) throw this.failure as Error
    const now = this.#clock.now()
    const watermark = now - DELAY - MINUTE
    const all = interval === '1m' ? this.bars : (this.coarse ?? [])
    const bars = all.filter(({ time }) => time >= from && time < to && time + intervalMs(interval) <= watermark)
    return {
      instrument,
      interval,
      from,
      to,
      bars: BarSeries.from(bars),
      forming: undefined,
      watermark,
      answeredAt: now,
      delayMs: DELAY,
      received: bars.length,
      dropped: noDrops(),
      requests: 1,
      waitingMs: 0,
    }
  }
}

/** Rejects when the signal aborts. */
export async function aborted(signal: AbortSignal | undefined): Promise<never> {
  return await new Promise((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
}
