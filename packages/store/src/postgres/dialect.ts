import type { Dialect } from '../internal/statements.ts'
import type { ColumnKind } from '../tables.ts'

const DAY = 86_400_000
/** Within what `timestamptz` holds (4714 BC to AD 294276) and beyond any bar, epoch ms. */
const FIRST = -210_000_000_000_000
const LAST = 8_640_000_000_000_000

/**
 * A `timestamptz` of epoch milliseconds, exact for all that there are. (`to_timestamp` goes by floating-point seconds;
 * days and the rest of a day are small enough to be exact in them.)
 */
export function instantSql(ms: string): string {
  const days = `(${ms} / ${DAY}) * interval '1 day'`
  const rest = `(${ms} % ${DAY}) * interval '1 millisecond'`
  return `((timestamp 'epoch' + ${days} + ${rest}) AT TIME ZONE 'UTC')`
}

/** The epoch milliseconds of a `timestamptz`. */
export function millisecondsSql(instant: string): string {
  return `(extract(epoch FROM ${instant}) * 1000)::bigint`
}

/** The type in which values of a kind are sent: as the database has it, but for instants and JSON. */
export const SENT_AS: Readonly<Record<ColumnKind, string>> = {
  text: 'text',
  uuid: 'uuid',
  json: 'text',
  integer: 'bigint',
  instant: 'bigint',
  price: 'numeric',
  number: 'double precision',
  boolean: 'boolean',
}

/** What was sent, as what is stored. */
export function received(expression: string, kind: ColumnKind): string {
  if (kind === 'instant') return instantSql(expression)
  return kind === 'json' ? `${expression}::jsonb` : expression
}

/** PostgreSQL: instants are `timestamptz`, and everything comes back as text. */
export const POSTGRES: Dialect = {
  parameter: (n, kind) => received(`$${n}::${SENT_AS[kind]}`, kind),
  output: (name, kind) => (kind === 'instant' ? millisecondsSql(name) : name),
  bound: (instant) => Math.min(Math.max(Math.ceil(instant), FIRST), LAST),
}
