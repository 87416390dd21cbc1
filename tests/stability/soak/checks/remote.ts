import { type Store, TABLE_NAMES, type TableName, tableOf } from '@openpredict/store'

import type { Check } from './check.ts'

/** Who last vouched for a row that stayed as it was; that alone is not sent. */
const VOUCHED = ['as_of_version', 'as_of']

/** The remote store has every row of the mirror as it stands there, and no others. */
export const checkRemote: Check = async ({ store, remote }) => {
  const differences: string[] = []
  let compared = 0
  if (remote !== undefined) {
    for (const table of TABLE_NAMES) {
      if (table === 'schema_migrations') continue
      const [here, there] = [await linesOf(store, table), await linesOf(remote, table)]
      compared += here.size
      for (const [key, line] of here) {
        const found = there.get(key)
        if (found !== line) differences.push(`${table}: ${line} is there ${found ?? 'not at all'}`)
        there.delete(key)
      }
      for (const line of there.values()) differences.push(`${table}: only there is ${line}`)
    }
  }
  return { check: 'remote and mirror', compared, differences }
}

async function linesOf(store: Store, table: TableName): Promise<Map<string, string>> {
  const { key, columns } = tableOf(table)
  const names = Object.keys(columns).filter((name) => !VOUCHED.includes(name))
  const lines = new Map<string, string>()
  for await (const row of store.streamRows(table)) {
    const values = row as Readonly<Record<string, unknown>>
    const line = JSON.stringify(names.map((name) => plain(values[name])))
    lines.set(JSON.stringify(key.map((name) => values[name])), line)
  }
  return lines
}

/** JSON values have no order of names in one of the stores. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
}
