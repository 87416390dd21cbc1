import type { Bar, BarSeries } from '@openpredict/market'

import { createEngine, type EngineOptions, FEATURE_TABLES, type RowsByTable } from '../src/index.ts'
import { SUBJECTS } from './laws.ts'

/** What calculators and the engine have in common, with the rows of all tables in one list. */
export interface Runner {
  readonly asOf: number | undefined
  next(bar: Bar): void
  feed(bars: BarSeries | readonly Bar[], from?: number, to?: number): void
  advanceTo(asOf: number): void
  takeChanges(): object[]
  takeFinished(): object[]
  current(): object[]
  peek(bar: Bar): object[]
  snapshot(): object
  restore(snapshot: never): void
}

/** Everything that is fed bars: the six calculators alone, and the engine. */
export const RUNNERS: readonly { readonly name: string; readonly create: (options: EngineOptions) => Runner }[] = [
  ...SUBJECTS.map(({ table, create }) => ({
    name: table,
    create: (options: EngineOptions): Runner => create(options),
  })),
  { name: 'engine', create: engineRunner },
]

function engineRunner(options: EngineOptions): Runner {
  const engine = createEngine(options)
  return {
    get asOf() {
      return engine.asOf
    },
    next: (bar) => engine.next(bar),
    feed: (bars, from, to) => engine.feed(bars, from, to),
    advanceTo: (asOf) => engine.advanceTo(asOf),
    takeChanges: () => flat(engine.takeChanges()),
    takeFinished: () => flat(engine.takeFinished()),
    current: () => flat(engine.current()),
    peek: (bar) => flat(engine.peek(bar)),
    snapshot: () => engine.snapshot(),
    restore: (snapshot) => engine.restore(snapshot),
  }
}

function flat(rows: RowsByTable): object[] {
  return FEATURE_TABLES.flatMap((table) => rows[table].map((row) => ({ table, ...row })))
}
