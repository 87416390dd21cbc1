import { judge, type Judgement } from '../../targets/judge.ts'
import type { Target } from '../../targets/target.ts'
import { targetOf } from '../../targets/targets.ts'
import type { DayReport, ReportedFigures } from '../day-report.ts'
import { formatFigure, formatShare, formatWhen } from '../format-figures.ts'
import { namedMetrics } from '../named-metrics.ts'
import { outageCause } from '../outage-cause.ts'
import { type Html, html } from './html.ts'
import { table } from './table.ts'

const NUMBER = { number: true } as const

/** Every target with what was measured. */
export function targetsSection(judgements: readonly Judgement[]): Html {
  const rows = judgements.map((judgement) => {
    const { target, measured, verdict } = judgement
    const isBad = verdict === 'missed' || verdict === 'critical'
    const note = isBad ? (target.advice ?? '') : verdict === 'not measured' ? (target.measuredBy ?? '') : ''
    return {
      cells: [mark(judgement), target.title, formatFigure(measured, target.unit), boundOf(target), note],
      bad: isBad,
    }
  })
  return html`<h2>Targets</h2>
    ${table([{ title: '' }, { title: 'Target' }, { title: 'Measured', ...NUMBER }, { title: 'Expected', ...NUMBER }, { title: 'Note' }], rows)}`
}

/** A target's bound: `< 8 s`, `> 95 %`. */
export function boundOf({ comparator, target, unit }: Target): string {
  const sign = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '=': '=' }[comparator]
  return `${sign} ${formatFigure(target, unit)}`
}

/** The window, stretch by stretch. */
export function stretchesSection({ all, from, to }: DayReport): Html {
  const [first] = all.stretches
  const isHourly = first !== undefined && Date.parse(to) - Date.parse(from) > 12 * 3_600_000
  const rows = all.stretches.map((stretch) => ({
    cells: [
      formatWhen(stretch.start),
      stretch.total,
      formatShare(stretch.successRate),
      formatFigure(stretch.p50Ms, 'ms'),
      formatFigure(stretch.p95Ms, 'ms'),
      formatFigure(stretch.maxMs, 'ms'),
      formatFigure(stretch.barsNew, 'count'),
      formatFigure(stretch.lagWorstMs, 'ms'),
      formatFigure(stretch.memoryMaxBytes, 'bytes'),
      formatFigure(stretch.retries, 'count'),
    ],
    bad: isBelow(stretch.successRate),
  }))
  const titles = ['cycles', 'success', 'p50', 'p95', 'longest', 'new bars', 'worst lag', 'memory', 'retries']
  return html`<h2>${isHourly ? 'Hour by hour' : 'Step by step through the window'}</h2>
    ${table([{ title: 'from (UTC)' }, ...titles.map((title) => ({ title, ...NUMBER }))], rows)}`
}

/** Where time went: the whole cycle, its own work, its waiting, every step. */
export function latencySection({ latency }: ReportedFigures): Html {
  const named = [
    ['whole cycle', latency.total],
    ['own time', latency.own],
    ['waiting', latency.waiting],
    ...Object.entries(latency.steps),
  ] as const
  const rows = named.flatMap(([name, summary]) =>
    summary === undefined
      ? []
      : [
          {
            cells: [
              name,
              summary.count,
              ...[summary.min, summary.mean, summary.median, summary.p95, summary.p99, summary.max].map((ms) =>
                formatFigure(ms, 'ms'),
              ),
            ],
          },
        ],
  )
  const long =
    latency.longCycles === 0
      ? undefined
      : `Not in these: ${latency.longCycles} that fetched more than a day of bars, the longest in ${formatFigure(latency.longestMs, 'ms')}.`
  const titles = ['cycles', 'min', 'mean', 'p50', 'p95', 'p99', 'max']
  return html`<h2>Where time goes</h2>
    ${table([{ title: 'what' }, ...titles.map((title) => ({ title, ...NUMBER }))], rows, long)}`
}

/** Success over windows, and what kept cycles from it. */
export function successSection({ cycles, windows, failures }: ReportedFigures): Html {
  const counts = [
    ...windows.map((its) => ({ title: `last ${its.name}`, ...its })),
    { title: 'whole window', ...cycles },
  ]
  const rows = counts.map((its) => ({
    cells: [its.title, its.total, its.success, its.idle, its.partial, its.failed, formatShare(its.successRate)],
    bad: isBelow(its.successRate),
  }))
  const titles = ['cycles', 'success', 'idle', 'partial', 'failed', 'success rate']
  const shares = failures.map(({ category, cycles: count, share, step }) => ({
    cells: [category, count, formatShare(share), EXPECTED_SHARES[category], step ?? ''],
  }))
  return html`<h2>Success and failures</h2>
    ${table(
      [{ title: '' }, ...titles.map((title) => ({ title, ...NUMBER }))],
      rows,
      'A cycle succeeds with success, or with idle while the market is closed; partial, where a calculator failed, is no success.',
    )}
    <h3>Failures by category</h3>
    ${table([{ title: 'category' }, { title: 'cycles', ...NUMBER }, { title: 'share', ...NUMBER }, { title: 'expected', ...NUMBER }, { title: 'mostly in' }], shares)}`
}

