import { POSTGRES } from '../postgres/dialect.ts'
import { instrumentColumn, timeColumn } from '../internal/statements.ts'
import type { RowQuery } from '../store.ts'
import { type TableName, tableOf } from '../tables.ts'
import { instantText } from './instants.ts'
import type { RestRequest } from './supabase-types.ts'

/** A column that rows are ordered by. */
export interface OrderColumn {
  readonly name: string
  readonly ascending: boolean
}

/** What rows of a query are ordered by, such that no two are alike; a column that is the same in all is left out. */
export function orderOf(table: TableName, query: RowQuery): readonly OrderColumn[] {
  const { key } = tableOf(table)
  const time = timeColumn(table, query)
  const ascending = query.newestFirst !== true
  const names = ascending ? key : [time, ...key.filter((name) => name !== time)]
  const fixed = query.instrument === undefined || names.length === 1 ? '' : 'instrument'
  return names.filter((name) => name !== fixed).map((name) => ({ name, ascending }))
}

/** Asks for the rows of a query. Throws a `StoreError` of kind `misuse` for one that makes no sense. */
export function filtered(request: RestRequest, table: TableName, query: RowQuery): RestRequest {
  const time = timeColumn(table, query)
  const { instrument, from, to } = query
  let asked = request
  if (instrument !== undefined) asked = asked.eq(instrumentColumn(table), instrument)
  if (from !== undefined) asked = asked.gte(time, instantText(POSTGRES.bound(from)))
  if (to !== undefined) asked = asked.lt(time, instantText(POSTGRES.bound(to)))
  return asked
}

/** Goes on behind a row, given as it came. */
export function behind(
  request: RestRequest,
  order: readonly OrderColumn[],
  last: Readonly<Record<string, unknown>>,
): RestRequest {
  const [first] = order
  if (first === undefined) return request
  const values = order.map(({ name }) => last[name] as string | number)
  const [value = ''] = values
  const operator = first.ascending ? 'gt' : 'lt'
  if (order.length === 1) return request[operator](first.name, value)
  // The first column alone as well: an index is good for that, not for alternatives.
  const bounded = first.ascending ? request.gte(first.name, value) : request.lte(first.name, value)
  const alternatives = order.map(({ name }, i) => {
    const same = order.slice(0, i).map((column, j) => `${column.name}.eq.${quoted(values[j])}`)
    const next = `${name}.${operator}.${quoted(values[i])}`
    return i === 0 ? next : `and(${[...same, next].join(',')})`
  })
  return bounded.or(alternatives.join(','))
}

/** A value inside a list of conditions, where commas, dots and brackets mean something. */
export function quoted(value: unknown): string {
  return `"${String(value).replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
