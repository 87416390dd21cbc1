import type { Judgement } from '../../targets/judge.ts'
import type { TargetId } from '../../targets/target.ts'
import { targetOf } from '../../targets/targets.ts'
import type { DayReport } from '../day-report.ts'
import { formatFigure, formatShare, formatWhen } from '../format-figures.ts'
import { chartData } from './chart-data.ts'
import type { ChartLibrary } from './chart-library.ts'
import { Html, html, scriptJson } from './html.ts'
import { PAGE_SCRIPT } from './script.ts'
import {
  boundOf,
  eventsSection,
  instrumentsSection,
  latencySection,
  metricsSection,
  stretchesSection,
  successSection,
  targetsSection,
} from './sections.ts'
import { PAGE_STYLE } from './style.ts'

/** What a page is made from. */
export interface ReportPageOptions {
  readonly report: DayReport
  /** What `judgeDay` says of it. */
  readonly judgements: readonly Judgement[]
  /** What `readChartLibrary` has read. */
  readonly library: ChartLibrary
}

/** Nothing may be fetched, from anywhere: the file is all there is. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

/**
 * A report as one HTML file: it opens without a network, its tables can be read without JavaScript, and every text that
 * came from a store is escaped.
 */
export function reportPage({ report, judgements, library }: ReportPageOptions): string {
  const { all, instruments, from, to, store, version, madeAt, watch } = report
  const symbols = instruments.map(({ symbol }) => symbol).join(', ')
  const title = `Collector report, ${formatWhen(from)} to ${formatWhen(to)} UTC`
  const charts = [
    ['chart-cycles', 'Cycle times', `Each cycle, and p50 and p95 of each stretch. Dashed: ${bound('cycle-time')}.`],
    ['chart-success', 'Success', `Share of cycles that succeeded, by stretch. Dashed: ${bound('success')}.`],
    ['chart-freshness', 'Freshness', `Newest bar behind what the source could have. Dashed: ${bound('freshness')}.`],
    ['chart-memory', 'Memory', `Resident memory. Dashed: ${bound('memory')}; upright: a restart.`],
  ].map(
    ([id = '', name = '', about = '']) =>
      html`<figure>
        <h3>${name}</h3>
        <figcaption>${about}</figcaption>
        <div class="chart" id="${id}" role="img" aria-label="${name}: ${about}"></div>
      </figure> `,
  )
  const watched =
    watch === undefined
      ? ''
      : html`<p class="muted">
          Watched for ${formatFigure(Date.parse(watch.end) - Date.parse(watch.start), 'ms')} of
          ${formatFigure(watch.durationMs, 'ms')}: ${watch.samples} samples, ${watch.storeFailures} without an answer of
          the store.
        </p>`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(library.style)}${new Html(PAGE_STYLE)}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p class="muted">
            ${symbols === '' ? 'No instrument' : symbols} · ${store} · made ${formatWhen(madeAt)} UTC by OpenPredict
            ${version}
          </p>
          ${watched} ${verdictOf(report, judgements)} ${cardsOf(report)}
          <h2>Charts</h2>
          <noscript><p class="muted">The charts need JavaScript; the tables below have the same figures.</p></noscript>
          <p class="muted">Red bands: no cycles. Amber bands: cycles failed, one after the other.</p>
          <div class="charts">${charts}</div>
          ${targetsSection(judgements)} ${instrumentsSection(report)} ${successSection(all)} ${eventsSection(report)}
          ${latencySection(all)} ${stretchesSection(report)} ${metricsSection(report)}
        </main>
        <script type="application/json" id="data">
          ${scriptJson(chartData(report))}
        </script>
        <script>
          /*
${new Html(library.licence)}*/
          ${new Html(library.script)}
        </script>
        <script>
          ${new Html(PAGE_SCRIPT)}
        </script>
      </body>
    </html> `
  return page.text
}

function bound(id: TargetId): string {
  return boundOf(targetOf(id))
}

function verdictOf({ all }: DayReport, judgements: readonly Judgement[]): Html {
  if (all.cycles.total === 0) return html`<p class="verdict bad missed">No cycle was recorded</p>`
  const measured = judgements.filter(({ verdict }) => verdict !== 'not measured')
  const missed = measured.filter(({ verdict }) => verdict !== 'met')
  if (missed.length > 0) {
    const names = missed.map(({ target }) => target.title).join('; ')
    return html`<p class="verdict bad missed">${missed.length} of ${measured.length} targets missed: ${names}</p>`
  }
  return html`<p class="verdict good met">All ${measured.length} measured targets met</p>`
}

function cardsOf({ all, resources, outages, restarts }: DayReport): Html {
  const { cycles, latency, uptime, lag } = all
  const cards = [
    ['Success rate', formatShare(cycles.successRate), `${cycles.total} cycles, ${cycles.failed + cycles.partial} not`],
    ['Uptime', formatShare(uptime.share), `${formatFigure(uptime.downMs, 'ms')} without cycles`],
    ['Cycle time, p95', formatFigure(latency.total?.p95, 'ms'), `mean ${formatFigure(latency.total?.mean, 'ms')}`],
    ['Freshness, p95', formatFigure(lag?.p95, 'ms'), `worst ${formatFigure(lag?.max, 'ms')}`],
    [
      'Memory, p95',
      formatFigure(resources.memory?.p95, 'bytes'),
      resources.memoryGrowthBytesPerHour === undefined
        ? 'growth not yet known'
        : `${formatFigure(resources.memoryGrowthBytesPerHour, 'bytes/h')} growth`,
    ],
    ['Outages', String(outages.length), `${restarts.length} ${restarts.length === 1 ? 'restart' : 'restarts'}`],
  ].map(
    ([label = '', value = '', note = '']) =>
      html`<li>
        <div class="label">${label}</div>
        <div class="value">${value}</div>
        <div class="note">${note}</div>
      </li> `,
  )
  return html`<ul class="cards">
    ${cards}
  </ul>`
}
