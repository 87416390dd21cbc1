export { type CopyProgress, copyStore, type CopyStoreOptions, type StoreCopy } from './copy/copy-store.ts'
export type { TableCopy, TableDigest } from './copy/copy-table.ts'
export { StoreError, type StoreErrorOptions, type StoreFailure } from './errors.ts'
export { openStore, type OpenStoreOptions } from './open-store.ts'
export type { ColumnName, FeatureRow, Json, Row, WithoutInstrument } from './rows.ts'
export type {
  BarOrigin,
  BarQuery,
  MigrationResult,
  PruneResult,
  PutBarsResult,
  RemovedRow,
  ReplaceRowsResult,
  Replica,
  ReplicaResult,
  ReplicatedTableName,
  RowQuery,
  SchemaState,
  Store,
  StoredBar,
  StoreKind,
  StoreReader,
  StoreTransaction,
  StreamOptions,
  WaitOptions,
  WriteOrder,
} from './store.ts'
export {
  type ColumnDescription,
  type ColumnKind,
  comparableColumns,
  type FeatureTableName,
  isTableName,
  type MarketTableName,
  TABLE_NAMES,
  type TableDescription,
  type TableName,
  tableOf,
  TABLES,
} from './tables.ts'
