import { Command } from 'commander'

import { countOption, jsonOption, type Latency, latencyOption, symbolsOptions } from '../options.ts'
import type { Action, Services } from '../services.ts'

/** The flags of `benchmark`, as commander gives them. */
export interface BenchmarkFlags {
  readonly cycles: number
  readonly warmUp: number
  readonly symbol?: readonly string[]
  readonly instrument?: readonly string[]
  readonly source: string
  readonly store?: string
  readonly latency?: Latency
  readonly seed?: number
  readonly output?: string
  readonly baseline?: string
  readonly json?: boolean
}

/** `benchmark`: how long cycles take and what they use, judged by the targets. */
export function benchmarkCommand(services: Services, run: (action: Action) => Promise<void>): Command {
  const command = new Command('benchmark').description(
    'measure cycles as fast as they go, and judge them by the targets',
  )
  for (const option of symbolsOptions()) command.addOption(option)
  return command
    .addOption(countOption('--cycles <n>', 'how many cycles to measure').default(100))
    .addOption(
      countOption('--warm-up <n>', 'cycles before those that are measured; the first is the cold start', 0).default(1),
    )
    .option(
      '--source <source>',
      'where bars come from: sim, a made-up market in this process; sim:URL, yahoo or csv:PATH',
      'sim',
    )
    .option(
      '--store <url>',
      'where rows are kept: sqlite:PATH, postgres://… or supabase:https://… (default: a temporary SQLite file). A made-up market needs a store that has no bars of the instrument',
    )
    .addOption(latencyOption('how long answers of the made-up market take (default: "default"); 0: our own time only'))
    .addOption(countOption('--seed <n>', 'which made-up market, and which times its answers take (default: 1)', 0))
    .option('--output <file>', 'write the report as JSON')
    .option('--baseline <file>', 'compare with a report that was written before')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  $ openpredict benchmark --cycles 100
  $ openpredict benchmark --cycles 1000 --latency 0 --output benchmark.json
  $ openpredict benchmark --baseline benchmark.json
  $ openpredict benchmark --store postgres://localhost/benchmark --cycles 200
  $ openpredict benchmark --source yahoo --cycles 20        (a cycle every two seconds at the most)

Exit code 0 when every target that was measured is met, else 1.`,
    )
    .action(async (flags: BenchmarkFlags) => {
      await run(async () => (await import('./run/benchmark/benchmark.ts')).benchmark(flags, services))
    })
}
