import type { TargetUnit } from '../targets/target.ts'
import type { NamedMetric } from './named-metrics.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** What stands where a figure is not known. */
const UNKNOWN = '–'

/**
 * A figure with its unit, for people; a dash where it is not known.
 *
 * @example
 * ```ts
 * formatFigure(1_234, 'ms') // => '1.23 s'
 * formatFigure(99.531, '%') // => '99.53 %'
 * formatFigure(131_072_000, 'bytes') // => '131 MB'
 * formatFigure(undefined, 'bytes/h') // => '–'
 * ```
 */
export function formatFigure(value: number | undefined, unit: TargetUnit | NamedMetric['unit']): string {
  if (value === undefined) return UNKNOWN
  switch (unit) {
    case 'ms':
      return formatMs(value)
    case '%':
      return `${trimmed(value, 2)} %`
    case 'bytes':
      return formatBytes(value)
    case 'bytes/h':
      return `${formatBytes(value)}/h`
    case 'bytes/s':
      return `${formatBytes(value)}/s`
    case 'ratio':
      return `× ${trimmed(value, 2)}`
    case 'count':
    case 'score':
      return value.toLocaleString('en-US', { maximumFractionDigits: 1 })
  }
  return unit satisfies never
}

/** A share of 0 to 1 in percent. */
export function formatShare(share: number | undefined): string {
  return formatFigure(share === undefined ? undefined : 100 * share, '%')
}

/** An instant as `2024-06-05 14:30` (UTC). */
export function formatWhen(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ')
}

/** A length of time: `0.4 ms`, `1.23 s`, `12 min`, `3 h 05 min`. */
function formatMs(ms: number): string {
  if (ms < 10) return `${trimmed(ms, 1)} ms`
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 2 * MINUTE) return `${trimmed(ms / 1_000, 2)} s`
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`
  const minutes = Math.round(ms / MINUTE)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

function formatBytes(bytes: number): string {
  const size = Math.abs(bytes)
  if (size < 1_000) return `${Math.round(bytes)} B`
  if (size < 1_000_000) return `${trimmed(bytes / 1_000, 1)} kB`
  if (size < 10_000_000) return `${trimmed(bytes / 1_000_000, 2)} MB`
  if (size < 10_000_000_000) return `${Math.round(bytes / 1_000_000).toLocaleString('en-US')} MB`
  return `${trimmed(bytes / 1_000_000_000, 1)} GB`
}

/** At most so many decimals, without those that say nothing. */
function trimmed(value: number, decimals: number): string {
  return String(Number(value.toFixed(decimals)))
}
