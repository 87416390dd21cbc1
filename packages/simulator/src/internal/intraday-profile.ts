/**
 * How a day of index futures breathes, by New York's time of day: quiet overnight, a burst at the 09:30 open of the
 * stock market, a lull at noon, a rise into the close at 16:00, and a small burst when futures reopen at 18:00.
 */

const HALF_HOUR = 30
const DAY = 1440

/** How far prices move in a minute relative to the day's liveliest, in percent, for each half hour from midnight. */
const MOVEMENT = [
  31, 31, 31, 31, 34, 36, 44, 42, 40, 37, 35, 35, 35, 35, 37, 37, 39, 46, 44, 100, 88, 76, 68, 60, 54, 52, 56, 54, 58,
  60, 60, 66, 47, 36, 35, 35, 42, 34, 33, 33, 33, 33, 32, 32, 31, 31, 30, 30,
]

/** Contracts that change hands in a minute, for each half hour from midnight. */
const CONTRACTS = [
  50, 52, 58, 54, 85, 92, 165, 158, 160, 130, 115, 115, 112, 120, 155, 170, 230, 370, 430, 2300, 1850, 1400, 1150, 950,
  720, 660, 900, 680, 730, 820, 800, 1250, 430, 100, 60, 60, 130, 60, 72, 66, 82, 74, 58, 56, 54, 48, 40, 36,
]

/** Minutes of the day that are livelier than their half hour: first minute, how many, the factor for both tables. */
const BURSTS: readonly (readonly [first: number, minutes: number, movement: number, contracts: number])[] = [
  [8 * 60 + 30, 3, 1.9, 2.4],
  [9 * 60 + 30, 5, 1.45, 1.8],
  [10 * 60, 2, 1.3, 1.4],
  [14 * 60, 3, 1.3, 1.5],
  [15 * 60 + 58, 2, 1.5, 3.2],
  [16 * 60, 2, 1.6, 2.8],
  [18 * 60, 5, 1.6, 2.2],
]

/** For each minute of New York's day, how far prices move relative to the liveliest half hour. */
export const MOVEMENT_OF_MINUTE: Float64Array = /* @__PURE__ */ minuteTable(MOVEMENT, 100, 2)

/** For each minute of New York's day, the contracts that usually change hands. */
export const CONTRACTS_OF_MINUTE: Float64Array = /* @__PURE__ */ minuteTable(CONTRACTS, 1, 3)

/** The number of the minute within New York's day. */
export function minuteOfDay(timeOfDay: number): number {
  return Math.floor(timeOfDay / 60_000) % DAY
}

function minuteTable(halfHours: readonly number[], unit: number, factor: 2 | 3): Float64Array {
  const table = new Float64Array(DAY)
  for (let minute = 0; minute < DAY; minute++) table[minute] = (halfHours[Math.floor(minute / HALF_HOUR)] ?? 0) / unit
  for (const burst of BURSTS) {
    const [first, minutes] = burst
    for (let minute = first; minute < first + minutes; minute++) {
      table[minute] = (table[minute] ?? 0) * burst[factor]
    }
  }
  return table
}
