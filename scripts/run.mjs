// Runs one of the project's commands on any machine with Node 18 or later and npm: brings the pinned Node and pnpm when
// the machine's own are too old or absent, installs the locked dependencies when they changed, then runs the command.
// Plain JavaScript without dependencies, because nothing is installed yet when it starts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import process from 'node:process'

import { ensureDependencies, ensureToolchain, SetupError } from './setup.mjs'
import { TASKS } from './tasks.mjs'

const [name = '', ...rest] = process.argv.slice(2)
const task = TASKS[name]

if (task === undefined) {
  console.error(`unknown command "${name}": expected one of ${Object.keys(TASKS).join(', ')}`)
  process.exit(2)
}

try {
  const { node, path } = ensureToolchain()
  const env = { ...process.env, PATH: path }
  ensureDependencies(env)
  for (const step of task(rest)) await run(node, step, env)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(`\n  ${error.message}\n  ${error.hint}\n`)
  process.exit(2)
}

/** Runs one step with the terminal attached; leaves with its exit code, or by its signal, when it is not 0. */
async function run(node, { command, args, env: extra }, env) {
  const child = spawn(command === 'node' ? node : command, args, {
    stdio: 'inherit',
    env: { ...env, ...extra },
    shell: process.platform === 'win32' && command !== 'node',
  })
  // A terminal sends its Ctrl-C to both; whoever ends only this process means the command.
  const pass = (signal) => child.kill(signal)
  process.on('SIGTERM', pass).on('SIGHUP', pass).on('SIGINT', waitForChild)
  const [code, signal] = await once(child, 'close')
  process.off('SIGTERM', pass).off('SIGHUP', pass).off('SIGINT', waitForChild)
  if (signal) process.exit(128 + (constants.signals[signal] ?? 0))
  if (code !== 0) process.exit(code ?? 1)
}

/** The child was told, too, and ends in its own time. */
function waitForChild() {}
