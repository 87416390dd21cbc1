import { constants, hostname } from 'node:os'
import process from 'node:process'

import { runCli } from './cli.ts'
import { StoppedBySignal } from './stopped.ts'
import { systemClock, systemTimer } from './system-clock.ts'
import { createTerminal } from './terminal.ts'

/** How long streams and connections have to close once a stopped command has ended. */
const LAST_MS = 500

/** Runs one command line in this process: its streams, its signals, its exit code. */
export async function run(argv: readonly string[], version: string): Promise<void> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      const code = 128 + constants.signals[name]
      // Told twice: at once.
      if (stop.signal.aborted) process.exit(code)
      stop.abort(new StoppedBySignal(name, code))
    })
  }
  // A reader that goes away (`openpredict export | head`) ends the command quietly.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`cannot write to standard output: ${error.message}\n`)
    process.exit(error.code === 'EPIPE' ? 0 : 1)
  })
  // Nobody listens to the talk: the work goes on.
  process.stderr.on('error', () => undefined)

  process.exitCode = await runCli(argv, {
    env: process.env,
    clock: systemClock,
    timer: systemTimer,
    terminal: createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env }),
    signal: stop.signal,
    onHangup: (listener) => listen('SIGHUP', listener),
    onExit: (listener) => listen('exit', listener),
    onCrash: (listener) => listen('uncaughtExceptionMonitor', listener),
    host: hostname(),
    version,
  })
  // Told to stop, nothing may keep it: not a reader that reads no more, nor a connection that does not close.
  if (stop.signal.aborted) setTimeout(() => process.exit(), LAST_MS).unref()
}

function listen(
  event: 'SIGHUP' | 'exit' | 'uncaughtExceptionMonitor',
  listener: (argument: unknown) => void,
): () => void {
  process.on(event, listener)
  return () => void process.off(event, listener)
}
