import { copyStore, type StoreCopy, type TableCopy } from '@openpredict/store'

import { EXIT } from '../../../exit.ts'
import { columns, count, formatDuration } from '../../../format.ts'
import { openNamedStore } from '../../../named-store.ts'
import { copyBar } from '../../../progress-bar.ts'
import type { Services } from '../../../services.ts'
import type { CopyFlags } from '../../database.ts'

/** Copies everything from one store to another, and says how both stand. */
export async function copyDatabase(
  { from: source, to: target, json = false }: CopyFlags,
  services: Services,
): Promise<number> {
  const { terminal, timer, signal } = services
  const started = timer.now()
  await using from = await openNamedStore(source, services, { readOnly: true })
  await using to = await openNamedStore(target, services)
  let copy: StoreCopy
  try {
    copy = await terminal.spin(`copying ${from.location}`, (show) =>
      copyStore({ from, to, signal, onProgress: (progress) => show(copyBar(progress)) }),
    )
  } catch (error) {
    if (signal.aborted) terminal.note('Stopped. What was copied stays there; the same command goes on with the rest.')
    throw error
  }
  const durationMs = timer.now() - started
  if (json) {
    terminal.out(JSON.stringify({ from: from.location, to: to.location, durationMs: Math.round(durationMs), ...copy }))
  } else {
    for (const line of lines(copy)) terminal.out(line)
    const rows = copy.tables.reduce((sum, table) => sum + table.source.rows, 0)
    const said = copy.verified ? 'all there, compared by counts and checksums' : 'NOT all there: see the tables above'
    terminal.out(`${to.location}: ${count(rows, 'row')} of ${from.location}, ${said} (${formatDuration(durationMs)})`)
  }
  return copy.verified ? EXIT.fine : EXIT.no
}

/** A line for each table, and one for each thing about it that is not as usual. */
function lines({ tables }: StoreCopy): readonly string[] {
  const head = ['', 'rows', 'new', 'replaced', 'removed', 'checksum']
  const rows = tables.map(({ table, source, inserted, replaced, removed, target }) => [
    table,
    ...[source.rows, inserted, replaced, removed].map((n) => n.toLocaleString('en-US')),
    target.checksum.slice(0, 12),
  ])
  return [...columns([head, ...rows], [1, 2, 3, 4]), ...tables.flatMap(remarks)]
}

function remarks({ table, kept, extra, differing, verified }: TableCopy): readonly string[] {
  const all: string[] = []
  if (kept > 0) all.push(`${table}: ${count(kept, 'row')} newer in the target, kept as they are there`)
  if (extra > 0) all.push(`${table}: ${count(extra, 'row')} in the target only, kept`)
  if (differing > 0) all.push(`${table}: ${count(differing, 'row')} other in the target; this table is only added to`)
  if (!verified && differing === 0) all.push(`${table}: still written to; copy again when that has ended`)
  return all
}
