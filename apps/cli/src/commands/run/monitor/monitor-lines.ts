import { formatFigure, type WatchSample } from '@openpredict/monitor'

import { describeFailure } from '@openpredict/collector'
import { count, formatAge } from '../../../format.ts'
import type { Terminal } from '../../../terminal.ts'

/** A look at a collector in a line, and a line below it for each thing that is wrong and was not before. */
export function sampleLines(
  sample: WatchSample,
  before: Pick<WatchSample, 'down'> | undefined,
  { colour }: Terminal,
): readonly string[] {
  const { at, cycles, errors, down, silentMs, storeError, metricsError } = sample
  const time = new Date(at).toISOString().slice(0, 19).replace('T', ' ')
  const lines: string[] = []
  const bad = cycles.filter(({ status }) => status === 'failed' || status === 'partial')
  const mark = storeError !== undefined || down !== undefined || bad.length > 0 ? colour.red('✖') : colour.green('✔')
  lines.push(`${mark} ${time}  ${storeError === undefined ? summary(sample) : 'the store does not answer'}`)
  for (const cycle of bad) {
    const where = cycle.failed_step === null ? '' : ` in ${cycle.failed_step}`
    lines.push(
      `    ${colour.red(cycle.status)} cycle #${cycle.cycle} of ${cycle.instrument}${where}: ${cycle.error_category ?? 'system'}`,
    )
  }
  for (const { operation, error_message: message } of errors)
    lines.push(`    ${colour.dim(`${operation}: ${oneLine(message)}`)}`)
  if (storeError !== undefined) lines.push(`    ${colour.dim(oneLine(describeFailure(storeError).message))}`)
  if (metricsError !== undefined)
    lines.push(`    ${colour.red('metrics')} ${oneLine(describeFailure(metricsError).message)}`)
  if (down === 'no-cycles' && before?.down !== down)
    lines.push(`    ${colour.red('process down')}: no cycle for ${formatAge(silentMs)}`)
  if (down === undefined && before?.down !== undefined) lines.push(`    ${colour.green('process up again')}`)
  return lines
}

/** A look as one JSON object for machines. */
export function sampleJson({ at, cycles, errors, down, silentMs, storeError, metricsError }: WatchSample): object {
  return {
    kind: 'sample',
    at: new Date(at).toISOString(),
    cycles: cycles.map((cycle) => ({
      instrument: cycle.instrument,
      cycle: cycle.cycle,
      status: cycle.status,
      duration_ms: cycle.duration_ms,
      failed_step: cycle.failed_step,
      error_category: cycle.error_category,
      bars_new: cycle.bars_new,
    })),
    errors: errors.map(({ operation, error_category: category, error_message: message }) => ({
      operation,
      category,
      message,
    })),
    down: down ?? null,
    silent_ms: silentMs,
    ...(storeError === undefined ? {} : { store_error: describeFailure(storeError).message }),
    ...(metricsError === undefined ? {} : { metrics_error: describeFailure(metricsError).message }),
  }
}

function summary({ cycles, down, silentMs }: WatchSample): string {
  if (cycles.length === 0)
    return `no cycle${down === undefined ? '' : `, ${down === 'metrics' ? 'metrics do not answer' : 'process down'}`} for ${formatAge(silentMs)}`
  const good = cycles.filter(({ status }) => status === 'success' || status === 'idle').length
  const longest = Math.max(...cycles.map(({ duration_ms: ms }) => ms))
  const bars = cycles.reduce((sum, { bars_new: n }) => sum + n, 0)
  const parts = [
    `${count(cycles.length, 'cycle')}${good === cycles.length ? '' : `, ${good} good`}`,
    `longest ${formatFigure(longest, 'ms')}`,
    count(bars, 'new bar'),
    ...['lag_ms', 'process_memory_bytes'].flatMap((name) => {
      const value = lastOf(cycles, name)
      if (value === undefined) return []
      return [
        name === 'lag_ms' ? `lag ${value === 0 ? '0 s' : formatFigure(value, 'ms')}` : formatFigure(value, 'bytes'),
      ]
    }),
  ]
  return parts.join(', ')
}

function lastOf(cycles: WatchSample['cycles'], name: string): number | undefined {
  const measures = cycles.at(-1)?.measures
  if (measures === null || typeof measures !== 'object' || Array.isArray(measures)) return undefined
  const value = (measures as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'number' ? value : undefined
}

/** Text out of a store, so that it can do nothing to a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 160)
}
