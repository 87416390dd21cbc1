import type { Clock } from '@openpredict/market'

import type { Environment } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** Everything a command may touch of the outside world. */
export interface Services {
  /** The environment, completed from `--env-file`. */
  readonly env: Environment
  /** The names of the variables that came from `--env-file`. */
  readonly envFile: ReadonlySet<string>
  /** The time of day. */
  readonly clock: Clock
  /** Real time that only moves on, for durations and deadlines; its epoch means nothing. */
  readonly timer: Clock
  readonly terminal: Terminal
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal
  /** Calls `listener` on every SIGHUP, which then ends nothing. Returns how to take that back. */
  readonly onHangup: (listener: () => void) => () => void
  /** Calls `listener` when the process ends, however that comes; it cannot wait for anything. Returns how to take it back. */
  readonly onExit: (listener: () => void) => () => void
  /** Calls `listener` when a fault of this program ends it; it cannot wait for anything. Returns how to take it back. */
  readonly onCrash: (listener: (error: unknown) => void) => () => void
  readonly host: string
  readonly version: string
}

/** What an action of the command line does: its work, and the exit code that it ends with. */
export type Action = () => Promise<number>
