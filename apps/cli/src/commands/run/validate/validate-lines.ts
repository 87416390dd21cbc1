import { formatInstant, type Instrument } from '@openpredict/market'
import type { QualityCheck, QualityReport } from '@openpredict/monitor'

import { columns, count, fitted, formatMinute } from '../../../format.ts'
import type { Terminal } from '../../../terminal.ts'
import type { Fix } from './validate-fix.ts'

/** The report of one instrument for a person: a line a check, with what it found under it, and the score. */
export function printQuality(report: QualityReport, instrument: Instrument, { out, colour, stdout }: Terminal): void {
  const { from, to, checks } = report
  const marks = { passed: colour.green('✔'), warning: colour.yellow('!'), failed: colour.red('✖') }
  out(`${colour.bold(instrument.symbol)}  ${instrument.name}  ${formatMinute(from)} – ${formatMinute(to)} UTC`)
  const lines = columns(checks.map(({ id, summary }) => [id, summary]))
  const indent = 6 + Math.max(...checks.map(({ id }) => id.length))
  for (const [i, check] of checks.entries()) {
    out(fitted(`  ${marks[check.verdict]} ${lines[i] ?? ''}`, stdout, indent))
    if (check.verdict === 'passed') continue
    for (const { at, what } of check.findings) out(colour.dim(fitted(`      ${formatMinute(at)}  ${what}`, stdout, 24)))
    const more = check.found - check.findings.length
    if (more > 0) out(colour.dim(`      and ${more.toLocaleString('en-US')} more`))
  }
  const parts = Object.entries(report.scores).map(([part, score]) => `${part} ${rounded(score)}`)
  const score = report.score === undefined ? 'none' : rounded(report.score)
  const whole = `score ${score}`
  const line = `  ${colour.bold(whole)}${parts.length > 0 ? `  ${colour.dim(parts.join(', '))}` : ''}`
  out(fitted(line, stdout, whole.length + 4))
}

/** What mending did, for a person. */
export function printFix(fix: Fix, { out, colour, stdout }: Terminal): void {
  const { stretches, inserted, healed, absent, recomputed, rowsWritten, scoreBefore } = fix
  const before = scoreBefore === undefined ? '' : `; the score was ${rounded(scoreBefore)}`
  const asked =
    stretches === 0
      ? 'no minute had to be asked for'
      : `asked for ${count(stretches, 'stretch').replace('stretchs', 'stretches')}: ${count(inserted, 'bar')} came, ${healed} of minutes known to be missing, ${absent} not at the source`
  const features = recomputed ? `, features computed again` : ''
  out(colour.dim(fitted(`${asked}${features}, ${count(rowsWritten, 'row')} written${before}`, stdout)))
}

/** The report for machines, instants in ISO-8601. */
export function qualityJson(report: QualityReport): object {
  const { from, to, now, checks, unanswered, ...rest } = report
  return {
    ...rest,
    from: formatInstant(from),
    to: formatInstant(to),
    now: formatInstant(now),
    checks: checks.map(checkJson),
    unanswered: unanswered.map(({ start, end }) => ({ from: formatInstant(start), to: formatInstant(end) })),
  }
}

function checkJson({ findings, ...check }: QualityCheck): object {
  return { ...check, findings: findings.map(({ at, what }) => ({ at: formatInstant(at), what })) }
}

/** Down to a tenth: never 100 for a little less. */
function rounded(score: number): string {
  return String(Math.floor(score * 10 + 1e-9) / 10)
}
