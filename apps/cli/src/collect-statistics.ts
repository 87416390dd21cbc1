import type { CycleReport, FailureCategory } from '@openpredict/collector'

/** The most durations that are kept for percentiles: the last day of minutes. */
const MOST_DURATIONS = 1_440

/** What was done for one instrument. Durations in real milliseconds. */
export interface InstrumentStatistics {
  readonly symbol: string
  readonly cycles: Readonly<Record<CycleReport['status'], number>>
  readonly failures: Readonly<Partial<Record<FailureCategory, number>>>
  readonly barsNew: number
  readonly barsCorrected: number
  readonly rowsWritten: number
  /** Median and 95th percentile of the last 1,440 cycles; absent before the first. */
  readonly medianMs?: number
  readonly p95Ms?: number
  /** Open time of the newest stored bar. */
  readonly newestBar?: number
}

/** What was done in all. */
export interface CollectStatistics {
  readonly cycles: number
  readonly instruments: readonly InstrumentStatistics[]
}

interface Account {
  readonly cycles: Record<CycleReport['status'], number>
  readonly failures: Partial<Record<FailureCategory, number>>
  readonly durations: number[]
  barsNew: number
  barsCorrected: number
  rowsWritten: number
  newestBar: number | undefined
}

/** Adds up cycles by instrument. */
export class StatisticsKeeper {
  readonly #accounts = new Map<string, Account>()
  /** By instrument: fetches made again in the cycle that runs. */
  readonly #retries = new Map<string, number>()

  addRetry(symbol: string): void {
    this.#retries.set(symbol, this.retriesOf(symbol) + 1)
  }

  /** How many fetches were made again in the instrument's cycle that runs. */
  retriesOf(symbol: string): number {
    return this.#retries.get(symbol) ?? 0
  }

  add({ instrument, status, failure, durationMs, barsNew, barsCorrected, rowsWritten, newestBar }: CycleReport): void {
    this.#retries.delete(instrument.symbol)
    const account = this.#accountOf(instrument.symbol)
    account.cycles[status]++
    if (failure !== undefined) account.failures[failure.category] = (account.failures[failure.category] ?? 0) + 1
    account.durations.push(durationMs)
    if (account.durations.length > MOST_DURATIONS) account.durations.shift()
    account.barsNew += barsNew
    account.barsCorrected += barsCorrected
    account.rowsWritten += rowsWritten
    account.newestBar = newestBar ?? account.newestBar
  }

  statistics(): CollectStatistics {
    const instruments = [...this.#accounts].map(([symbol, { durations, newestBar, cycles, failures, ...sums }]) => {
      const sorted = durations.toSorted((a, b) => a - b)
      const [medianMs, p95Ms] = [rankOf(sorted, 0.5), rankOf(sorted, 0.95)]
      return {
        symbol,
        cycles: { ...cycles },
        failures: { ...failures },
        ...sums,
        ...(medianMs === undefined || p95Ms === undefined
          ? {}
          : { medianMs: Math.round(medianMs), p95Ms: Math.round(p95Ms) }),
        ...(newestBar === undefined ? {} : { newestBar }),
      }
    })
    const cycles = instruments.reduce((sum, { cycles: its }) => sum + Object.values(its).reduce((a, b) => a + b, 0), 0)
    return { cycles, instruments }
  }

  #accountOf(symbol: string): Account {
    let account = this.#accounts.get(symbol)
    if (account === undefined) {
      account = {
        cycles: { success: 0, partial: 0, failed: 0, idle: 0 },
        failures: {},
        durations: [],
        barsNew: 0,
        barsCorrected: 0,
        rowsWritten: 0,
        newestBar: undefined,
      }
      this.#accounts.set(symbol, account)
    }
    return account
  }
}

/** The nearest-rank percentile of sorted values. */
function rankOf(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
