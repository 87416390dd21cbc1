import { type DayReport, formatFigure, type Judgement, outageCause } from '@openpredict/monitor'

import { columns, count, fitted, formatMinute } from '../../../format.ts'
import type { Terminal } from '../../../terminal.ts'
import { targetLines, verdictText } from './target-lines.ts'

/** Events of a kind that a person is shown; the files have them all. */
const MOST_LINES = 10

/** A report for a person: how it went, what went wrong, and each target. */
export function reportLines(
  report: DayReport,
  judgements: readonly Judgement[],
  terminal: Terminal,
): readonly string[] {
  const { colour } = terminal
  const { all, from, to, store, instruments } = report
  const symbols = instruments.map(({ symbol }) => symbol).join(', ')
  const lines = [
    colour.bold(`${symbols === '' ? 'No instrument' : symbols}, ${when(from)} to ${when(to)} UTC`),
    colour.dim(`from ${store}`),
    '',
  ]
  if (all.cycles.total === 0) return [...lines, colour.red('✖ No cycle is stored for this window.')]
  lines.push(...overview(report, terminal))
  const section = (title: string, its: readonly string[]): void => {
    if (its.length > 0)
      lines.push('', colour.bold(title), ...its.map((line) => fitted(`  ${line}`, terminal.stdout, 4)))
  }
  if (instruments.length > 1) section('Instruments', instrumentLines(report))
  section('Failures', failureLines(report))
  section('Outages', outageLines(report))
  section('Restarts', restartLines(report))
  section('Errors', errorLines(report))
  section('Missing minutes', missingLines(report))
  section('Where time goes', stepLines(report))
  section(stretchTitle(report), stretchLines(report))
  lines.push('', colour.bold(`Targets: ${verdictText(judgements)}`), ...targetLines(judgements, terminal))
  return lines
}

function overview({ all, resources, instruments }: DayReport, { stdout }: Terminal): readonly string[] {
  const { cycles, windows, uptime, latency, lag, fetches } = all
  const rates = windows.map((its) => `${its.name} ${share(its.successRate)}`).join(', ')
  const rows: (readonly [string, string])[] = [
    [
      'cycles',
      `${count(cycles.total, 'cycle')}: ${cycles.success} success, ${cycles.idle} idle, ${cycles.partial} partial, ${cycles.failed} failed`,
    ],
    ['success rate', `${share(cycles.successRate)}${rates === '' ? '' : `  (last ${rates})`}`],
    [
      'uptime',
      `${share(uptime.share)}, ${span(uptime.downMs)} without cycles; collecting well ${share(uptime.available)}`,
    ],
    [
      'cycle time',
      `p50 ${ms(latency.total?.median)}, p95 ${ms(latency.total?.p95)}, p99 ${ms(latency.total?.p99)}, longest ${ms(latency.total?.max)}`,
    ],
    ['of which', `own p95 ${ms(latency.own?.p95)}, waiting p95 ${ms(latency.waiting?.p95)}`],
    ...(latency.longCycles === 0
      ? []
      : [['cold starts', `${latency.longCycles}, not in these times, the longest ${ms(latency.longestMs)}`] as const]),
    [
      'freshness',
      `p95 ${span(lag?.p95)}, worst ${span(lag?.max)}, last ${span(all.lagLastMs)} behind the source after a cycle`,
    ],
    [
      'bars',
      `${formatFigure(fetches.barsNew, 'count')} new, ${formatFigure(fetches.barsCorrected, 'count')} corrected, ${formatFigure(fetches.barsHeldBack, 'count')} held back; ${formatFigure(fetches.retries, 'count')} fetched again`,
    ],
    // Of several, each has its own below.
    ...(instruments.length === 1 ? instruments.map(qualityRow) : []),
    [
      'memory',
      `${formatFigure(resources.memory?.min, 'bytes')} to ${formatFigure(resources.memory?.max, 'bytes')}, mean ${formatFigure(resources.memory?.mean, 'bytes')}, growth ${formatFigure(resources.memoryGrowthBytesPerHour, 'bytes/h')}`,
    ],
    [
      'cpu, disk',
      `${share(resources.cpuAverage)}, peak ${share(resources.cpuPeak)}; ${formatFigure(resources.diskBytesPerSecond, 'bytes/s')}; ${resources.threads ?? '–'} threads, ${resources.openFiles ?? '–'} open files`,
    ],
  ]
  const indent = 4 + Math.max(...rows.map(([name]) => name.length))
  return columns(rows.map(([name, text]) => [`  ${name}`, text])).map((line) => fitted(line, stdout, indent))
}

