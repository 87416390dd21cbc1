import type { Fields } from '../internal/row-check.ts'
import { isLater, orderOf } from '../internal/row-order.ts'
import type { ReplicatedTableName } from '../store.ts'

/**
 * What stands under a key of the target after the row of the source was sent there: the rules of `Store.replicate`. The
 * target's own row, when it stays.
 */
export function standingRow(table: ReplicatedTableName, source: Fields, target: Fields): Fields {
  switch (table) {
    case 'ohlc_suspects':
      return neverTakenBack('admitted_at', newer(table, source, target), target)
    case 'missing_minutes':
      return neverTakenBack('healed_at', newer(table, source, target), target)
    case 'ohlc_revisions':
    case 'feature_revisions':
    case 'error_log':
      return target
    default:
      return newer(table, source, target)
  }
}

/** The source's row, unless the target's comes later. */
function newer(table: ReplicatedTableName, source: Fields, target: Fields): Fields {
  return isLater(orderOf(table, target), orderOf(table, source)) ? target : source
}

function neverTakenBack(column: string, standing: Fields, target: Fields): Fields {
  return standing === target ? target : { ...standing, [column]: target[column] ?? standing[column] }
}
