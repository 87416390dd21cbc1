import { stripVTControlCharacters } from 'node:util'

import type { Instrument } from '@openpredict/market'

const MINUTE = 60_000

/** A price with the instrument's decimals and thousands set apart: `15,893.25`. */
export function formatPrice(price: number, { decimals, tick }: Instrument): string {
  return price.toLocaleString('en-US', {
    minimumFractionDigits: tick === undefined ? 0 : decimals,
    maximumFractionDigits: decimals,
  })
}

/** A signed distance in points: `+12.25`, `−3.00`. */
export function formatDistance(points: number, instrument: Instrument): string {
  const sign = points > 0 ? '+' : points < 0 ? '−' : ' '
  return sign + formatPrice(Math.abs(points), instrument)
}

/** `2023-11-24 14:30` in UTC. */
export function formatMinute(time: number): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

/** `14:30` in UTC. */
export function formatTimeOfDay(time: number): string {
  return new Date(time).toISOString().slice(11, 16)
}

const WALL_CLOCK = new Map<string, Intl.DateTimeFormat>()

/** `Fri 09:30` as a clock on the wall in New York shows it. */
export function formatNewYork(time: number): string {
  const key = 'America/New_York'
  let format = WALL_CLOCK.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: key,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    WALL_CLOCK.set(key, format)
  }
  return format.format(time).replace(',', '')
}

/** `0.4 ms`, `12 ms`, `1.23 s`. */
export function formatDuration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(2)} s`
}

/** `45 s`, `12 min`, `3 h 05 min`. */
export function formatAge(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`
  const minutes = Math.floor(ms / MINUTE)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${String(minutes % 60).padStart(2, '0')} min` : `${Math.floor(hours / 24)} days`
}

/** `1 bar`, `2 bars`. */
export function count(n: number, noun: string): string {
  return `${n.toLocaleString('en-US')} ${noun}${n === 1 ? '' : 's'}`
}

/** Whether any of these lines is too long for the terminal that it is printed to; never where nobody counts columns. */
export function isTooWide(lines: readonly string[], { columns: width = 0 }: { readonly columns?: number }): boolean {
  return width > 0 && lines.some((line) => line.length > width)
}

/**
 * A line broken between words where it is too long for the terminal that it is printed to, what follows set in by `indent`;
 * as it is where nobody counts columns. A word that is too long keeps its line, for paths are copied. Colours take no room.
 */
export function fitted(line: string, { columns: width = 0 }: { readonly columns?: number }, indent = 0): string {
  const isTooLong = (text: string): boolean => isTooWide([stripVTControlCharacters(text)], { columns: width })
  if (!isTooLong(line)) return line
  const lines: string[] = []
  // What sets the line in stays with its first word.
  let last = ''
  for (const [piece] of line.matchAll(/\s*\S+/g)) {
    if (last !== '' && isTooLong(last + piece)) {
      lines.push(last)
      last = ' '.repeat(indent) + piece.trimStart()
    } else last += piece
  }
  return [...lines, last].join('\n')
}

/** Lines of columns, padded to the widest cell; numbers (`right`) to the right. Colour codes must be added afterwards. */
export function columns(rows: readonly (readonly string[])[], right: readonly number[] = []): readonly string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, cell.length)))
  return rows.map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
