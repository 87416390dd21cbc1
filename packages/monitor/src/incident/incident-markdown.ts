import { formatFigure, formatShare, formatWhen } from '../report/format-figures.ts'
import { outageCause } from '../report/outage-cause.ts'
import type { Incident } from './incident.ts'
import { markdownCode as code, markdownTable as table, markdownText as text } from './markdown-text.ts'

/** What people have to write: searched for before a report is closed. */
const TODO = '**TODO**'
/** As many stretches without bars as are listed one by one. */
const MOST_STRETCHES = 20
const MOST_ERRORS = 30

/**
 * An incident as Markdown: what the program knows filled in, what only people know marked with `**TODO**`. Texts of the
 * store are shown as they are and do nothing in Markdown.
 *
 * @example
 * ```ts
 * import { openStore } from '@openpredict/store'
 * import { incidentMarkdown, incidentOf } from '@openpredict/monitor'
 *
 * const store = await openStore('sqlite::memory:', { clock: createManualClock(0) })
 * const machine = { version: '1.0.0', node: '24.0.0', host: 'here' }
 * const window = { from: 0, to: 7_200_000, madeAt: 7_200_000 }
 * const incident = await incidentOf({ store, severity: 'high', title: 'Late & lost', ...window, ...machine })
 * incidentMarkdown(incident).split('\n')[0] // => '# Late \\& lost'
 * await store.close()
 * ```
 */
export function incidentMarkdown(incident: Incident): string {
  const sections = [
    head(incident),
    section('Summary', [`${TODO} In two or three sentences: what happened, who noticed it and how, what ended it.`]),
    section('Impact', impact(incident)),
    section('Timeline', timeline(incident)),
    section('Outages', outages(incident)),
    section('Errors', errors(incident)),
    section('Cycles', cycles(incident)),
    section('Gaps', gaps(incident)),
    section('Data quality', quality(incident)),
    section('Processes and versions', processes(incident)),
    section('Root cause', [`${TODO} What made it happen, and why it was not caught before.`]),
    section('Resolution', [`${TODO} What was done, in which order, and how it was seen to have helped.`]),
    section('Actions', [...table(['what', 'who', 'until'], [[TODO, TODO, TODO]])]),
  ]
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return [`## ${title}`, '', ...lines]
}

function head({ title, severity, report, host }: Incident): readonly string[] {
  const symbols = report.instruments.map(({ symbol }) => code(symbol)).join(', ')
  return [
    `# ${text(title)}`,
    '',
    ...table(
      ['', ''],
      [
        ['Severity', severity],
        ['Window', `${formatWhen(report.from)} – ${formatWhen(report.to)} UTC`],
        ['Instruments', symbols === '' ? 'none was collected' : symbols],
        ['Store', code(report.store)],
        ['Written', `${formatWhen(report.madeAt)} UTC on ${code(host)}`],
        ['Status', TODO],
        ['Led by', TODO],
      ],
    ),
    '',
    `What the program knows is filled in. Lines with ${TODO} are for people.`,
  ]
}

function impact({ report }: Incident): readonly string[] {
  const { all, instruments, outages: its } = report
  const down = its.reduce((ms, { start, end }) => ms + Date.parse(end) - Date.parse(start), 0)
  const lost = instruments.reduce((n, { data }) => n + Math.max(0, data.minutesExpected - data.bars), 0)
  return [
    `${TODO} Who could not do what, and for how long.`,
    '',
    `- Outages: ${its.length === 0 ? 'none' : `${its.length}, together ${formatFigure(down, 'ms')}`}`,
    `- Cycles that succeeded: ${formatShare(all.cycles.successRate)} of ${all.cycles.total}`,
    `- Minutes without a bar that the source should have had: ${lost}`,
    `- Farthest behind the source: ${formatFigure(all.lag?.max, 'ms')}`,
  ]
}

function timeline({ timeline: events }: Incident): readonly string[] {
  if (events.length === 0) return ['Nothing out of the ordinary was recorded.']
  const rows = events.map(({ at, what, message }) => [
    `${at.slice(0, 10)} ${at.slice(11, 19)}`,
    `${text(what)}${message === undefined ? '' : `: ${code(message)}`}`,
  ])
  return [...table(['UTC', 'what'], [...rows, [TODO, 'What people saw and did: alerts, decisions, commands.']])]
}

