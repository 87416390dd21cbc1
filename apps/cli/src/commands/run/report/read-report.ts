import { gunzipSync } from 'node:zlib'

import { type BenchmarkReport, type DayReport, parseBenchmark, parseDayReport, ReportError } from '@openpredict/monitor'

import { readNamedFile } from '../../../read-named-file.ts'
import { UsageError } from '../../../usage-error.ts'

const HINT = 'Give a file that openpredict benchmark --output, or openpredict monitor --output, has written.'

/** The JSON object in a file, `.gz` packed or not. Throws a `UsageError` for a file without one. */
export async function readReport(file: string): Promise<Readonly<Record<string, unknown>>> {
  const bytes = readNamedFile(file)
  let value: unknown
  try {
    value = JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'))
  } catch {
    throw new UsageError(`${file}: holds no JSON.`, HINT)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file}: holds no report, expected an object with "kind".`, HINT)
  }
  return value as Readonly<Record<string, unknown>>
}

/** The benchmark report in a file. Throws a `UsageError` that names what is wrong with it. */
export async function readBenchmark(file: string): Promise<BenchmarkReport> {
  return benchmarkIn(await readReport(file), file)
}

/** A value that was read from a file, as a benchmark report. Throws a `UsageError` that names what is wrong with it. */
export function benchmarkIn(value: unknown, file: string): BenchmarkReport {
  return parsed(() => parseBenchmark(value), file)
}

/** A value that was read from a file, as the report of a day. Throws a `UsageError` that names what is wrong with it. */
export function dayIn(value: unknown, file: string): DayReport {
  return parsed(() => parseDayReport(value), file)
}

/** Refuses a report of a kind that nobody knows. */
export function unknownKind(kind: unknown, file: string): UsageError {
  const found = kind === undefined ? 'without a kind' : `of kind ${JSON.stringify(kind)}`
  return new UsageError(`${file}: is a report ${found}, expected "benchmark" or "day".`, HINT)
}

function parsed<T>(parse: () => T, file: string): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof ReportError)) throw error
    throw new UsageError(`${file}: ${error.message}.`, HINT)
  }
}
