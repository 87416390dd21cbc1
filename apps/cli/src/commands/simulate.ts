import { Command, Option } from 'commander'

import {
  countOption,
  instantOption,
  jsonOption,
  type Latency,
  latencyOption,
  positiveOption,
  symbolsOptions,
} from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `simulate`, as commander gives them. */
export interface SimulateFlags {
  readonly port?: number
  readonly seed?: number
  readonly speed?: number
  readonly start?: number
  readonly delay?: number
  readonly latency?: Latency
  readonly fault?: readonly string[]
  readonly replay?: string
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly json?: boolean
}

/** `simulate`: a made-up market behind Yahoo's protocol. */
export function simulateCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('simulate').description(
    "serve a made-up market with Yahoo's protocol on this machine, faults and all, until stopped",
  )
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(countOption('--port <port>', 'where to listen on 127.0.0.1 (default: 8787; 0: any free port)', 0))
    .addOption(countOption('--seed <n>', 'which market and whose luck: the same seed, the same bars (default: 1)', 0))
    .addOption(positiveOption('--speed <x>', 'how many times as fast as real time (default: 1)'))
    .addOption(
      instantOption(
        '--start <instant>',
        'what time it is there at the start (default: now; a week into what is replayed)',
      ),
    )
    .addOption(countOption('--delay <seconds>', 'how late trades are shown (default: as Yahoo does, 600 for CME)', 0))
    .addOption(latencyOption('how long answers take (default: 0)'))
    .addOption(
      new Option('--fault <fault>', 'what goes wrong: KIND or KIND:PARAMETER=VALUE,…; may be repeated').argParser(
        (text: string, before: readonly string[] | undefined): readonly string[] => [...(before ?? []), text],
      ),
    )
    .option(
      '--replay <file>',
      'play the 1-minute bars of a CSV file (plain or gzip) again, in place of a made-up market',
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict simulate
  $ openpredict simulate --speed 60 --start 2024-06-05T14:00:00Z
  $ openpredict collect --loop --source sim       (in another terminal)
  $ openpredict simulate --fault 429:retry-after=30,times=3 --fault late-bars:minutes=4,rate=0.02
  $ openpredict simulate --speed 60 --fault 503:from=2024-06-05T14:40:00Z,to=2024-06-05T14:50:00Z
  $ openpredict simulate --fault random:rate=0.1
  $ openpredict simulate --latency default        (as over the internet)
  $ openpredict simulate --replay nq.csv.gz --speed 300

Faults of requests: 429, 500, 502, 503, 504, 400, 404, 422, html, truncated, null-result, missing-meta, reset, hang,
slow, null-rows, duplicates, out-of-order, trading-periods, quote-on-minute, wrong-symbol, random. Faults of the
market: late-bars, revised-bars, bad-ticks, growing-delay. All take symbol=, from=, to= and rate=, those of requests
times=; their own parameters are in the README of @openpredict/simulator.`,
    )
    .action(async (flags: SimulateFlags) => {
      await run(async () => (await import('./run/simulate.ts')).simulate(flags, services))
    })
}
