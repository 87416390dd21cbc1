import { setImmediate } from 'node:timers/promises'

import { formatInstant } from '@openpredict/market'
import { type Store, TABLE_NAMES, type TableName, tableOf } from '@openpredict/store'

import { configuredStore } from '../../../configuration.ts'
import { EXIT } from '../../../exit.ts'
import { columns, count, formatMinute } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import type { Services } from '../../../services.ts'
import type { PruneFlags } from '../../database.ts'

const PAUSE_EVERY = 1_000

type Counts = Readonly<Partial<Record<TableName, number>>>

/** Deletes rows from before an instant when it is confirmed; else counts them. */
export async function pruneDatabase(flags: PruneFlags, services: Services): Promise<number> {
  const { terminal, clock, signal, env } = services
  const { confirm = false, olderThan, json = false } = flags
  const before = clock.now() - olderThan
  await using store = await openNamedStore(configuredStore(flags, env), services, {
    readOnly: !confirm,
    migrate: false,
  })
  const { location } = store
  const tables: Counts = await terminal.spin(`${confirm ? 'pruning' : 'counting'} ${location}`, () =>
    confirm ? store.prune(before, { signal }) : rowsBefore(store, before, signal),
  )
  const rows = Object.values(tables).reduce((sum, n) => sum + n, 0)
  if (json) {
    terminal.out(JSON.stringify({ location, before: formatInstant(before), deleted: confirm, rows, tables }))
  } else {
    const from = `from before ${formatMinute(before)} UTC`
    terminal.out(`${location}: ${count(rows, 'row')} ${from} ${confirm ? 'deleted' : 'would be deleted'}`)
    const lines = Object.entries(tables).map(([table, n]) => [`  ${table}`, n.toLocaleString('en-US')])
    for (const line of columns(lines, [1])) terminal.out(line)
  }
  if (confirm) return EXIT.fine
  terminal.note('Nothing was deleted. Give --confirm to do it.')
  return EXIT.usage
}

/** How many rows there are before an instant, by table. */
async function rowsBefore(store: Store, before: number, signal: AbortSignal): Promise<Counts> {
  const counts: Partial<Record<TableName, number>> = {}
  for (const table of TABLE_NAMES) {
    if (tableOf(table).time === undefined || table === 'schema_migrations') continue
    let n = 0
    for await (const _ of store.streamRows(table, { to: before }, { signal })) {
      // A file is read without ever waiting: signals and timers get their turn here.
      if (++n % PAUSE_EVERY !== 0) continue
      await setImmediate()
      signal.throwIfAborted()
    }
    counts[table] = n
  }
  return counts
}
