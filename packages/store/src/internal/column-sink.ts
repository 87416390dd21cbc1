import { BarSeries } from '@openpredict/market'

/** Collects rows of six numbers (time, open, high, low, close, volume) into a series, without an object a bar. */
export class ColumnSink {
  #columns = Array.from({ length: 6 }, () => new Float64Array(1_024))
  #length = 0

  push(row: readonly unknown[]): void {
    const capacity = this.#columns[0]?.length ?? 0
    if (this.#length === capacity) {
      this.#columns = this.#columns.map((column) => {
        const grown = new Float64Array(capacity * 2)
        grown.set(column)
        return grown
      })
    }
    const i = this.#length++
    for (let c = 0; c < 6; c++) (this.#columns[c] as Float64Array)[i] = Number(row[c])
  }

  series(): BarSeries {
    const [time, open, high, low, close, volume] = this.#columns.map((column) => column.slice(0, this.#length)) as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ]
    return new BarSeries({ time, open, high, low, close, volume })
  }
}
