import type { Fields } from '../internal/row-check.ts'
import type { ReplicatedTableName } from '../store.ts'

/**
 * What stands under a key of the target after the row of the source was sent there: the rules of `Store.replicate`. The
 * target's own row, when it stays.
 */
export function standingRow(table: ReplicatedTableName, source: Fields, target: Fields): Fields {
  switch (table) {
    case 'ohlc_data':
      return newer(['revision', 'ingested_at'], source, target)
    case 'ohlc_history':
      return source
    case 'ohlc_suspects':
      return neverTakenBack('admitted_at', newer(['first_seen_at', 'times_seen'], source, target), target)
    case 'missing_minutes':
      return neverTakenBack('healed_at', newer(['times_asked'], source, target), target)
    case 'collection_cycles':
      return newer(['finished_at'], source, target)
    case 'instrument_state':
      return newer(['history_version'], source, target)
    case 'ohlc_revisions':
    case 'feature_revisions':
    case 'error_log':
      return target
    default:
      return newer(['as_of_version', 'as_of'], source, target)
  }
}

/** The source's row, unless the target's comes later by these columns. */
function newer(columns: readonly string[], source: Fields, target: Fields): Fields {
  for (const name of columns) {
    const [ours, theirs] = [Number(source[name]), Number(target[name])]
    if (ours !== theirs) return ours > theirs ? source : target
  }
  return source
}

function neverTakenBack(column: string, standing: Fields, target: Fields): Fields {
  return standing === target ? target : { ...standing, [column]: target[column] ?? standing[column] }
}