function qualityRow({ data }: DayReport['instruments'][number]): readonly [string, string] {
  const { completeness, qualityScore, bars, minutesExpected } = data
  const counted = `${formatFigure(bars, 'count')} of ${count(minutesExpected, 'open minute')}`
  return ['quality', `score ${formatFigure(qualityScore, 'score')}, complete ${share(completeness)} (${counted})`]
}

function instrumentLines({ instruments }: DayReport): readonly string[] {
  return columns(
    [
      ['', 'cycles', 'success', 'p95', 'lag p95', 'complete', 'score'],
      ...instruments.map(({ symbol, figures, data }) => [
        symbol,
        String(figures.cycles.total),
        share(figures.cycles.successRate),
        ms(figures.latency.total?.p95),
        span(figures.lag?.p95),
        share(data.completeness),
        formatFigure(data.qualityScore, 'score'),
      ]),
    ],
    [1, 2, 3, 4, 5, 6],
  )
}

function failureLines({ all }: DayReport): readonly string[] {
  return columns(
    all.failures
      .filter(({ cycles }) => cycles > 0)
      .map((its) => [
        its.category,
        count(its.cycles, 'cycle'),
        share(its.share),
        its.step === undefined ? '' : `mostly in ${its.step}`,
      ]),
    [1, 2],
  )
}

function outageLines({ outages }: DayReport): readonly string[] {
  return shortened(
    columns(
      outages.map((outage) => [
        when(outage.start),
        outage.ongoing ? 'goes on' : `to ${when(outage.end).slice(-5)}`,
        formatFigure(Date.parse(outage.end) - Date.parse(outage.start), 'ms'),
        outage.symbol ?? 'all',
        outageCause(outage),
      ]),
      [2],
    ),
  )
}

function restartLines({ restarts }: DayReport): readonly string[] {
  return shortened(
    restarts.map(({ at, host, processId, afterMs, version, versionBefore }) => {
      const change = version === versionBefore ? '' : `, ${versionBefore} → ${version}`
      return `${when(at)}  process ${processId} on ${host}, after ${formatFigure(afterMs, 'ms')}${change}`
    }),
  )
}

function errorLines({ errors }: DayReport): readonly string[] {
  return shortened(
    errors.map(
      ({ count: n, category, code, operation, last, message }) =>
        `${n} ×  ${category}${code === undefined ? '' : `/${code}`} in ${operation}, last ${when(last)}: ${oneLine(message)}`,
    ),
  )
}

function missingLines({ instruments }: DayReport): readonly string[] {
  return shortened(
    instruments.flatMap(({ symbol, data }) =>
      data.missing.map(
        ({ start, end, minutes, state }) =>
          `${symbol}  ${when(start)} to ${when(end).slice(-5)}  ${count(minutes, 'minute')}, ${state}`,
      ),
    ),
  )
}

function stepLines({ all: { latency } }: DayReport): readonly string[] {
  return columns(
    [
      ['', 'mean', 'p50', 'p95', 'p99', 'max'],
      ...Object.entries(latency.steps).map(([name, its]) => [
        name,
        ...[its.mean, its.median, its.p95, its.p99, its.max].map(ms),
      ]),
    ],
    [1, 2, 3, 4, 5],
  )
}

function stretchTitle({ all: { stretches } }: DayReport): string {
  const [, second] = stretches
  const length = second === undefined ? 0 : Date.parse(second.end) - Date.parse(second.start)
  return length === 3_600_000 ? 'Hour by hour (UTC)' : 'Stretch by stretch (UTC)'
}

function stretchLines({ all: { stretches } }: DayReport): readonly string[] {
  return columns(
    [
      ['from', 'cycles', 'success', 'p50', 'p95', 'new bars', 'worst lag', 'memory'],
      ...stretches.map((its) => [
        when(its.start),
        String(its.total),
        share(its.successRate),
        ms(its.p50Ms),
        ms(its.p95Ms),
        formatFigure(its.barsNew, 'count'),
        span(its.lagWorstMs),
        formatFigure(its.memoryMaxBytes, 'bytes'),
      ]),
    ],
    [1, 2, 3, 4, 5, 6, 7],
  )
}

function shortened(lines: readonly string[]): readonly string[] {
  const rest = lines.length - MOST_LINES
  return rest > 0 ? [...lines.slice(0, MOST_LINES), `and ${rest} more`] : lines
}

/** Text out of a store, so that it can do nothing to a terminal. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, 160)
}

function when(iso: string): string {
  return formatMinute(Date.parse(iso))
}

function ms(value: number | undefined): string {
  return formatFigure(value, 'ms')
}

/** A length of time of whole seconds. */
function span(value: number | undefined): string {
  return value === 0 ? '0 s' : ms(value)
}

function share(value: number | undefined): string {
  return formatFigure(value === undefined ? undefined : 100 * value, '%')
}
