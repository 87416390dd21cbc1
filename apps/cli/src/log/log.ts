import type { Redactor } from '@openpredict/collector'
import { formatInstant } from '@openpredict/market'
import { pino } from 'pino'

import { LOG_LEVELS, type LogLevel } from './log-level.ts'
import type { LogSink } from './log-sink.ts'

/** Pino's own names are small. */
type PinoLevel = Lowercase<LogLevel>

const nameOf = (level: LogLevel): PinoLevel => level.toLowerCase() as PinoLevel

const PINO_LEVELS = Object.fromEntries(
  Object.entries(LOG_LEVELS).map(([level, number]) => [level.toLowerCase(), number]),
) as Readonly<Record<PinoLevel, number>>

/** What a line of the log says. What is not known is `null` in the line. */
export interface LogEntry {
  readonly level: LogLevel
  /** A step's name, `cycle`, or what happens beside the cycles: `start`, `stop`, `delivery`, … */
  readonly operation: string
  readonly message: string
  readonly cycle?: number | undefined
  readonly durationMs?: number | undefined
  readonly status?: string | undefined
  readonly barsFetched?: number | undefined
  /** What is said besides, under names of its own. */
  readonly more?: Readonly<Record<string, unknown>> | undefined
}

/** Writes entries as lines of JSON. Never throws and never waits. */
export interface Log {
  readonly write: (entry: LogEntry) => void
  /** Opens the log file again: it may have been moved away. */
  readonly reopen: () => void
  /** Waits until everything is written, as far as that is possible. */
  readonly close: () => Promise<void>
}

/** What a log is made of. */
export interface LogOptions {
  readonly sinks: readonly LogSink[]
  readonly level: LogLevel
  /** Who writes: stands in every line. */
  readonly component: string
  readonly redactor: Redactor
  /** The time of day, epoch ms. */
  readonly now: () => number
}

/**
 * Makes a log. Every line is one JSON object with `timestamp`, `level`, `component`, `cycle`, `operation`,
 * `duration_ms`, `status` and `bars_fetched` first, in this order, and `message` last. Secrets are taken out of all of
 * it before it is written.
 */
export function createLog({ sinks, level, component, redactor, now }: LogOptions): Log {
  const logger = pino(
    {
      base: null,
      timestamp: false,
      customLevels: PINO_LEVELS,
      useOnlyCustomLevels: true,
      level: level.toLowerCase(),
      formatters: {
        level: (label) => ({ level: label.toUpperCase() }),
        log: (line) => redactor.value(line) as Record<string, unknown>,
      },
    },
    {
      write(line: string): void {
        const ordered = timeFirst(line)
        for (const sink of sinks) sink.write(ordered)
      },
    },
  )
  return {
    write(entry) {
      try {
        logger[nameOf(entry.level)](lineOf(entry, component, formatInstant(now())))
      } catch {
        // Nothing that is only said may stop what is done.
      }
    },
    reopen() {
      for (const sink of sinks) sink.reopen?.()
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()))
    },
  }
}

function lineOf(entry: LogEntry, component: string, timestamp: string): Record<string, unknown> {
  const { operation, message, cycle, durationMs, status, barsFetched, more } = entry
  return {
    timestamp,
    component,
    cycle: cycle ?? null,
    operation,
    duration_ms: durationMs === undefined ? null : Math.round(durationMs * 10) / 10,
    status: status ?? null,
    bars_fetched: barsFetched ?? null,
    ...more,
    message,
  }
}

/** Pino begins a line with the level; sorted as text, lines shall be sorted by time. */
function timeFirst(line: string): string {
  return line.replace(/^\{("level":"[A-Z]+"),("timestamp":"[^"]+")/, '{$2,$1')
}
