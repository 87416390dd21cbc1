import { TABLE_NAMES, tableOf } from '@openpredict/store'

import type { Check, Evidence } from './check.ts'

/** No key twice in any table, no cycle number twice, and bars in order. */
export const checkDoubled: Check = async ({ store, remote, instrument }) => {
  const differences: string[] = []
  let compared = 0
  for (const each of remote === undefined ? [store] : [store, remote]) {
    const found = await doublesIn(each)
    compared += found.compared
    differences.push(...found.doubles)
    const cycles = (await each.readRows('collection_cycles', { instrument: instrument.symbol })).map(
      ({ cycle }) => cycle,
    )
    if (new Set(cycles).size < cycles.length) differences.push(`${each.location}: a number of a cycle comes twice`)
  }
  return { check: 'nothing doubled', compared, differences }
}

async function doublesIn(store: Evidence['store']): Promise<{ compared: number; doubles: readonly string[] }> {
  const doubles: string[] = []
  let compared = 0
  for (const table of TABLE_NAMES) {
    const { key } = tableOf(table)
    const seen = new Set<string>()
    for await (const row of store.streamRows(table)) {
      const values = row as Readonly<Record<string, unknown>>
      const id = JSON.stringify(key.map((name) => values[name]))
      if (seen.has(id)) doubles.push(`${table} has ${id} twice`)
      seen.add(id)
      compared++
    }
  }
  return { compared, doubles }
}
