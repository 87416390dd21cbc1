import { type Bar, newYorkInstant, parseInstant } from '@openpredict/market'

const MINUTE = 60_000
const DAY = 86_400_000

/** The prices of a hand-made bar: one price for a flat bar, or open, high, low and close. */
export type Prices = number | readonly [open: number, high: number, low: number, close: number]

/** The instant at which New York's wall clock shows `YYYY-MM-DD HH:MM`. */
export function newYork(text: string): number {
  const [date = '', time = ''] = text.split(' ')
  const [hour = 0, minute = 0] = time.split(':').map(Number)
  return newYorkInstant(parseInstant(date) / DAY, (hour * 60 + minute) * MINUTE)
}

/** A bar at an instant. */
export function barAt(time: number, prices: Prices, volume = 1): Bar {
  const [open, high, low, close] = typeof prices === 'number' ? [prices, prices, prices, prices] : prices
  return { time, open, high, low, close, volume }
}

/** A bar at a time of New York's wall clock. */
export function nyBar(text: string, prices: Prices, volume = 1): Bar {
  return barAt(newYork(text), prices, volume)
}

/** A bar at an ISO-8601 instant, UTC. */
export function utcBar(text: string, prices: Prices, volume = 1): Bar {
  return barAt(parseInstant(text), prices, volume)
}

/** Bars one after the other from an instant on; null where there is none. */
export function barsFrom(time: number, prices: readonly (Prices | null)[], interval: number = MINUTE): Bar[] {
  return prices.flatMap((price, i) => (price === null ? [] : [barAt(time + i * interval, price)]))
}

/** Prices upside down: each becomes what it lacks to `sum`, so that highs become lows. */
export function mirrored(prices: Prices, sum: number): Prices {
  if (typeof prices === 'number') return sum - prices
  const [open, high, low, close] = prices
  return [sum - open, sum - low, sum - high, sum - close]
}

/** The same prices over and over. */
export function repeated(prices: Prices, times: number): Prices[] {
  return Array.from({ length: times }, () => prices)
}

/** Bars that wander, with holes of minutes, nights and days between them; the same for the same seed. */
export function wanderingBars(count: number, start: number, seed: number): Bar[] {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const bars: Bar[] = []
  let time = start
  let price = 80_000
  for (let i = 0; i < count; i++) {
    const open = price
    price += random(41) - 20
    const [high, low] = [Math.max(open, price) + random(12), Math.min(open, price) - random(12)]
    bars.push(barAt(time, [open / 4, high / 4, low / 4, price / 4], random(500)))
    const hole = random(100)
    time +=
      MINUTE * (hole < 60 ? 1 : hole < 90 ? 1 + random(90) : hole < 98 ? 60 * random(20) + 1 : 1440 * random(5) + 1)
  }
  return bars
}
