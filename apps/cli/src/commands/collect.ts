import { Command, Option } from 'commander'

import type { LogFormat } from '../log/open-log.ts'
import { countOption, durationOption, jsonOption, mirrorOption, storeOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `collect`, as commander gives them. */
export interface CollectFlags {
  readonly once?: boolean
  readonly loop?: boolean
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly store?: string
  readonly mirror?: string
  readonly source: string
  readonly interval?: number
  readonly cycles?: number
  readonly dryRun?: boolean
  readonly json?: boolean
  readonly logFormat?: LogFormat
  readonly metricsPort?: number
  readonly metricsHost?: string
  readonly validateEvery?: number
  readonly alerts?: string
}

/** `collect` and its two short names, `run-once` and `run-loop`. */
export function collectCommands(services: Services, run: (action: Action) => Promise<void>): readonly Command[] {
  const act = (command: Command, mode: (flags: CollectFlags) => 'once' | 'loop'): Command =>
    command.action(async (flags: CollectFlags) => {
      await run(async () => {
        const { collectLoop, collectOnce } = await import('./run/collect/collect.ts')
        return mode(flags) === 'loop' ? await collectLoop(flags, services) : await collectOnce(flags, services)
      })
    })

  const collect = withLoop(
    make('collect', 'collect closed bars and compute their levels', [
      'collect --once',
      'collect --loop --symbol NQ=F --symbol ES=F',
      'collect --loop --source sim --cycles 30',
    ]),
  )
    .option('--once', 'one cycle, then end (the default)')
    .option('--loop', 'a cycle every minute until stopped')
  return [
    act(collect, ({ loop, once, cycles }) =>
      loop === true || (cycles !== undefined && once !== true) ? 'loop' : 'once',
    ),
    act(make('run-once', 'the same as collect --once', ['run-once', 'run-once --json']), () => 'once'),
    act(
      withLoop(
        make('run-loop', 'the same as collect --loop', [
          'run-loop',
          'run-loop --interval 60 --metrics-port 9464',
          'run-loop --log-format json',
          'run-loop --validate-every 1h',
        ]),
      ),
      () => 'loop',
    ),
  ]
}

/** A command with the flags that all three share. */
function make(name: string, description: string, examples: readonly string[]): Command {
  const command = new Command(name).description(description)
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(storeOption())
    .addOption(mirrorOption())
    .option('--source <source>', 'where bars come from: yahoo, sim, sim:URL or csv:PATH', 'yahoo')
    .option('--dry-run', 'do everything but keep it: nothing is stored')
    .addOption(jsonOption())
    .addOption(
      new Option(
        '--log-format <format>',
        'what is printed: pretty for people, json for lines of the structured log, none (default: pretty; json for a loop that is not on a terminal). $LOG_FILE has the log besides, from $LOG_LEVEL on',
      ).choices(['pretty', 'json', 'none'] satisfies LogFormat[]),
    )
    .addHelpText('after', `\nExamples:\n${examples.map((example) => `  $ openpredict ${example}`).join('\n')}`)
}

/** Adds the flags of the loop. */
function withLoop(command: Command): Command {
  return command
    .addOption(countOption('--interval <seconds>', 'seconds between cycles (default: $FETCH_INTERVAL_SECONDS or 60)'))
    .addOption(countOption('--cycles <n>', 'stop after so many cycles'))
    .addOption(
      countOption(
        '--metrics-port <port>',
        'serve metrics for Prometheus, and /healthz, on this port (0: any free one)',
        0,
      ),
    )
    .option('--metrics-host <host>', 'the address of this machine to serve them at (default: 127.0.0.1)')
    .option(
      '--alerts <file>',
      'judge the rules of a YAML file after every cycle, and tell of them (default: $ALERTS_FILE; the usual rules where a channel is configured); see openpredict alerts',
    )
    .addOption(
      durationOption(
        '--validate-every <duration>',
        'judge what was stored in so much time, such as 1h, whenever it has passed; see openpredict validate',
      ),
    )
}
