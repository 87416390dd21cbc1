import { formatFigure as formatTime, type Judgement, type TargetUnit, type Verdict } from '@openpredict/monitor'

import { columns, formatDuration, isTooWide } from '../../../format.ts'
import type { Terminal } from '../../../terminal.ts'

const MB = 1_000_000
const MINUTE = 60_000

/** What lines are fitted to. */
type TargetTerminal = Pick<Terminal, 'colour' | 'stdout'>

const MARKS: Readonly<Record<Verdict, string>> = { met: '✔', missed: '✖', critical: '‼', 'not measured': '–' }

/** A figure in its unit, as people read it: `431 ms`, `98.5 MB`, `0.21 MB/h`, `99.5 %`, `1.02 ×`. */
export function formatFigure(value: number, unit: TargetUnit): string {
  switch (unit) {
    case 'ms':
      if (value === 0) return '0 ms'
      // What takes less than a millisecond has to be told apart all the same.
      if (value > 0 && value < 1) return `${value.toFixed(2)} ms`
      return value < MINUTE ? formatDuration(value) : formatTime(value, 'ms')
    case 'bytes':
      return `${megabytes(value)} MB`
    case 'bytes/h':
      return `${megabytes(value)} MB/h`
    case 'bytes/s':
      return `${megabytes(value)} MB/s`
    case '%':
      return `${short(value)} %`
    case 'ratio':
      return `${value.toFixed(2)} ×`
  }
  return unit satisfies never
}

/**
 * A line for each target: what was measured, the target with its critical threshold, where it comes from, and the
 * verdict unless it is met. Below a target that is missed stands what to do. On a terminal that is too narrow for it, the
 * critical threshold, the section and what else measures it are left out.
 */
export function targetLines(judgements: readonly Judgement[], { colour, stdout }: TargetTerminal): readonly string[] {
  const paint = { met: colour.green, missed: colour.red, critical: colour.red.bold, 'not measured': colour.dim }
  const whole = tableOf(judgements, false)
  const lines = isTooWide(whole, stdout) ? tableOf(judgements, true) : whole
  return lines.flatMap((line, i) => {
    const judgement = judgements[i]
    if (judgement === undefined) return []
    const { target, verdict, isNear } = judgement
    const painted = isNear ? colour.yellow(line) : paint[verdict](line)
    const isBad = verdict === 'missed' || verdict === 'critical'
    return isBad && target.advice !== undefined ? [painted, `      ${colour.dim(`→ ${target.advice}`)}`] : [painted]
  })
}

function tableOf(judgements: readonly Judgement[], isNarrow: boolean): readonly string[] {
  return columns(
    judgements.map(({ target, measured, verdict, isNear }) => [
      `  ${MARKS[verdict]} ${target.title}`,
      measured === undefined ? '–' : formatFigure(measured, target.unit),
      ...(isNarrow
        ? [threshold(target), measured === undefined ? '' : saidOf(verdict, isNear, undefined)]
        : [expected(target), target.sections.join(', '), saidOf(verdict, isNear, target.measuredBy)]),
    ]),
    [1],
  )
}

/** How many targets have each verdict: `32 met, 1 missed, 3 not measured`. */
export function verdictText(judgements: readonly Judgement[]): string {
  const verdicts = Object.keys(MARKS) as readonly Verdict[]
  return verdicts
    .map((verdict) => ({ verdict, count: judgements.filter((judgement) => judgement.verdict === verdict).length }))
    .filter(({ verdict, count }) => count > 0 || verdict === 'met')
    .map(({ verdict, count }) => `${count} ${verdict}`)
    .join(', ')
}

/** Whether every target that was measured is met. */
export function isMet(judgements: readonly Judgement[]): boolean {
  return judgements.every(({ verdict }) => verdict === 'met' || verdict === 'not measured')
}

/** A judgement for machines, with its target in full. */
export function judgementJson({ target, measured, verdict }: Judgement): object {
  const { id, title, unit, comparator, target: figure, critical, sections, measuredBy } = target
  return { id, title, unit, comparator, target: figure, critical, sections, measured, verdict, measuredBy }
}

/** What the mark alone does not say. */
function saidOf(verdict: Verdict, isNear: boolean, measuredBy: string | undefined): string {
  if (verdict === 'met') return isNear ? 'met, but near' : ''
  return measuredBy === undefined ? verdict : `${verdict}: ${measuredBy}`
}

function threshold({ comparator, target, unit }: Judgement['target']): string {
  const sign = { '<': '<', '<=': '≤', '>': '>', '>=': '≥', '=': '=' }[comparator]
  return `${sign} ${limitText(target, unit)}`
}

function expected(goal: Judgement['target']): string {
  const { comparator, critical, unit } = goal
  const beyond = comparator.startsWith('<') ? '>' : '<'
  const limit = critical === undefined ? '' : `, critical ${beyond} ${limitText(critical, unit)}`
  return threshold(goal) + limit
}

/** A threshold without the decimals that a measured figure has. */
function limitText(value: number, unit: TargetUnit): string {
  if (unit === 'ms') return value < 1_000 ? `${value} ms` : `${value / 1_000} s`
  if (unit === 'ratio') return `${value} ×`
  return unit === '%' ? `${value} %` : `${value / MB} ${unit.replace('bytes', 'MB')}`
}

function megabytes(bytes: number): string {
  return short(bytes / MB)
}

/** Three digits, as far as they are needed. */
function short(value: number): string {
  const size = Math.abs(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}
