import type { BarSeries } from '@openpredict/market'

import { SimulatorError } from '../errors.ts'
import { bitsAt, streamOf, uniform } from '../internal/hash.ts'
import type { SimulatedMarket } from '../market.ts'
import { keepLast } from '../yahoo/request-log.ts'
import { type Alteration, BarFaults } from './bar-faults.ts'
import type { FaultPlan, FaultRule, RandomFault, RequestFault } from './fault.ts'
import { isMarketFault, plainFault, RANDOM_KINDS } from './fault-kinds.ts'
import type { FaultLog } from './fault-log.ts'
import { checkedRule } from './fault-rule.ts'
import { extraDelay } from './growing-delay.ts'

const MINUTE = 60_000
const KEPT_ENTRIES = 10_000

/** The faults of a running server. Methods throw a `SimulatorError` of kind `fault` for what cannot be. */
export interface Faults {
  /** What was done and to whom: the last 10,000 entries, the oldest first. */
  readonly log: readonly FaultLog[]
  /** Lets the next requests have a fault, before anything that is planned; one request for any symbol by default. */
  next(fault: RequestFault, options?: { readonly times?: number; readonly symbol?: string }): void
  /**
   * Adds a rule after those there are. One of bars begins, unless it says when, with those that nobody has seen closed.
   */
  add(rule: FaultRule): void
  /** Ends everything, planned or added: the source is well and shows bars as they are. The log stays. */
  clear(): void
  /** What is wrong by now with bars that open in `[from, to)`: altered, and as they stay in the end. */
  alterations(symbol: string, from: number, to: number): readonly Alteration[]
  /** The bars that open in `[from, to)` as they stay in the end, once everything has been shown right. */
  truth(symbol: string, from: number, to: number): BarSeries
}

/** A fault that one request is to have. */
export interface DecidedFault {
  readonly fault: RequestFault
  /** Chance for what is left to it. */
  readonly bits: number
}

/** What is decided about one request, before it is answered. */
export interface Decision {
  /** Which request for the symbol it is, from 1. */
  readonly request: number
  readonly fault: DecidedFault | undefined
  /** Counts the fault as having happened. */
  readonly take: () => void
}

/** What a server tells about the answer it gives. */
export interface Shown {
  readonly time: number
  readonly symbol: string
  readonly request: number
  /** The latest instant of which the source knows the trades. */
  readonly visible: number
  /** The window asked for. */
  readonly from: number
  readonly to: number
}

interface Standing {
  readonly rule: FaultRule
  readonly stream: number
  left: number
}

/** Decides what goes wrong, in order of request and of market time, and keeps account. */
export class FaultDesk implements Faults {
  readonly log: FaultLog[] = []
  readonly #seed: number
  readonly #listed: ReadonlyMap<string, SimulatedMarket>
  readonly #startedAt: number
  /** Where bars begin that nobody has seen closed. */
  readonly #unseen: () => number
  readonly #onFault: ((entry: FaultLog) => void) | undefined
  readonly #counts = new Map<string, number>()
  readonly #logged = new Set<string>()
  #added = 0
  #scripted: Standing[] = []
  #standing: Standing[] = []
  #market: readonly FaultRule[] = []
  #bars: BarFaults

  constructor(options: {
    readonly plan: FaultPlan
    readonly listed: ReadonlyMap<string, SimulatedMarket>
    readonly startedAt: number
    readonly unseen: () => number
    readonly onFault: ((entry: FaultLog) => void) | undefined
  }) {
    const { seed = 1, rules } = options.plan
    if (!Number.isSafeInteger(seed)) {
      throw new SimulatorError(`seed ${seed}: expected a whole number`, { kind: 'seed', found: seed })
    }
    this.#seed = seed
    this.#listed = options.listed
    this.#startedAt = options.startedAt
    this.#unseen = options.unseen
    this.#onFault = options.onFault
    this.#bars = new BarFaults([], seed)
    for (const rule of rules) this.#put(checkedRule(rule))
  }

  next(fault: RequestFault, options: { readonly times?: number; readonly symbol?: string } = {}): void {
    const rule = checkedRule({ times: 1, ...options, fault })
    this.#scripted.push(this.#standingOf(rule))
  }

  add(rule: FaultRule): void {
    const checked = checkedRule(rule)
    const { kind } = checked.fault
    if (checked.from !== undefined || !isMarketFault(checked.fault) || kind === 'growing-delay') this.#put(checked)
    else this.#put({ ...checked, from: this.#unseen() })
  }

  clear(): void {
    this.#scripted = []
    this.#standing = []
    this.#market = []
    this.#bars = new BarFaults([], this.#seed)
  }

