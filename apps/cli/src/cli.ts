import { Command, CommanderError } from 'commander'

import { alertsCommand } from './commands/alerts.ts'
import { analyzeCommand } from './commands/analyze.ts'
import { backfillCommand } from './commands/backfill.ts'
import { benchmarkCommand } from './commands/benchmark.ts'
import { calculateCommand } from './commands/calculate.ts'
import { collectCommands } from './commands/collect.ts'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { databaseCommand } from './commands/database.ts'
import { demoCommand } from './commands/demo.ts'
import { exportCommand } from './commands/export.ts'
import { healthCommand } from './commands/health.ts'
import { importCommand } from './commands/import.ts'
import { monitorCommand } from './commands/monitor.ts'
import { reportCommand } from './commands/report.ts'
import { incidentCommand } from './commands/incident.ts'
import { simulateCommand } from './commands/simulate.ts'
import { statusCommand } from './commands/status.ts'
import { validateCommand } from './commands/validate.ts'
import { readEnvFile } from './env-file.ts'
import { helpEnd } from './help-end.ts'
import type { Action, Services } from './services.ts'
import { StoppedBySignal } from './stopped.ts'

const USAGE = 2

/**
 * Runs one command line and returns its exit code. Everything a command needs of the outside world is in `services`;
 * nothing here ends the process.
 */
export async function runCli(argv: readonly string[], outside: Omit<Services, 'envFile'>): Promise<number> {
  let code = 0
  const env = { ...outside.env }
  const envFile = new Set<string>()
  const services = { ...outside, env, envFile }
  const json = argv.includes('--json')
  const program = createProgram(services, async (action) => {
    const { envFile: file } = program.opts<{ envFile?: string }>()
    const prepared: Action = async () => {
      if (file !== undefined) for (const name of readEnvFile(file, env)) envFile.add(name)
      return await action()
    }
    code = await runAction(prepared, services, json)
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : USAGE
  }
  return code
}

/** The whole command line. */
export function createProgram(services: Services, run: (action: Action) => Promise<void>): Command {
  const program = new Command('openpredict')
    .description('Collects closed 1-minute bars of futures, stores them, and computes the levels traders read.')
    .version(services.version, '-v, --version', 'print the version')
    .option('--env-file <file>', 'variables that the environment does not set, as NAME=value lines')
    .helpOption('-h, --help', 'show this help')
    .showSuggestionAfterError()
    .showHelpAfterError('(run with --help for usage and examples)')
  const commands = [
    ...collectCommands(services, run),
    backfillCommand(services, run),
    calculateCommand(services, run),
    importCommand(services, run),
    exportCommand(services, run),
    healthCommand(services, run),
    statusCommand(services, run),
    incidentCommand(services, run),
    validateCommand(services, run),
    configCommand(services, run),
    databaseCommand(services, run),
    simulateCommand(services, run),
    completionCommand(services, run),
    demoCommand(services, run),
    benchmarkCommand(services, run),
    analyzeCommand(services, run),
    reportCommand(services, run),
    monitorCommand(services, run),
    alertsCommand(services, run),
  ]
  for (const command of commands) program.addCommand(command)
  for (const command of [program, ...commands, ...commands.flatMap((parent) => parent.commands)]) {
    if (command.commands.length > 0) command.helpCommand('help [command]', 'show the help of a command')
    command
      .addHelpText('after', () => helpEnd(command))
      .helpOption('-h, --help', 'show this help')
      .exitOverride()
      .configureOutput({
        writeOut: (text) => services.terminal.out(text.trimEnd()),
        writeErr: (text) => services.terminal.note(text.trimEnd()),
      })
  }
  return program
}

async function runAction(action: Action, services: Services, json: boolean): Promise<number> {
  try {
    return await action()
  } catch (error) {
    const reason: unknown = services.signal.reason
    if (services.signal.aborted && reason instanceof StoppedBySignal) return reason.exitCode
    const { reportError } = await import('./exit.ts')
    const { discreet, redactorFor } = await import('./secrets.ts')
    return reportError(error, discreet(services.terminal, redactorFor(services.env)), json)
  }
}
