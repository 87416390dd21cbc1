import { instrumentOf } from '@openpredict/market'
import fc from 'fast-check'

import { lengthOf, type MarketPlan } from './markets.ts'
import { TIMEFRAMES, type NaiveTimeframe } from './reference/candles.ts'
import type { GapOptions } from './reference/fair-value-gaps.ts'
import type { BlockOptions } from './reference/hourly-blocks.ts'
import type { LiquidityOptions } from './reference/liquidity-events.ts'
import type { StructureOptions } from './reference/market-structure.ts'
import type { ReferenceOptions } from './reference/rows.ts'

type OwnOf<Options extends ReferenceOptions> = Omit<Options, keyof ReferenceOptions>

/** What single calculators are told, under the names that the engine has for them; mostly nothing. */
export interface OwnOptions {
  readonly referenceLevels?: Pick<ReferenceOptions, 'openTolerance'>
  readonly liquidityEvents?: OwnOf<LiquidityOptions>
  readonly fairValueGaps?: OwnOf<GapOptions>
  readonly hourlyBlocks?: OwnOf<BlockOptions>
  readonly marketStructure?: OwnOf<StructureOptions>
}

/** Options for any contract, as plain data; distances count steps of its price. */
export interface Settings {
  readonly openTolerance?: number
  readonly liquidity: OwnOf<LiquidityOptions>
  readonly gaps: OwnOf<GapOptions>
  readonly blocks: OwnOf<BlockOptions>
  readonly structure: OwnOf<StructureOptions>
}

/** Mostly undefined, so that defaults are proven too. */
function sometimes<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })
}

/** Some of these groups of options, which belong together; mostly none. */
function someOf<T extends object>(...groups: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T> {
  const chosen = fc.tuple(...groups.map(sometimes)).map((parts) => Object.assign({}, ...parts) as T)
  return fc.oneof({ weight: 2, arbitrary: fc.constant({} as T) }, { weight: 1, arbitrary: chosen })
}

const steps = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })
const weights = fc.constantFrom(0.5, 1, 1.25, 4)
const timeframe = fc.constantFrom(...(Object.keys(TIMEFRAMES) as NaiveTimeframe[]))
const timeframes = fc
  .shuffledSubarray(Object.keys(TIMEFRAMES) as NaiveTimeframe[])
  .map((some): NaiveTimeframe[] => (some.includes('4H') ? some : [...some, '4H']))

/** Bonuses that grow with the hold, as the one way of its lifecycle demands. */
const holdBonuses = fc
  .uniqueArray(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 3 })
  .map((minutes) => minutes.toSorted((a, b) => a - b).map((from, index) => ({ minutes: from, bonus: (index + 1) / 8 })))

const liquidity = someOf<OwnOf<LiquidityOptions>>(
  fc.record({ minPenetration: steps(1, 8), cleanPenetration: steps(8, 40) }),
  fc.oneof(
    fc.record({ approachDistance: steps(1, 40), retreatDistance: steps(41, 120) }),
    steps(1, 40).map((distance) => ({ approachDistance: distance, retreatDistance: distance })),
  ),
  fc.record({ reclaimMinutes: fc.integer({ min: 1, max: 60 }), maxHoldMinutes: fc.integer({ min: 90, max: 400 }) }),
  fc.record({ holdBonuses }),
  fc.record({
    equalTolerance: steps(1, 8),
    equalHours: fc.constantFrom(1, 2, 6, 200),
    expiryHours: fc.constantFrom(1, 5, 300),
  }),
  fc.record({ swingTimeframe: timeframe, swingLength: fc.integer({ min: 1, max: 3 }) }),
  fc.record({
    qualityScores: fc.record({ WICK: weights, NEAR_MISS: weights }, { requiredKeys: [] }),
    eventWeights: fc.record({ EQUAL_HL: weights, SESSION_HL: weights, PREV_DAY_HL: weights }, { requiredKeys: [] }),
  }),
)

const gaps = someOf<OwnOf<GapOptions>>(
  fc.record({ timeframes }),
  fc.record({ minGap: steps(0, 20) }),
  fc.record({ adjacent: fc.boolean(), bodyDirection: fc.boolean() }),
)

const blocks = someOf<OwnOf<BlockOptions>>(fc.record({ biasThreshold: steps(1, 12) }))

const structure = someOf<OwnOf<StructureOptions>>(
  fc.record({ timeframes }),
  fc.record({ breakBy: fc.constantFrom<('close' | 'wick')[]>('close', 'wick', 'wick') }),
  fc.record({ swingLength: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ moderateDisplacement: steps(1, 20), strongDisplacement: steps(20, 60) }),
  fc.record({
    breakWeights: fc.dictionary(timeframe, weights) as fc.Arbitrary<Partial<Record<NaiveTimeframe, number>>>,
  }),
)

export const settings: fc.Arbitrary<Settings> = fc
  .record({ openTolerance: sometimes(fc.constantFrom(0, 1, 5, 60)), liquidity, gaps, blocks, structure })
  .map(({ openTolerance, ...others }) => (openTolerance === undefined ? others : { openTolerance, ...others }))

/** NQ's default distances in steps of a quarter point. */
const USUAL = {
  liquidity: {
    minPenetration: 2,
    cleanPenetration: 20,
    approachDistance: 20,
    retreatDistance: 80,
    equalTolerance: 4,
  },
  gaps: { minGap: 8 },
  blocks: { biasThreshold: 2 },
  structure: { strongDisplacement: 80, moderateDisplacement: 40 },
}

const DISTANCES = new Set(Object.values(USUAL).flatMap((distances) => Object.keys(distances)))

/** The options of a market: distances become prices. Of calculators without a word of their own nothing is said. */
export function ownOptions(chosen: Settings, { contract: { symbol, step }, interval }: MarketPlan): OwnOptions {
  const { tick = Infinity } = instrumentOf(symbol)
  // The defaults are in points: nothing that costs a dollar, or moves in half cents, gets that far.
  const usual = step < tick / 4 ? USUAL : undefined
  const isMade = (frame: NaiveTimeframe): boolean => TIMEFRAMES[frame] % lengthOf(interval) === 0
  const valueOf = (name: string, value: unknown): unknown => {
    if (DISTANCES.has(name)) return Number(((value as number) * step).toFixed(9))
    // Nobody asks for candles that the bars cannot make.
    if (name === 'swingTimeframe') return isMade(value as NaiveTimeframe) ? value : '4H'
    return name === 'timeframes' ? (value as NaiveTimeframe[]).filter(isMade) : value
  }
  const own = <Group extends keyof typeof USUAL>(group: Group): Settings[Group] => {
    const all = Object.entries({ ...usual?.[group], ...chosen[group] })
    return Object.fromEntries(all.map(([name, value]) => [name, valueOf(name, value)]))
  }
  const all = {
    referenceLevels: chosen.openTolerance === undefined ? {} : { openTolerance: chosen.openTolerance },
    liquidityEvents: own('liquidity'),
    fairValueGaps: own('gaps'),
    hourlyBlocks: own('blocks'),
    marketStructure: own('structure'),
  }
  return Object.fromEntries(Object.entries(all).filter(([, options]) => Object.keys(options).length > 0))
}
