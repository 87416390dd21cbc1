import type { Redactor } from '@openpredict/collector'

import { configured } from '../configuration.ts'
import { count } from '../format.ts'
import type { Services } from '../services.ts'
import { SETTINGS } from '../settings.ts'
import { UsageError } from '../usage-error.ts'
import type { Log, LogOptions } from './log.ts'
import type { LogFileTrouble } from './log-file.ts'
import type { LogSink } from './log-sink.ts'

/** What is printed while collecting: lines for people, lines of the structured log, or nothing. */
export type LogFormat = 'pretty' | 'json' | 'none'

/** How long the end of a command waits for its last lines. */
const LAST_LINES_MS = 1_000

/** A log where one is wanted, and what is printed on standard output. */
export interface OpenedLog {
  readonly format: LogFormat
  readonly log: Log | undefined
  /** Whether lines go to a file. */
  readonly hasFile: boolean
}

/** Flags that say how to log. */
export interface LogFlags {
  readonly logFormat?: LogFormat
  readonly json?: boolean
}

/**
 * Opens the log that flags and settings ask for. What is printed is by default: for `--json` nothing but its documents,
 * for people on a terminal and for single cycles lines for people, otherwise lines of the log.
 */
export async function openLog(
  flags: LogFlags,
  services: Services,
  { redactor, loop }: { readonly redactor: Redactor; readonly loop: boolean },
): Promise<OpenedLog> {
  const { env, terminal, clock, onExit } = services
  const level = configured(SETTINGS.logLevel, env) ?? 'INFO'
  const component = configured(SETTINGS.logComponent, env) ?? ''
  const path = configured(SETTINGS.logFile, env)
  const format = formatOf(flags, loop && terminal.stdout.isTTY !== true)
  const sinks: LogSink[] = []
  const parts: LogOptions = { sinks, level, component, redactor, now: () => clock.now() }
  if (format !== 'json' && path === undefined) return { format, log: undefined, hasFile: false }

  const { createLog } = await import('./log.ts')
  if (format === 'json') {
    const { streamSink } = await import('./log-sink.ts')
    sinks.push(streamSink(terminal.stdout))
  }
  let release: (() => void) | undefined
  if (path !== undefined) {
    const { LogFile } = await import('./log-file.ts')
    const file = new LogFile({ path, onTrouble: (trouble) => terminal.note(troubleText(trouble)) })
    release = onExit(file.flushNow)
    sinks.push(file)
  }
  const log = createLog(parts)
  const close = async (): Promise<void> => {
    const late = AbortSignal.timeout(LAST_LINES_MS)
    await Promise.race([log.close(), new Promise((resolve) => late.addEventListener('abort', resolve))])
    release?.()
  }
  return { format, log: { ...log, close }, hasFile: path !== undefined }
}

function formatOf({ logFormat, json }: LogFlags, asLines: boolean): LogFormat {
  if (json === true) {
    if (logFormat === undefined || logFormat === 'none') return 'none'
    throw new UsageError(
      `--json and --log-format ${logFormat} both decide what standard output is: expected one of them.`,
      'With --json, let the log go to a file: set LOG_FILE.',
    )
  }
  return logFormat ?? (asLines ? 'json' : 'pretty')
}

function troubleText(trouble: LogFileTrouble): string {
  if (trouble.kind === 'unwritable')
    return `LOG_FILE ${trouble.path} cannot be written (${trouble.code}). Collecting goes on, and it is tried again.`
  const lost = trouble.lost === 0 ? '' : `; ${count(trouble.lost, 'line')} did not fit into memory meanwhile`
  return `LOG_FILE ${trouble.path} is written again${lost}.`
}
