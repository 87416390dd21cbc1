import type { Fault, FaultPlan, FaultRule, MarketFault, RandomFault, RequestFaultKind } from './fault.ts'
import { checkedRule } from './fault-rule.ts'

/** A time of trouble: `fault` from one instant of market time up to another, epoch ms. */
export interface FaultWindow {
  readonly fault: Fault
  readonly from: number
  readonly to: number
  /** @default all symbols */
  readonly symbol?: string
}

/** What goes wrong by chance, and what at fixed times. */
export interface FaultScheduleOptions {
  /** @default 1 */
  readonly seed?: number
  /**
   * The probability of each kind: for each request, or for faults of bars, for each bar.
   * @default none
   */
  readonly rates?: Readonly<
    Partial<Record<RequestFaultKind | RandomFault['kind'] | Exclude<MarketFault['kind'], 'growing-delay'>, number>>
  >
  /** @default none */
  readonly windows?: readonly FaultWindow[]
}

/**
 * Plans faults by the clock of the market and by chance. The windows come first: in a window there is its fault and
 * nothing else for the requests it is for.
 *
 * The same schedule does the same to the same sequence of requests at the same times. Throws a `SimulatorError` of
 * kind `fault` for what cannot be.
 *
 * @example
 * ```ts
 * const outage = { fault: { kind: '503' }, from: Date.UTC(2024, 5, 5, 14, 40), to: Date.UTC(2024, 5, 5, 14, 50) } as const
 * const plan = createFaultSchedule({ seed: 3, windows: [outage], rates: { '429': 0.02, 'late-bars': 0.005 } })
 * plan.rules.map(({ fault }) => fault.kind) // => ['503', '429', 'late-bars']
 * ```
 */
export function createFaultSchedule(options: FaultScheduleOptions): FaultPlan {
  const { seed = 1, rates = {}, windows = [] } = options
  const byChance = Object.entries(rates).map(([kind, rate]) => ({ fault: { kind } as Fault, rate }))
  const rules: readonly FaultRule[] = [...windows, ...byChance]
  return { seed, rules: rules.map((rule) => checkedRule(rule)) }
}
