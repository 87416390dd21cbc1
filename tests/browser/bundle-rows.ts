import { compareExchange, createEngine, type ExchangeRow, FEATURE_TABLES, toExchange } from '@openpredict/calculators'
import { type Bar, instrumentOf } from '@openpredict/market'

/** Every row that the engine makes of bars, as lines of the exchange format. The same in Node, a page and a worker. */
export function rowsOf(bars: readonly Bar[]): readonly string[] {
  const engine = createEngine({ instrument: instrumentOf('NQ=F') })
  engine.feed(bars)
  const changes = engine.takeChanges()
  const rows = FEATURE_TABLES.flatMap((table) =>
    changes[table].map((row): ExchangeRow => toExchange(table, row, 'NQ=F')),
  )
  return rows.toSorted(compareExchange).map((row) => JSON.stringify(row))
}