const EXPECTED_SHARES = {
  network: '< 2 %',
  database: '< 1 %',
  data: '< 1 %',
  calculation: '< 1 %, with system',
  system: '< 1 %',
} as const

/** Outages, restarts, errors and gaps: what went wrong and when. */
export function eventsSection({ outages, restarts, errors, instruments }: DayReport): Html {
  const outageRows = outages.map((outage) => ({
    cells: [
      formatWhen(outage.start),
      outage.ongoing ? 'goes on' : formatWhen(outage.end),
      span(outage.start, outage.end),
      outage.symbol ?? 'all',
      outageCause(outage),
    ],
    bad: true,
  }))
  const restartRows = restarts.map(({ at, host, processId, afterMs, version, versionBefore }) => ({
    cells: [
      formatWhen(at),
      `${host}, process ${processId}`,
      formatFigure(afterMs, 'ms'),
      version === versionBefore ? version : `${versionBefore} → ${version}`,
    ],
  }))
  const errorRows = errors.map((error) => ({
    cells: [
      error.count,
      `${error.category}${error.code === undefined ? '' : `/${error.code}`}`,
      error.operation,
      formatWhen(error.first),
      formatWhen(error.last),
      error.message,
    ],
    bad: error.severity === 'error' || error.severity === 'critical',
  }))
  const gapRows = instruments.flatMap(({ symbol, data }) =>
    data.missing.map(({ start, end, minutes, state }) => ({
      cells: [symbol, formatWhen(start), formatWhen(end), minutes, state],
    })),
  )
  return html`${section('Outages', 'None.', outageRows, () =>
    table(
      [
        { title: 'from (UTC)' },
        { title: 'to' },
        { title: 'for', ...NUMBER },
        { title: 'of' },
        { title: 'cause', wide: true },
      ],
      outageRows,
    ),
  )}
  ${section('Restarts', 'None.', restartRows, () =>
    table(
      [{ title: 'at (UTC)' }, { title: 'process' }, { title: 'after', ...NUMBER }, { title: 'version' }],
      restartRows,
    ),
  )}
  ${section('Errors', 'None were recorded.', errorRows, () =>
    table(
      [
        { title: 'times', ...NUMBER },
        { title: 'what' },
        { title: 'where' },
        { title: 'first (UTC)' },
        { title: 'last' },
        { title: 'message of the last', wide: true },
      ],
      errorRows,
    ),
  )}
  ${section('Missing minutes', 'None were recorded.', gapRows, () =>
    table(
      [{ title: 'of' }, { title: 'from (UTC)' }, { title: 'to' }, { title: 'minutes', ...NUMBER }, { title: 'state' }],
      gapRows,
    ),
  )}`
}

/** Each instrument in a line. */
export function instrumentsSection({ instruments }: DayReport): Html {
  const rows = instruments.map(({ symbol, figures, data }) => ({
    cells: [
      symbol,
      figures.cycles.total,
      formatShare(figures.cycles.successRate),
      formatShare(figures.uptime.available),
      formatFigure(figures.latency.total?.p95, 'ms'),
      formatFigure(figures.lag?.p95, 'ms'),
      formatFigure(figures.lagLastMs, 'ms'),
      formatShare(data.completeness),
      `${data.bars} / ${data.minutesExpected}`,
      `${data.levelTypes} / ${data.levelTypesKnown}`,
      formatFigure(data.qualityScore, 'score'),
    ],
    bad: isBelow(figures.cycles.successRate),
  }))
  const titles = ['cycles', 'success', 'available', 'p95', 'lag p95', 'lag now', 'complete', 'bars', 'levels', 'score']
  return html`<h2>Instruments</h2>
    ${table([{ title: 'instrument' }, ...titles.map((title) => ({ title, ...NUMBER }))], rows)}`
}

/** Every planned metric under its name. */
export function metricsSection(report: DayReport): Html {
  const rows = namedMetrics(report).map(({ name, value, unit, about }) => ({
    cells: [html`<code>${name}</code>`, formatFigure(value, unit), about],
  }))
  return html`<h2>Metrics by name</h2>
    ${table([{ title: 'metric' }, { title: 'value', ...NUMBER }, { title: 'of' }], rows)}`
}

function isBelow(successRate: number | undefined): boolean {
  return successRate !== undefined && judge(targetOf('success'), 100 * successRate).verdict !== 'met'
}

function section(title: string, none: string, rows: readonly unknown[], made: () => Html): Html {
  return html`<h2>${title}</h2>
    ${rows.length === 0 ? html`<p class="muted">${none}</p>` : made()}`
}

function span(start: string, end: string): string {
  return formatFigure(Date.parse(end) - Date.parse(start), 'ms')
}

function mark({ verdict, isNear }: Judgement): Html {
  switch (verdict) {
    case 'met':
      return isNear ? html`<span class="warn met">near</span>` : html`<span class="good met">met</span>`
    case 'missed':
      return html`<span class="bad missed">missed</span>`
    case 'critical':
      return html`<span class="bad missed">critical</span>`
    case 'not measured':
      return html`<span class="muted">not measured</span>`
  }
  return verdict satisfies never
}
