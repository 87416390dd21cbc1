import { formatInstant } from '@openpredict/market'
import type { StatusView } from '@openpredict/monitor'
import type { DeliveryState } from '@openpredict/store/delivery'

const HOUR = 3_600_000

/** How everything stands, for machines: instants as ISO-8601, durations in ms, what is not known as `null`. */
export function statusJson(
  views: readonly StatusView[],
  {
    at,
    store,
    delivery,
  }: { readonly at: number; readonly store: string; readonly delivery: DeliveryState | undefined },
): object {
  return {
    at: formatInstant(at),
    store,
    instruments: views.map(viewJson),
    delivery:
      delivery === undefined
        ? null
        : {
            waiting: delivery.waiting,
            oldestMarkedAt: instant(delivery.oldestMarkedAt),
            refused: delivery.refused,
            confirmedAt: instant(delivery.confirmedAt),
            rowsPerSecond: delivery.rowsPerSecond ?? null,
            failure: delivery.failure ?? null,
          },
  }
}

function viewJson(view: StatusView): object {
  const { instrument, market, lastCycle, freshness, levels, events } = view
  const level = ({ since, ...rest }: StatusView['levels']['above'][number]): object => ({
    ...rest,
    since: instant(since),
  })
  return {
    symbol: instrument.symbol,
    market: { open: market.open, changesAt: instant(market.changesAt) },
    lastCycle: lastCycle === undefined ? null : cycleJson(lastCycle),
    success: view.success.map(({ lengthMs, share, ...counts }) => ({
      hours: lengthMs / HOUR,
      ...counts,
      share: share ?? null,
    })),
    freshness: {
      newestBar: instant(freshness.newestBar),
      price: freshness.price ?? null,
      lagMs: freshness.lagMs ?? null,
      delayMs: freshness.delayMs,
    },
    cycleTimesMs: view.cycleTimes,
    levels: { above: levels.above.map(level), below: levels.below.map(level) },
    events: events.map(({ at, ...event }) => ({ at: instant(at), ...event })),
    missingMinutes: view.missing,
    suspects: view.suspects,
    memoryBytes: view.memoryBytes ?? null,
  }
}

function cycleJson({ row, steps, error }: NonNullable<StatusView['lastCycle']>): object {
  return {
    cycle: row.cycle,
    status: row.status,
    startedAt: instant(row.started_at),
    finishedAt: instant(row.finished_at),
    durationMs: row.duration_ms,
    stepMs: Object.fromEntries(steps.map(({ name, durationMs }) => [name, durationMs])),
    barsNew: row.bars_new,
    rowsWritten: row.rows_written,
    failedStep: row.failed_step,
    errorCategory: row.error_category,
    error: error ?? null,
    host: row.host,
    version: row.version,
  }
}

function instant(time: number | undefined): string | null {
  return time === undefined ? null : formatInstant(time)
}
