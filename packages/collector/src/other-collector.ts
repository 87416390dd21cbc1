import type { Row, Store } from '@openpredict/store'

type Cycle = Row<'collection_cycles'>

/** Another process that collects the same instrument into the same store. */
export interface OtherCollector {
  readonly host: string
  /** Absent where it was not recorded. */
  readonly processId?: number
  /** When its last cycle ended, epoch ms. */
  readonly finishedAt: number
}

/** The records that are looked at: two collectors in step leave one each between two cycles. */
const LOOKED_AT = 3

/**
 * Notices that somebody else has recorded a cycle since our own last one began: two collectors of one instrument do no
 * harm, and ask the source twice.
 */
export class OtherWatch {
  #last: Cycle | undefined

  /** Takes in what is being recorded of our own last cycle. */
  note(row: Cycle): void {
    this.#last = row
  }

  /** The one whose cycle is the newest; `undefined` before our first cycle, too. */
  async find(store: Store, symbol: string, signal: AbortSignal | undefined): Promise<OtherCollector | undefined> {
    const last = this.#last
    if (last === undefined) return undefined
    const query = { instrument: symbol, from: last.started_at, newestFirst: true, limit: LOOKED_AT } as const
    const rows = await store.readRows('collection_cycles', query, signal === undefined ? {} : { signal })
    const row = rows.find((its) => !isSameProcess(its, last))
    if (row === undefined) return undefined
    const processId = processIdOf(row)
    return { host: row.host, finishedAt: row.finished_at, ...(processId === undefined ? {} : { processId }) }
  }
}

function isSameProcess(row: Cycle, last: Cycle): boolean {
  if (row.id === last.id) return true
  const processId = processIdOf(row)
  return processId !== undefined && processId === processIdOf(last) && row.host === last.host
}

function processIdOf({ measures }: Cycle): number | undefined {
  if (typeof measures !== 'object' || measures === null) return undefined
  const id = (measures as Readonly<Record<string, unknown>>)['process_id']
  return typeof id === 'number' ? id : undefined
}
