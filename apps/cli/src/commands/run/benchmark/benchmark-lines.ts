import type { BenchmarkComparison, BenchmarkReport, Judgement, Summary, Trend } from '@openpredict/monitor'

import { columns, count, fitted, formatDuration } from '../../../format.ts'
import type { Terminal } from '../../../terminal.ts'
import { formatFigure, targetLines, verdictText } from '../report/target-lines.ts'

/** Where what is said of a name begins. */
const INDENT = 11

const TITLES: Readonly<Record<string, string>> = {
  total: 'whole cycle',
  own: 'our own time',
  waiting: 'waiting for the source',
}

/** A benchmark report for people: conditions, figures and verdicts. */
export function benchmarkLines(
  report: BenchmarkReport,
  judgements: readonly Judgement[],
  terminal: Terminal,
): readonly string[] {
  const { colour } = terminal
  const section = (title: string, note = ''): string =>
    `\n${colour.bold(title)}${note === '' ? '' : `  ${colour.dim(note)}`}`
  const named = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => fitted(line, terminal.stdout, INDENT))
  return [
    fitted(`${colour.bold('OpenPredict benchmark')}  ${headline(report)}`, terminal.stdout, 2),
    ...named(conditionLines(report)),
    section('Times', 'of measured cycles, failed ones included'),
    ...timeLines(report.times),
    section('Resources'),
    ...named(resourceLines(report)),
    section('Over the run'),
    ...named(outcomeLines(report)),
    section('Targets', verdictText(judgements)),
    ...targetLines(judgements, terminal),
  ]
}

/** A comparison for people: the figures that are worse, and where they come from. */
export function comparisonLines(
  { figures, differences }: BenchmarkComparison,
  baseline: string,
  { colour }: Terminal,
): readonly string[] {
  const worse = figures.filter(({ isWorse }) => isWorse)
  const lines = columns(
    figures.map(({ name, unit, baseline: then, now, ratio }) => [
      `  ${name}`,
      formatFigure(then, unit),
      '→',
      formatFigure(now, unit),
      ratio === undefined ? '' : `${ratio.toFixed(2)} ×`,
    ]),
    [1, 3, 4],
  )
  const verdict =
    worse.length === 0
      ? 'nothing is worse by more than 20 %'
      : `${count(worse.length, 'figure')} worse by more than 20 %`
  return [
    `\n${colour.bold(`Against ${baseline}`)}  ${colour.dim(verdict)}`,
    ...differences.map((difference) => `  ${colour.yellow('!')} not the same ${difference}`),
    ...lines.map((line, i) => (figures[i]?.isWorse === true ? colour.red(`${line}  worse`) : line)),
  ]
}

function headline({ cycles, conditions, end }: BenchmarkReport): string {
  const what = `${count(cycles.measured, 'cycle')} of ${conditions.symbols.join(', ')}`
  if (end === 'complete') return what
  const asked = conditions.cycles * conditions.symbols.length
  return `${what}, ${end === 'aborted' ? 'stopped' : 'ended by the source, which asks to be left in peace,'} before all ${asked}`
}

function conditionLines({ conditions, machine, warmUp, startedAt }: BenchmarkReport): readonly string[] {
  const { source, store, latency, simulatorInside } = conditions
  const answers =
    latency === null
      ? ''
      : latency === 'default'
        ? ', answers as over the internet (median 350 ms, p99 1.5 s)'
        : `, answers take ${latency} ms`
  const { cpu, cores, memoryBytes, node, platform, version } = machine
  const cold =
    warmUp.cycles === 0
      ? 'none, a cold start is among the cycles'
      : `${count(warmUp.cycles, 'cycle')} in ${formatDuration(warmUp.durationMs)}, not among the figures`
  return [
    `  source   ${source}${answers}`,
    ...(simulatorInside ? ['           its processor time and memory are counted with ours'] : []),
    `  store    ${store}`,
    `  machine  ${count(cores, 'core')} of ${cpu}, ${(memoryBytes / 1e9).toFixed(1)} GB, ${platform}, Node ${node}`,
    `  version  ${version}, ${startedAt}`,
    `  warm-up  ${cold}`,
  ]
}

function timeLines(times: BenchmarkReport['times']): readonly string[] {
  return columns(
    [['', 'min', 'median', 'mean', 'p95', 'p99', 'max'], ...Object.entries(times).map(timeCells)],
    [1, 2, 3, 4, 5, 6],
  )
}

function timeCells([name, { min, median, mean, p95, p99, max }]: readonly [string, Summary]): readonly string[] {
  return [`  ${TITLES[name] ?? name}`, ...[min, median, mean, p95, p99, max].map((ms) => formatFigure(ms, 'ms'))]
}

function resourceLines({ memory, cpu, disk }: BenchmarkReport): readonly string[] {
  const change = (start: number, end: number, peak: number): string =>
    `${bytes(start)} at the start, ${bytes(end)} at the end (${end >= start ? '+' : '−'}${bytes(Math.abs(end - start))}), peak ${bytes(peak)}`
  const [first, last] = [memory.live[0], memory.live.at(-1)]
  return [
    `  memory   ${change(memory.startBytes, memory.endBytes, memory.peakBytes)}`,
    `  heap     ${change(memory.heapStartBytes, memory.heapEndBytes, memory.heapPeakBytes)}`,
    ...(first === undefined || last === undefined
      ? []
      : [`  in use   ${bytes(first.bytes)} at the start, ${bytes(last.bytes)} at the end, without garbage`]),
    `  CPU      ${formatDuration(cpu.cycleMs.mean)} a cycle, ${formatFigure(cpu.runPercent, '%')} of a processor without pauses between cycles`,
    ...(disk === undefined
      ? []
      : [
          `  disk     ${formatFigure(disk.cycleBytes.mean, 'bytes')} a cycle, ${formatFigure(disk.runBytesPerSecond, 'bytes/s')} without pauses between cycles`,
        ]),
  ]
}

function outcomeLines({
  cycles,
  failures,
  slowdown,
  endurance,
  source,
  data,
  undelivered,
}: BenchmarkReport): readonly string[] {
  const { success, idle, partial, failed, aborted, measured } = cycles
  const reasons = Object.entries(failures).filter(([, found]) => found > 0)
  const why = reasons.length === 0 ? '' : ` (${reasons.map(([kind, found]) => `${found} ${kind}`).join(', ')})`
  return [
    `  cycles   ${success} successful, ${idle} idle, ${partial} partial, ${failed} failed, ${aborted} aborted${why}: ${formatFigure(((success + idle) * 100) / measured, '%')} well`,
    `  source   ${count(source.requests, 'request')}, ${source.retries} made again; ${count(data.bars, 'bar')}, ${data.minutesMissing} missing`,
    ...(undelivered === undefined ? [] : [`  remote   ${count(undelivered, 'row')} not delivered in the end`]),
    ...trendLines(endurance),
    ...trendLines(slowdown),
  ]
}

function trendLines(trend: Trend | undefined): readonly string[] {
  if (trend === undefined) return []
  const { early, late, earlyMs, lateMs, ratio, totalRatio } = trend
  return [
    `  trend    cycles ${late.join('–')} against ${early.join('–')}: ${ratio.toFixed(2)} × own time (${formatDuration(earlyMs)} → ${formatDuration(lateMs)}), ${totalRatio.toFixed(2)} × in all`,
  ]
}

function bytes(value: number): string {
  return formatFigure(value, 'bytes')
}