function outages({ report }: Incident): readonly string[] {
  const rows = report.outages.map((outage) => [
    outage.symbol === undefined ? 'everything' : code(outage.symbol),
    formatWhen(outage.start),
    outage.ongoing ? 'goes on' : formatWhen(outage.end),
    formatFigure(Date.parse(outage.end) - Date.parse(outage.start), 'ms'),
    text(outageCause(outage)),
  ])
  return rows.length === 0 ? ['None.'] : table(['of', 'from (UTC)', 'to', 'for', 'cause'], rows)
}

function errors({ report }: Incident): readonly string[] {
  const rows = report.errors
    .slice(0, MOST_ERRORS)
    .map((group) => [
      String(group.count),
      text(`${group.category}${group.code === undefined ? '' : `/${group.code}`}`),
      code(group.operation),
      group.severity,
      formatWhen(group.first),
      formatWhen(group.last),
      `${code(group.message)}${group.hint === undefined ? '' : ` → ${code(group.hint)}`}`,
    ])
  const more = report.errors.length - rows.length
  return [
    ...(rows.length === 0
      ? ['None was recorded.']
      : table(['count', 'kind', 'step', 'severity', 'first (UTC)', 'last (UTC)', 'last message'], rows)),
    ...(more > 0 ? ['', `And ${more} kinds more, less frequent.`] : []),
  ]
}

function cycles({ report }: Incident): readonly string[] {
  const each = [...report.instruments, ...(report.instruments.length > 1 ? [{ symbol: '', figures: report.all }] : [])]
  const rows = each.map(({ symbol, figures }) => {
    const { total, success, idle, partial, failed, successRate } = figures.cycles
    const counts = [total, success, idle, partial, failed].map(String)
    const { total: times } = figures.latency
    return [
      symbol === '' ? 'all' : code(symbol),
      ...counts,
      formatShare(successRate),
      formatFigure(times?.median, 'ms'),
      formatFigure(times?.p95, 'ms'),
      formatFigure(times?.max, 'ms'),
    ]
  })
  const names = ['of', 'cycles', 'success', 'idle', 'partial', 'failed', 'success rate', 'median', 'p95', 'longest']
  return rows.length === 0 ? ['None was recorded.'] : table(names, rows)
}

function gaps({ report }: Incident): readonly string[] {
  const all = report.instruments.flatMap(({ symbol, data }) => data.missing.map((stretch) => ({ symbol, ...stretch })))
  const shown = all.toSorted((a, b) => b.minutes - a.minutes).slice(0, MOST_STRETCHES)
  const rows = shown
    .toSorted((a, b) => (a.start < b.start ? -1 : 1))
    .map(({ symbol, start, end, minutes, state }) => [
      code(symbol),
      formatWhen(start),
      formatWhen(end),
      String(minutes),
      state === 'not_fetched' ? 'not fetched yet' : 'the source had none',
    ])
  const more = all.length - shown.length
  return [
    ...(rows.length === 0 ? ['No open minute is missing.'] : table(['of', 'from (UTC)', 'to', 'minutes', 'why'], rows)),
    ...(more > 0 ? ['', `And ${more} shorter ones.`] : []),
  ]
}

function quality({ quality: reports }: Incident): readonly string[] {
  const rows = reports.flatMap(({ instrument, verdict, score, checks }) => [
    [
      code(instrument),
      `**${verdict}**`,
      'all',
      score === undefined ? 'no score' : `score ${formatFigure(score, 'score')} of 100`,
    ],
    ...checks
      .filter((check) => check.verdict !== 'passed')
      .map((check) => [code(instrument), check.verdict, text(check.title), text(check.summary)]),
  ])
  return rows.length === 0 ? ['Nothing to judge.'] : table(['of', 'verdict', 'check', 'found'], rows)
}

function processes({ report, schema, node }: Incident): readonly string[] {
  const rows = report.processes.map(({ host, processId, version, start, end, cycles: n }) => [
    code(host),
    String(processId),
    code(version),
    formatWhen(start),
    formatWhen(end),
    String(n),
  ])
  const behind = schema.version === schema.latest ? '' : `, ${schema.latest} is the latest`
  return [
    `- openpredict ${code(report.version)} wrote this, on Node.js ${code(node)}`,
    `- schema of the store: ${schema.version}${behind}`,
    `- restarts: ${report.restarts.length}`,
    ...(rows.length === 0
      ? []
      : ['', ...table(['host', 'process', 'version', 'first cycle (UTC)', 'last', 'cycles'], rows)]),
  ]
}
