#!/usr/bin/env node
import { constants, hostname } from 'node:os'
import process from 'node:process'

import manifest from '../package.json' with { type: 'json' }
import { StoppedBySignal } from './stopped.ts'
import { systemClock, systemTimer } from './system-clock.ts'
import { createTerminal } from './terminal.ts'

const stop = new AbortController()
const terminal = createTerminal({ stdout: process.stdout, stderr: process.stderr, env: process.env })

for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    const code = 128 + constants.signals[name]
    if (stop.signal.aborted) process.exit(code)
    stop.abort(new StoppedBySignal(name, code))
  })
}

// A reader that goes away (`openpredict export | head`) ends the command quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

const { runCli } = await import('./cli.ts')

process.exitCode = await runCli(process.argv.slice(2), {
  env: process.env,
  clock: systemClock,
  timer: systemTimer,
  terminal,
  signal: stop.signal,
  host: hostname(),
  version: manifest.version,
})
