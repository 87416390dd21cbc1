import type { CycleReport } from '@openpredict/collector'
import { formatInstant } from '@openpredict/market'

/** A cycle for machines: instants as ISO-8601, durations in milliseconds. */
export function cycleJson(report: CycleReport): Record<string, unknown> {
  const { instrument, startedAt, finishedAt, window, newestBar, watermark, steps, ...rest } = report
  return {
    ...rest,
    instrument: instrument.symbol,
    startedAt: formatInstant(startedAt),
    finishedAt: formatInstant(finishedAt),
    window: { from: formatInstant(window.from), to: formatInstant(window.to), cold: window.cold },
    newestBar: newestBar === undefined ? null : formatInstant(newestBar),
    watermark: watermark === undefined ? null : formatInstant(watermark),
    steps,
  }
}
