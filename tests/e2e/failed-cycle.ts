import type { Row, StoreTransaction } from '@openpredict/store'

/** Records a cycle that failed, with its error, as a collector that ran here would have. */
export async function putFailedCycle(
  tx: StoreTransaction,
  {
    at,
    cycle,
    message,
    hint = '',
  }: { readonly at: number; readonly cycle: number; readonly message: string; readonly hint?: string },
): Promise<void> {
  const finished_at = at + 400
  const row: Row<'collection_cycles'> = {
    id: crypto.randomUUID(),
    instrument: 'NQ=F',
    cycle,
    started_at: at,
    finished_at,
    duration_ms: 400,
    waiting_ms: 300,
    status: 'failed',
    failed_step: 'fetch',
    error_category: 'network',
    bars_fetched: 0,
    bars_new: 0,
    rows_written: 0,
    step_ms: { fetch: 400 },
    host: 'here',
    version: '0.1.0',
    measures: null,
  }
  await tx.putCycle(row)
  await tx.putError({
    id: crypto.randomUUID(),
    timestamp: finished_at,
    component: 'collector',
    operation: 'fetch',
    error_message: message,
    severity: 'error',
    error_category: 'network',
    instrument: 'NQ=F',
    cycle,
    details: { code: 'network', hint },
  })
}
