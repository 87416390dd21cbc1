import { checkedReplica } from '../internal/replica.ts'
import type { Fields } from '../internal/row-check.ts'
import { isLater, orderOf } from '../internal/row-order.ts'
import type { Connection } from '../sqlite/connection.ts'
import { hasMarks, orderOfWaiting, withoutMarks } from '../sqlite/marks.ts'
import { takeReplica } from '../sqlite/replica-writes.ts'
import type { SqliteStore } from '../sqlite/sqlite-store.ts'
import type { ReplicatedTableName, WaitOptions } from '../store.ts'

/**
 * Takes rows over that come from the remote store and need not be sent there. A row that waits here, or that it is gone,
 * makes way only for a newer one, and then waits on: what came of the two may be news over there.
 *
 * Returns how many rows were inserted or changed.
 */
export async function takeOver(
  local: SqliteStore,
  table: ReplicatedTableName,
  rows: readonly Fields[],
  { signal }: WaitOptions = {},
): Promise<number> {
  return await local.writeWith(signal, (connection) => {
    const [settled, newer] = hasMarks(connection) ? split(connection, table, rows) : [rows, []]
    const quiet = withoutMarks(connection, () => take(connection, table, settled))
    return quiet + take(connection, table, newer)
  })
}

function take(connection: Connection, table: ReplicatedTableName, rows: readonly Fields[]): number {
  return takeReplica(connection, checkedReplica({ rows: { [table]: rows } })).written
}

/** The rows of which no state waits, and those that are newer than the one that does. */
function split(connection: Connection, table: ReplicatedTableName, rows: readonly Fields[]): [Fields[], Fields[]] {
  const [settled, newer]: [Fields[], Fields[]] = [[], []]
  for (const row of rows) {
    const waiting = orderOfWaiting(connection, table, row)
    if (waiting === undefined) settled.push(row)
    else if (isLater(orderOf(table, row), waiting)) newer.push(row)
  }
  return [settled, newer]
}
