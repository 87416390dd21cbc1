import { formatInstant, parseInstant } from '@openpredict/market'
import type { Row } from '@openpredict/store'

import { BLIPS } from '../incidents.ts'
import type { Outage, Stretch } from '../plan.ts'
import type { HeardCycle, SimulatorLine, SoakEvent } from '../record.ts'
import type { Check, Evidence } from './check.ts'

const TICK = 60_000
/** The delay of the source, a minute that it may take longer, and one that has begun. */
const CATCH_UP = 13 * TICK
/** How often a cycle asks. When the schedule has something for each time, it fails. */
const ATTEMPTS = 3

/** Kinds of faults that end an attempt. */
const FAILING: ReadonlySet<string> = new Set(
  BLIPS.filter(({ effect }) => effect === 'blip').map(({ fault }) => fault.replace(/:.*/, '')),
)

/** Every cycle outside the outages, and a tick after them, has succeeded; the collector has not ended by itself. */
export const checkCycles: Check = async ({ record, plan, store, instrument, speed, watermark }) => {
  const outages = outagesOf({ plan, record })
  const isIn = (span: Stretch, ...of: readonly Outage['of'][]): boolean =>
    outages.some((outage) => of.includes(outage.of) && touches(span, outage))
  const rows = await store.readRows('collection_cycles', { instrument: instrument.symbol })
  const failed = allCycles(record.cycles, rows, speed)
    .filter(({ status }) => status !== 'success' && status !== 'idle')
    .filter(({ span }) => !isIn(span, 'source', 'store', 'machine'))
    .map((cycle) => ({ ...cycle, faults: faultsIn(cycle.span, record.simulator) }))
  const ended = record.events
    .filter(({ what, at }) => what === 'ended' && !isIn({ from: at, to: at }, 'store', 'machine'))
    .map(({ at, detail }) => `the collector has ended by itself (${detail}) at ${formatInstant(at)}`)
  const late = watermark < plan.end - CATCH_UP ? ['the last cycle has not caught up'] : []
  return {
    check: 'cycles',
    compared: rows.length,
    differences: [
      ...failed.filter(({ faults }) => faults < ATTEMPTS).map(({ text }) => text),
      ...ended,
      ...record.events.flatMap(badEnd),
      ...notRecorded(record.cycles, rows),
      ...late,
    ],
    notes: failed
      .filter(({ faults }) => faults >= ATTEMPTS)
      .map(({ text, faults }) => `${text}; its requests met ${faults} faults of the schedule`),
  }
}

interface JudgedCycle {
  readonly status: string
  readonly span: Stretch
  readonly text: string
}

/** Cycles that were heard of, and those of which a kill has left the record alone. */
function allCycles(
  cycles: readonly HeardCycle[],
  rows: readonly Row<'collection_cycles'>[],
  speed: number,
): readonly JudgedCycle[] {
  const heard = new Set(cycles.map(({ line }) => line.id))
  return [
    ...cycles.map((cycle) => {
      const { cycle: number, startedAt, finishedAt, status, failedStep, failure } = cycle.line
      const text = `cycle ${number}, ${startedAt} to ${finishedAt}: ${failedStep} ${failure?.message}`
      return { status, span: spanOf(cycle, speed), text }
    }),
    ...rows
      .filter(({ id }) => !heard.has(id))
      .map(({ cycle, status, failed_step: step, started_at: from, finished_at: to }) => {
        return { status, span: { from, to }, text: `cycle ${cycle}, ${formatInstant(from)}, as recorded: ${step}` }
      }),
  ]
}

/** Everything in which cycles may fail, as it really was. */
export function outagesOf({ plan, record }: Pick<Evidence, 'plan' | 'record'>): readonly Outage[] {
  const source = plan.outages.filter(({ of }) => of === 'source')
  const store = plan.outages.some(({ of }) => of === 'store') ? record.storeAway : []
  return [
    ...source,
    ...store.map((away): Outage => ({ ...away, of: 'store', why: 'locked' })),
    ...record.stalls.map((stall): Outage => ({ ...stall, of: 'machine', why: 'busy' })),
  ]
}

/** How many requests of a cycle met a fault of the schedule. */
function faultsIn({ from, to }: Stretch, lines: readonly SimulatorLine[]): number {
  return lines.filter(({ event, time, kind }) => {
    if (event !== 'fault' || time === undefined || !FAILING.has(String(kind))) return false
    const at = parseInstant(time)
    return at >= from && at <= to
  }).length
}

/** When a cycle ran, by the collector's clock or by when it was heard of: the two differ by the way of an answer. */
function spanOf({ line, heardAt }: HeardCycle, speed: number): Stretch {
  return {
    from: Math.min(parseInstant(line.startedAt), heardAt - line.durationMs * speed),
    to: Math.max(parseInstant(line.finishedAt), heardAt),
  }
}

function touches({ from, to }: Stretch, outage: Stretch): boolean {
  return from <= outage.to + TICK && to >= outage.from
}

function badEnd({ what, detail }: SoakEvent): readonly string[] {
  if (what !== 'stop' && what !== 'last') return []
  return detail === 'exit code 0'
    ? []
    : [`${what === 'stop' ? 'the stopped loop' : 'the last cycle'} ended with ${detail}`]
}

/** What the collector said it had done is in its records, too. */
function notRecorded(
  cycles: readonly HeardCycle[],
  rows: readonly { readonly id: string; readonly status: string }[],
): readonly string[] {
  const recorded = new Map(rows.map(({ id, status }) => [id, status]))
  return cycles
    .filter(({ line }) => line.status !== 'failed' && recorded.get(line.id) !== line.status)
    .map(
      ({ line }) => `cycle ${line.cycle} was ${line.status} and is recorded as ${recorded.get(line.id) ?? 'nothing'}`,
    )
}