  alterations(symbol: string, from: number, to: number): readonly Alteration[] {
    const market = this.#listed.get(symbol.toUpperCase())
    return market === undefined ? [] : this.#bars.alterations(market, from, to)
  }

  truth(symbol: string, from: number, to: number): BarSeries {
    const market = this.#listed.get(symbol.toUpperCase())
    if (market === undefined) throw unlisted(symbol, [...this.#listed.keys()])
    return this.#bars.truth(market, from, to)
  }

  /** Decides about the next request for a chart of a symbol. */
  decide(symbol: string, now: number): Decision {
    const request = (this.#counts.get(symbol) ?? 0) + 1
    this.#counts.set(symbol, request)
    const chosen =
      this.#scripted.find((standing) => isFor(standing, symbol)) ??
      this.#standing.find((standing) => this.#fits(standing, symbol, now, request))
    if (chosen === undefined) return { request, fault: undefined, take: () => undefined }
    const bits = bitsAt(streamOf(this.#seed, `${symbol}/requests`), request)
    const fault = resolved(chosen.rule.fault as RequestFault | RandomFault, bits)
    return {
      request,
      fault: { fault, bits },
      take: () => {
        chosen.left--
        this.#scripted = this.#scripted.filter(({ left }) => left > 0)
        this.#standing = this.#standing.filter(({ left }) => left > 0)
        this.#note({ time: now, symbol, request, kind: fault.kind, fault })
      },
    }
  }

  /** How much later than usual the source is, in milliseconds. */
  extraDelay(symbol: string, now: number): number {
    return extraDelay(this.#market, symbol, now, this.#startedAt)
  }

  /** The market as the source shows it. */
  shown(market: SimulatedMarket, visible: number): SimulatedMarket {
    return this.#bars.shown(market, visible)
  }

  /** Takes note of what a chart that is answered shows wrong, each thing once. */
  noteShown({ time, symbol, request, visible, from, to }: Shown): void {
    const extraMs = this.extraDelay(symbol, time)
    const late = `delay/${symbol}`
    if (extraMs === 0) this.#logged.delete(late)
    else if (this.#isNew(late)) this.#note({ time, symbol, request, kind: 'growing-delay', extraMs })
    const market = this.#listed.get(symbol)
    if (market === undefined) return
    const closed = Math.min(to, Math.floor(visible / MINUTE) * MINUTE)
    for (const bar of this.#bars.showing(market, from, closed, visible)) {
      if (this.#isNew(`${bar.kind}/${symbol}/${bar.time}`)) {
        this.#note({ time, symbol, request, kind: bar.kind, bar })
      }
    }
  }

  #put(rule: FaultRule): void {
    if (!isMarketFault(rule.fault)) {
      this.#standing.push(this.#standingOf(rule))
      return
    }
    this.#market = [...this.#market, rule]
    this.#bars = new BarFaults(this.#market, this.#seed)
  }

  #standingOf(rule: FaultRule): Standing {
    const stream = streamOf(this.#seed, `rule/${this.#added++}`)
    return { rule, stream, left: rule.times ?? Infinity }
  }

  #fits(standing: Standing, symbol: string, now: number, request: number): boolean {
    const { from = -Infinity, to = Infinity, rate = 1 } = standing.rule
    if (now < from || now >= to || !isFor(standing, symbol)) return false
    return uniform(bitsAt(streamOf(standing.stream, symbol), request)) < rate
  }

  #isNew(key: string): boolean {
    if (this.#logged.has(key)) return false
    this.#logged.add(key)
    return true
  }

  #note(entry: FaultLog): void {
    keepLast(this.log, entry, KEPT_ENTRIES)
    this.#onFault?.(entry)
  }
}

function isFor({ rule }: Standing, symbol: string): boolean {
  return rule.symbol === undefined || rule.symbol.toUpperCase() === symbol
}

/** The fault itself, or one of those that chance may choose from. */
function resolved(fault: RequestFault | RandomFault, bits: number): RequestFault {
  if (fault.kind !== 'random') return fault
  const { kinds = RANDOM_KINDS } = fault
  // Other bits than those that choose rows.
  const choice = Math.floor(uniform(bitsAt(bits, 1)) * kinds.length)
  return plainFault(kinds[choice] ?? 'hang')
}

function unlisted(symbol: string, listed: readonly string[]): SimulatorError {
  const expected = `one of ${listed.join(', ')}`
  const message = `no market ${symbol} is listed: expected ${expected}`
  return new SimulatorError(message, { kind: 'fault', fault: symbol, found: symbol, expected })
}
