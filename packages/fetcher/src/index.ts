export type { BarBatch, BarRequest, BarSource } from './bar-source.ts'
export { type CacheOptions, withCache } from './cache.ts'
export {
  type CleanedRows,
  type CleaningContext,
  cleanRows,
  DROP_REASONS,
  type DropReason,
  noDrops,
  type RawRow,
} from './clean-rows.ts'
export { createCsvSource, type CsvSourceOptions } from './csv/csv-source.ts'
export type { CsvDialect } from './csv/dialect.ts'
export {
  parseBars,
  type ParseBarsOptions,
  readBars,
  type ReadBarsOptions,
  type ReadProgress,
  streamBars,
} from './csv/read-bars.ts'
export { type Effort, FetchError, type FetchErrorOptions, type FetchFailure, isRetryable } from './errors.ts'
export { type Retry, type RetryOptions, withRetries } from './retries.ts'
export { splitSuspects, type SplitBars, type Suspect } from './suspects.ts'
export { type AnswerTimes, ShownDelays, watermarkOf } from './watermark.ts'
export { createYahooSource, type YahooSourceOptions } from './yahoo/yahoo-source.ts'
