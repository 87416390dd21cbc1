/**
 * One candle of a market: the prices and the volume traded in `[time, time + interval)`.
 *
 * Prices are in the instrument's own units (index points for NQ), `volume` in contracts; an empty volume is 0.
 */
export interface Bar {
  /** Open time, epoch milliseconds UTC. */
  readonly time: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/**
 * Says what makes a bar impossible, or `undefined` when nothing does.
 *
 * Checks that the time is a whole number of milliseconds, prices are finite and positive, high and low enclose
 * open and close, and volume is finite and not negative.
 *
 * @example
 * ```ts
 * barProblem({ time: 0, open: 10, high: 9, low: 8, close: 9, volume: 1 }) // => 'high 9 is below open 10'
 * ```
 */
export function barProblem(bar: Bar): string | undefined {
  const { time, open, high, low, close, volume } = bar
  if (!Number.isSafeInteger(time)) return `time ${time} is not a whole number of milliseconds`
  const price =
    priceProblem('open', open) ?? priceProblem('high', high) ?? priceProblem('low', low) ?? priceProblem('close', close)
  if (price !== undefined) return price
  if (high < low) return `high ${high} is below low ${low}`
  if (high < open) return `high ${high} is below open ${open}`
  if (high < close) return `high ${high} is below close ${close}`
  if (low > open) return `low ${low} is above open ${open}`
  if (low > close) return `low ${low} is above close ${close}`
  if (!Number.isFinite(volume) || volume < 0) return `volume ${volume} is not a number of 0 or more`
  return undefined
}

function priceProblem(name: string, price: number): string | undefined {
  if (!Number.isFinite(price)) return `${name} ${price} is not a finite number`
  return price <= 0 ? `${name} ${price} is not positive` : undefined
}
