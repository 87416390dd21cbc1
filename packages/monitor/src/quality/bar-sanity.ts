import { type Bar, barProblem, type BarSeries, type Instrument } from '@openpredict/market'

import type { QualityCheck } from './quality-report.ts'
import { checkOf, counted, percent, Tally } from './tally.ts'

/** How far from a tick a price may lie, as a part of the tick: floats carry errors far below this. */
const OFF_TICK = 1e-6
/** More bars without volume than this are worth a look. */
const ZERO_VOLUME_SHARE = 0.05

/** Looks at the prices and volumes of bars, each for itself. */
export class BarSanity {
  readonly #instrument: Instrument
  readonly #prices: Tally
  readonly #tick: Tally
  readonly #volume: Tally
  #bars = 0

  constructor(instrument: Instrument, keep: number) {
    this.#instrument = instrument
    this.#prices = new Tally(keep)
    this.#tick = new Tally(keep)
    this.#volume = new Tally(keep)
  }

  /** How many bars were looked at. */
  get bars(): number {
    return this.#bars
  }

  /** How many of them have prices or volumes that cannot be. */
  get wrong(): number {
    return this.#prices.found + this.#tick.found
  }

  /** Takes bars. */
  take(bars: BarSeries): void {
    const { tick } = this.#instrument
    const { time, open, high, low, close, volume } = bars
    this.#bars += time.length
    for (let i = 0; i < time.length; i++) {
      const at = time[i] as number
      const [o, h, l, c, v] = [
        open[i] as number,
        high[i] as number,
        low[i] as number,
        close[i] as number,
        volume[i] as number,
      ]
      const isSane =
        l > 0 &&
        l <= o &&
        l <= c &&
        h >= o &&
        h >= c &&
        h < Number.POSITIVE_INFINITY &&
        v >= 0 &&
        v < Number.POSITIVE_INFINITY
      if (!isSane) this.#prices.add(at, () => problemOf(bars.at(i)))
      else if (tick !== undefined && !(onTick(o, tick) && onTick(h, tick) && onTick(l, tick) && onTick(c, tick)))
        this.#tick.add(at, () => `${o}/${h}/${l}/${c} is not on the tick of ${tick}`)
      if (v === 0) this.#volume.add(at, () => 'has no volume')
    }
  }

  checks(): readonly QualityCheck[] {
    const [prices, tick, volume] = [this.#prices, this.#tick, this.#volume]
    return [
      checkOf(
        'prices',
        prices.found > 0 ? 'failed' : 'passed',
        prices.found > 0 ? counted(prices.found, 'bar') + ' that cannot be' : `all of ${counted(this.#bars, 'bar')}`,
        { counts: { bars: prices.found }, tally: prices },
      ),
      checkOf(
        'tick',
        tick.found > 0 ? 'failed' : 'passed',
        tick.found > 0
          ? counted(tick.found, 'bar') + ' between ticks'
          : this.#instrument.tick === undefined
            ? 'no tick is known'
            : `all on ${this.#instrument.tick}`,
        { counts: { bars: tick.found }, tally: tick },
      ),
      this.#volumeCheck(volume),
    ]
  }

  #volumeCheck(tally: Tally): QualityCheck {
    const share = this.#bars === 0 ? 0 : tally.found / this.#bars
    const counts = { bars: tally.found, share }
    // Indices and currencies have none, from any source.
    if (share === 1 && this.#instrument.hours === 'always')
      return checkOf('volume', 'passed', 'the source has no volume of this instrument', { counts })
    const summary = `${percent(share)} of ${counted(this.#bars, 'bar')} without any`
    return checkOf('volume', share > ZERO_VOLUME_SHARE ? 'warning' : 'passed', summary, { counts, tally })
  }
}

function onTick(price: number, tick: number): boolean {
  const ticks = price / tick
  return Math.abs(ticks - Math.round(ticks)) <= OFF_TICK
}

function problemOf(bar: Bar | undefined): string {
  return (bar === undefined ? undefined : barProblem(bar)) ?? 'cannot be'
}
