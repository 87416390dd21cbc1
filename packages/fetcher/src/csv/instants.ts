import { parseInstant } from '@openpredict/market'

/** Epoch numbers below this are seconds (until the year 5138), from it on milliseconds (since March 1973). */
const MILLISECONDS_FROM = 1e11
const EPOCH = /^\d{1,15}$/
const TIME_OF_DAY = /^[T ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)Z?$/

/**
 * A reader of open times: ISO-8601 (UTC where no zone is given), or epoch seconds or milliseconds. It gives epoch ms, and
 * `undefined` for what is none of these.
 *
 * Rows of one day follow each other, so the last date is kept: only the time of day of the next row has to be read.
 */
export function createInstantReader(): (text: string) => number | undefined {
  let date = ''
  let midnight = 0
  return (text) => {
    if (EPOCH.test(text)) return Number(text) < MILLISECONDS_FROM ? Number(text) * 1_000 : Number(text)
    const match = TIME_OF_DAY.exec(text.slice(10))
    if (match === null) return instant(text)
    if (!text.startsWith(date) || date === '') {
      const start = instant(text.slice(0, 10))
      if (start === undefined) return undefined
      date = text.slice(0, 10)
      midnight = start
    }
    return midnight + (Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3])) * 1_000
  }
}

function instant(text: string): number | undefined {
  try {
    return parseInstant(text)
  } catch {
    return undefined
  }
}
