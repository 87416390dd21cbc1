import { type LastCycle, type OpenCount, type StatusView, type SuccessWindow, summaryOf } from '@openpredict/monitor'
import type { DeliveryState } from '@openpredict/store/delivery'

import { count, formatAge, formatDuration, formatPrice } from '../../../format.ts'
import { newYorkClock, newYorkMinute } from './status-time.ts'
import { type Line, type Look, type Piece, sparkline, spread, wrap } from './status-text.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
/** The column in which facts begin. */
const INDENT = 10
/** What stands behind the bars of cycle times. */
const TIMES_TEXT = 31
/** A long message has these many lines. */
const ERROR_LINES = 2
/** Without a cycle for longer than this there is something wrong: in an open market, and in a closed one. */
const QUIET_OPEN = 3 * MINUTE
const QUIET_CLOSED = 20 * MINUTE
/** Freshness: warned of from the seed's target on, wrong from its critical threshold on. */
const LAG_WARNING = 2 * MINUTE
const LAG_BAD = 5 * MINUTE
/** Rows that wait for a remote store for longer are said. */
const WAIT_WARNING = 3 * MINUTE
const MEGABYTE = 1_000_000

const STEP_NAMES: Readonly<Record<string, string>> = {
  store_ohlc: 'store',
  calc_ref_levels: 'levels',
  calc_pivots: 'pivots',
  detect_liquidity: 'liquidity',
  detect_fvg: 'gaps',
  segment_blocks: 'blocks',
  detect_structure: 'structure',
}

/** The head of an instrument's screen: its name, the price, the time in New York. */
export function headLine({ instrument, freshness, at }: StatusView, width: number): Line {
  const { symbol, name } = instrument
  const price = freshness.price === undefined ? '' : `  ${formatPrice(freshness.price, instrument)}`
  const left: Line = [
    { text: symbol, look: 'strong' },
    ...(name === symbol ? [] : [` ${name}`]),
    { text: price, look: 'strong' },
  ]
  return spread(left, [`${newYorkClock(at)} New York`], width)
}

/** What an on-call engineer asks first, one fact a line. */
export function factLines(view: StatusView, width: number, delivery: DeliveryState | undefined): readonly Line[] {
  return [
    fact('market', marketPieces(view)),
    fact('cycle', cyclePieces(view)),
    ...errorLines(view.lastCycle, width),
    ...stepLines(view.lastCycle, width),
    fact(
      'success',
      view.success.flatMap((window, i) => [...(i === 0 ? [] : ['   ']), ...successPieces(window)]),
    ),
    fact('fresh', freshPieces(view)),
    fact('times', timePieces(view, width)),
    fact('open', openPieces(view)),
    ...(delivery === undefined ? [] : [fact('delivery', deliveryPieces(delivery, view.at))]),
  ]
}

function fact(name: string, pieces: Line): Line {
  return [{ text: name.padEnd(INDENT), look: 'faint' }, ...pieces]
}

function marketPieces({ market, at }: StatusView): Line {
  const { open, changesAt } = market
  const then =
    changesAt === undefined
      ? ', never closes'
      : `, ${open ? 'closes' : 'opens'} ${newYorkMinute(changesAt)}, in ${formatAge(changesAt - at)}`
  return [{ text: open ? '● open' : '○ closed', look: open ? 'good' : 'faint' }, then]
}

const MARKS = {
  success: { text: '✔', look: 'good' },
  partial: { text: '◐', look: 'warning' },
  failed: { text: '✖', look: 'bad' },
  idle: { text: '·', look: 'faint' },
} as const satisfies Record<string, Piece>

function cyclePieces({ lastCycle, market, at }: StatusView): Line {
  if (lastCycle === undefined) return [{ text: 'none yet: start one with openpredict run-loop', look: 'warning' }]
  const { row } = lastCycle
  const { status, cycle, failed_step: step } = row
  const age = Math.max(0, at - row.finished_at)
  const isQuiet = age > (market.open ? QUIET_OPEN : QUIET_CLOSED)
  const ago: Piece = { text: `${formatAge(age)} ago`, look: isQuiet ? 'bad' : 'plain' }
  const doubt: Line = isQuiet ? [{ text: ' (does the collector run?)', look: 'bad' }] : []
  const done = status === 'failed' ? '' : `, ${count(row.bars_new, 'new bar')}, ${count(row.rows_written, 'row')}`
  const where = step === null ? ' ' : ` at ${step}, `
  return [MARKS[status], ` #${cycle} ${status}${where}`, ago, ...doubt, `, ${formatDuration(row.duration_ms)}${done}`]
}

/** What went wrong in the last cycle. */
function errorLines(cycle: LastCycle | undefined, width: number): readonly Line[] {
  if (cycle === undefined || cycle.row.status === 'success' || cycle.row.status === 'idle') return []
  const text = cycle.error ?? cycle.row.error_category ?? 'unknown'
  const lines = wrap(text.split(/\s+/), width - INDENT, ' ').slice(0, ERROR_LINES)
  return lines.map((line, i) => fact(i === 0 ? 'error' : '', [{ text: line, look: MARKS[cycle.row.status].look }]))
}

