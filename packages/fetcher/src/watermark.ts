import { calendarOf, type Instrument } from '@openpredict/market'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
/** An older last trade says nothing more about the delay. */
const LONGEST_SHOWN = 8 * DAY
/** No free feed is later than this: where trading hours are not known, an older last trade means that they are over. */
const LONGEST_DELAY = 60 * MINUTE

/** What one answer says about time, epoch ms. */
export interface AnswerTimes {
  /** The source's own clock when it answered. */
  readonly answeredAt: number
  /** The last trade that the answer knows, if it says. A time after the answer's own is not believed. */
  readonly lastTrade?: number
}

/**
 * How far an answer has got: the later of its last trade and *answer time − delay − 60 s*.
 *
 * The second lets a quiet minute close, and the last one before a halt, in which no further trade comes to close it.
 *
 * @example
 * ```ts
 * watermarkOf({ answeredAt: 1_200_000, lastTrade: 595_000 }, 600_000) // => 595_000
 * watermarkOf({ answeredAt: 1_300_000, lastTrade: 595_000 }, 600_000) // => 640_000
 * ```
 */
export function watermarkOf(times: AnswerTimes, delayMs: number): number {
  const { answeredAt, lastTrade = -Infinity } = times
  return Math.max(Math.min(lastTrade, answeredAt), answeredAt - delayMs - MINUTE)
}

/**
 * The delay of a source for each symbol: what the instrument declares, raised while answers in an open market show a
 * longer one.
 *
 * An answer shows how long the market has been open since its last trade. Up to the declared delay and one minute that
 * is ordinary, and up to two when the market may just have been quiet for a minute. It is not quiet but late when the
 * last trade is new, and was already due at the answer before. An answer that is late raises the delay to what it
 * shows. The declared delay returns with the next ordinary answer whose last trade belongs to the session still open;
 * answers in a closed market, or without a last trade, change nothing. Of an instrument whose hours are not known
 * (`always`), a last trade more than an hour ago says that trading is over, not that the source is late.
 *
 * @example
 * ```ts
 * const delays = new ShownDelays()
 * const answeredAt = parseInstant('2024-07-01T15:00:00Z')
 * delays.observe(instrumentOf('NQ=F'), { answeredAt, lastTrade: answeredAt - 602_000 }) // => 600_000
 * delays.observe(instrumentOf('NQ=F'), { answeredAt, lastTrade: answeredAt - 900_000 }) // => 900_000
 * ```
 */
export class ShownDelays {
  readonly #raised = new Map<string, number>()
  readonly #before = new Map<string, Required<AnswerTimes>>()

  /** Takes an answer in and gives the delay in force from it on, in milliseconds. */
  observe(instrument: Instrument, { answeredAt, lastTrade }: AnswerTimes): number {
    const { symbol, delayMs } = instrument
    const calendar = calendarOf(instrument)
    if (lastTrade !== undefined && calendar.isOpen(answeredAt)) {
      const since = Math.min(answeredAt, Math.max(lastTrade, answeredAt - LONGEST_SHOWN))
      const shown = openTime(calendar.openPeriods(since, answeredAt))
      const quiet = this.#wasDue({ answeredAt, lastTrade }, instrument) ? 0 : MINUTE
      const over = instrument.hours === 'always' && shown > delayMs + LONGEST_DELAY
      if (shown > delayMs + MINUTE + quiet && !over) this.#raised.set(symbol, shown)
      else if (shown === answeredAt - since) this.#raised.delete(symbol)
      this.#before.set(symbol, { answeredAt, lastTrade })
    }
    return this.#raised.get(symbol) ?? delayMs
  }

  /** Whether the last trade is new, although at the declared delay the answer before would have had it. */
  #wasDue({ lastTrade }: Required<AnswerTimes>, { symbol, delayMs }: Instrument): boolean {
    const before = this.#before.get(symbol)
    return before !== undefined && lastTrade > before.lastTrade && before.answeredAt - lastTrade > delayMs
  }
}

function openTime(periods: readonly { readonly start: number; readonly end: number }[]): number {
  return periods.reduce((sum, { start, end }) => sum + (end - start), 0)
}
