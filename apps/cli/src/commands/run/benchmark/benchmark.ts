import { cpus, totalmem } from 'node:os'
import process from 'node:process'

import { createCollector, type CycleReport } from '@openpredict/collector'
import {
  type BenchmarkMachine,
  type BenchmarkReport,
  compareBenchmarks,
  judgeBenchmark,
  summariseBenchmark,
} from '@openpredict/monitor'

import { finishDelivery } from '../../../collecting-store.ts'
import { configuredInstruments, configuredWarmUp } from '../../../configuration.ts'
import { EXIT, exitCodeOf, printFailure } from '../../../exit.ts'
import { formatDuration } from '../../../format.ts'
import { openOutput, type OutputFile } from '../../../output-file.ts'
import { partBar } from '../../../progress-bar.ts'
import { discreet, redactorFor } from '../../../secrets.ts'
import type { Services } from '../../../services.ts'
import { StoppedBySignal } from '../../../stopped.ts'
import type { BenchmarkFlags } from '../../benchmark.ts'
import { measureCycles, type MeasuredCycles } from './benchmark-cycles.ts'
import { benchmarkLines, comparisonLines } from './benchmark-lines.ts'
import { openBenchmarkSource } from './benchmark-source.ts'
import { openBenchmarkStore } from './benchmark-store.ts'
import { liveMemory } from './live-memory.ts'
import { readBenchmark } from '../report/read-report.ts'
import { isMet, judgementJson } from '../report/target-lines.ts'

/** How long the end waits for a remote store to take what it has not taken yet. */
const DELIVERY_MS = 30_000

/** Runs cycles as fast as they go, and says how long they take and whether that is good enough. */
export async function benchmark(flags: BenchmarkFlags, outside: Services): Promise<number> {
  const redactor = redactorFor(outside.env, [flags.store, flags.source])
  const services = { ...outside, terminal: discreet(outside.terminal, redactor) }
  const { terminal } = services
  const baseline = flags.baseline === undefined ? undefined : await readBenchmark(flags.baseline)
  const output =
    flags.output === undefined
      ? undefined
      : await openOutput(flags.output, { inputs: flags.baseline === undefined ? [] : [flags.baseline] })
  const { report, failed } = await run(flags, services)
  if (report === undefined) {
    if (failed?.failure !== undefined) return refuse(failed, flags, services)
    const reason: unknown = services.signal.reason
    return reason instanceof StoppedBySignal ? reason.exitCode : EXIT.no
  }
  const judgements = judgeBenchmark(report)
  const comparison = baseline === undefined ? undefined : compareBenchmarks(report, baseline)
  const document = redactor.text(
    JSON.stringify(
      {
        ...report,
        targets: judgements.map(judgementJson),
        ...(comparison === undefined ? {} : { comparison: { baseline: flags.baseline, ...comparison } }),
      },
      null,
      flags.json === true && output === undefined ? 0 : 2,
    ),
  )
  if (output !== undefined) await write(output, document)
  if (flags.json === true) terminal.out(JSON.stringify(JSON.parse(document)))
  else {
    for (const line of benchmarkLines(report, judgements, terminal)) terminal.out(line)
    if (comparison !== undefined && flags.baseline !== undefined) {
      for (const line of comparisonLines(comparison, flags.baseline, terminal)) terminal.out(line)
    }
    if (flags.output !== undefined) terminal.note(`\nwritten to ${flags.output}`)
  }
  return isMet(judgements) ? EXIT.fine : EXIT.no
}

/** The report, or the cycle of the warm-up that failed; neither when it was stopped before a cycle was measured. */
async function run(
  flags: BenchmarkFlags,
  services: Services,
): Promise<{ readonly report?: BenchmarkReport; readonly failed?: CycleReport }> {
  const { env, clock, timer, terminal, signal, host, version } = services
  const startedAt = new Date(clock.now()).toISOString()
  const instruments = configuredInstruments(flags, env)
  const retries = new Map<string, number>()
  await using from = await openBenchmarkSource(flags, instruments, services, ({ request: { instrument } }) =>
    retries.set(instrument.symbol, (retries.get(instrument.symbol) ?? 0) + 1),
  )
  await using into = await openBenchmarkStore(flags, { instruments, isMadeUp: from.isInside }, services)
  const { store, delivery } = into.stored
  const collectors = instruments.map((instrument) =>
    createCollector({
      instrument,
      source: from.source,
      store,
      ...(delivery === undefined ? {} : { delivery }),
      clock: from.clock,
      timer,
      ...from.window,
      warmUpDays: configuredWarmUp(env),
      host,
      version,
    }),
  )
  const all = flags.cycles
  const measured = await terminal.spin('warming up', (show) => {
    const started = timer.now()
    return measureCycles({
      collectors,
      timer,
      signal,
      cycles: all,
      warmUp: flags.warmUp,
      pauseMs: from.pauseMs,
      step: from.step,
      takeRetries(symbol) {
        const taken = retries.get(symbol) ?? 0
        retries.delete(symbol)
        return taken
      },
      look: liveMemory,
      onRound: (round) =>
        show(`${partBar(round / all)}  ${round} of ${all} cycles, ${formatDuration(timer.now() - started)}`),
    })
  })
  const { failed, ...figures } = measured
  if (failed !== undefined) return { failed }
  if (figures.samples.length === 0) return {}
  const delivered = await finishDelivery(into.stored, services, { ms: DELIVERY_MS, signal })
  return {
    report: summarise(figures, {
      startedAt,
      conditions: {
        source: from.title,
        store: into.title,
        latency: from.latency,
        seed: from.seed,
        symbols: instruments.map(({ symbol }) => symbol),
        cycles: all,
        warmUp: flags.warmUp,
        simulatorInside: from.isInside,
      },
      machine: machineOf(version),
      ...(delivered === undefined ? {} : { undelivered: delivered.waiting }),
    }),
  }
}

function summarise(
  measured: Omit<MeasuredCycles, 'failed'>,
  rest: Pick<BenchmarkReport, 'startedAt' | 'conditions' | 'machine' | 'undelivered'>,
): BenchmarkReport {
  const report = summariseBenchmark({ ...rest, ...measured })
  // Judged as it will be read again.
  return JSON.parse(JSON.stringify(report, thousandths)) as BenchmarkReport
}

/** Rounds milliseconds, percents and ratios to what can be measured of them. */
function thousandths(_: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toFixed(3)) : value
}

function machineOf(version: string): BenchmarkMachine {
  const processors = cpus()
  return {
    version,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
  }
}

/** Writes it whole, also after the signal that ended the cycles. */
async function write(output: OutputFile, document: string): Promise<void> {
  await output.write([`${document}\n`], { signal: new AbortController().signal })
}

/** What a failed warm-up says: nothing could be measured. */
function refuse({ failure, failedStep }: CycleReport, { json }: BenchmarkFlags, { terminal }: Services): number {
  if (failure === undefined) return EXIT.no
  if (json === true) terminal.out(JSON.stringify({ error: failure }))
  else printFailure(failure, terminal)
  return failedStep === 'fetch' ? EXIT.source : exitCodeOf(failure)
}