function stepLines(cycle: LastCycle | undefined, width: number): readonly Line[] {
  if (cycle === undefined || cycle.steps.length === 0) return []
  const words = cycle.steps.map(({ name, durationMs }) => `${STEP_NAMES[name] ?? name} ${shortMs(durationMs)}`)
  return wrap([...words.slice(0, -1), `${words.at(-1)} ms`], width - INDENT).map((text, i) =>
    fact(i === 0 ? 'steps' : '', [text]),
  )
}

function shortMs(ms: number): string {
  return ms < 9.95 ? ms.toFixed(1) : Math.round(ms).toLocaleString('en-US')
}

function successPieces({ lengthMs, cycles, partial, failed, share }: SuccessWindow): Line {
  const name = `${lengthMs / HOUR} h `
  if (share === undefined) return [name, { text: '–', look: 'faint' }]
  const wrong = [...(failed > 0 ? [`${failed} failed`] : []), ...(partial > 0 ? [`${partial} partial`] : [])].join(', ')
  const look: Look = share > 0.95 ? 'good' : share >= 0.9 ? 'warning' : 'bad'
  return [
    name,
    { text: percent(share), look },
    ` of ${cycles.toLocaleString('en-US')}${wrong === '' ? '' : ` (${wrong})`}`,
  ]
}

/** Only all is 100 %. */
function percent(share: number): string {
  return `${(share === 1 ? 100 : Math.min(99.9, share * 100)).toFixed(1)} %`
}

function freshPieces({ freshness, at }: StatusView): Line {
  const { newestBar, lagMs, delayMs } = freshness
  const source = delayMs > 0 ? `; the source is ${formatAge(delayMs)} late` : ''
  if (newestBar === undefined) return [{ text: 'no bar yet', look: 'warning' }, source]
  const isToday = at - newestBar < 12 * HOUR
  const bar = `newest bar ${isToday ? newYorkMinute(newestBar).slice(4) : newYorkMinute(newestBar)}, `
  if (lagMs === undefined || lagMs === 0) return [bar, { text: 'nothing newer to be had', look: 'good' }, source]
  const look: Look = lagMs > LAG_BAD ? 'bad' : lagMs >= LAG_WARNING ? 'warning' : 'good'
  return [bar, { text: `${formatAge(lagMs)} behind`, look }, source]
}

function timePieces({ cycleTimes }: StatusView, width: number): Line {
  if (cycleTimes.length === 0) return [{ text: 'none in 24 h, idle cycles and cold starts aside', look: 'faint' }]
  const seen = cycleTimes.slice(-Math.max(8, width - INDENT - TIMES_TEXT))
  const { min, max, median } = summaryOf(seen) ?? { min: 0, max: 0, median: 0 }
  const [least, most, middle] = [min, max, median].map(formatDuration)
  return [sparkline(seen, seen.length), `  ${least}–${most}, median ${middle}`]
}

function openPieces({ missing, suspects, memoryBytes }: StatusView): Line {
  return [
    {
      text: counted(missing, 'missing minute'),
      look: missing.count > 0 ? 'warning' : 'plain',
    },
    ', ',
    {
      text: counted(suspects, 'suspect bar'),
      look: suspects.count > 0 ? 'warning' : 'plain',
    },
    ...(memoryBytes === undefined
      ? []
      : [`   memory ${Math.round(memoryBytes / MEGABYTE).toLocaleString('en-US')} MB`]),
  ]
}

function counted({ count: n, isLeast }: OpenCount, noun: string): string {
  return `${isLeast ? 'at least ' : ''}${count(n, noun)}`
}

function deliveryPieces(state: DeliveryState, at: number): Line {
  const { waiting, oldestMarkedAt, refused, confirmedAt, rowsPerSecond, failure } = state
  const age = Math.max(0, at - (oldestMarkedAt ?? at))
  const depth = waiting === 0 ? 'nothing waits' : `${count(waiting, 'row')} wait for ${formatAge(age)}`
  const last =
    confirmedAt === undefined ? ', never confirmed' : `, confirmed ${formatAge(Math.max(0, at - confirmedAt))} ago`
  const rate = rowsPerSecond === undefined ? '' : ` at ${Math.round(rowsPerSecond).toLocaleString('en-US')} rows/s`
  return [
    { text: depth, look: age > WAIT_WARNING ? 'warning' : 'plain' },
    ...(failure === undefined ? [] : [{ text: ` (${failure})`, look: 'warning' as const }]),
    ...(refused === 0 ? [] : [{ text: `, ${refused} refused`, look: 'bad' as const }]),
    `${last}${rate}`,
  ]
}
