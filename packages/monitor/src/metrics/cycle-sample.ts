import type { Row } from '@openpredict/store'

/**
 * What metrics know of one cycle: the columns of `collection_cycles` that they are computed from. A row is one; a collector
 * that watches itself makes them from its reports.
 */
export interface CycleSample extends Pick<
  Row<'collection_cycles'>,
  'instrument' | 'started_at' | 'finished_at' | 'duration_ms' | 'status' | 'error_category' | 'bars_fetched'
> {
  /** Durations by step, ms. */
  readonly step_ms: Row<'collection_cycles'>['step_ms']
  /** Numbers by name; any may be absent. */
  readonly measures: Row<'collection_cycles'>['measures']
  /** Rows by step, where they are known: a store does not keep them. */
  readonly step_rows?: Readonly<Record<string, number>>
}

/** A number by its name in a json column; `undefined` where there is none. */
export function numberIn(json: CycleSample['step_ms'], name: string): number | undefined {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
  const value = (json as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'number' ? value : undefined
}
