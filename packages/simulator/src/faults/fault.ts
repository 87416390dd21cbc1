/** A status with which the source refuses to answer for the moment; it may say when to come back. */
export interface Unavailable {
  readonly kind: '429' | '503'
  /** What `Retry-After` says, in seconds. @default no such header */
  readonly retryAfterSeconds?: number
  /** Whether `Retry-After` says it in seconds or as an HTTP date. @default 'seconds' */
  readonly retryAfterAs?: 'seconds' | 'date'
}

/** Everything that can happen to one request. `server.faults.next` takes these; each says what its parameters are. */
export type RequestFault =
  | Unavailable
  | { readonly kind: '500' | '502' | '504' }
  /** Yahoo's own refusals: of a window without data, of an input it does not understand, of old in plain text. */
  | { readonly kind: '400'; readonly reason?: 'no-data' | 'invalid' | 'plain-text' }
  /** Yahoo's own answer to a symbol that it does not list. */
  | { readonly kind: '404' }
  /** Yahoo's own refusal of a window that is too long (`span`) or too old (`age`). */
  | { readonly kind: '422'; readonly reason?: 'span' | 'age' }
  /** A web page with status 200. */
  | { readonly kind: 'html' }
  /** JSON that ends early; `keep` is the share that is left. Default: keep 0.5. */
  | { readonly kind: 'truncated'; readonly keep?: number }
  /** JSON with neither a result nor an error. */
  | { readonly kind: 'null-result' }
  /** A chart that does not name its exchange, as every chart must. */
  | { readonly kind: 'missing-meta' }
  /** The connection breaks off: in the middle of the headers, or of the body. Default: at 'headers'. */
  | { readonly kind: 'reset'; readonly at?: 'headers' | 'body' }
  /** Nothing is ever answered, and the connection stays. */
  | { readonly kind: 'hang' }
  /** The body comes in twenty pieces over so many real seconds. Default: seconds 30. */
  | { readonly kind: 'slow'; readonly seconds?: number }
  /** Rows of nothing but nulls, in place of true ones. Default: share 0.1, at least one. */
  | { readonly kind: 'null-rows'; readonly share?: number }
  /** Rows that come twice: first with other values, then as they are. Default: share 0.1, at least one. */
  | { readonly kind: 'duplicates'; readonly share?: number }
  /** Rows in any order. */
  | { readonly kind: 'out-of-order' }
  /** The trading periods in a shape that was not asked for. Default: the one that was not asked for. */
  | { readonly kind: 'trading-periods'; readonly shape?: 'lists' | 'object' }
  /** The last quote, flat and without volume, stamped with a full minute; asked for or not. */
  | { readonly kind: 'quote-on-minute' }
  /** The chart of another symbol. Default: as 'ES=F', and 'NQ=F' where that was asked for. */
  | { readonly kind: 'wrong-symbol'; readonly as?: string }

export type RequestFaultKind = RequestFault['kind']

/** Another of `kinds` for each request. @default kinds all but Yahoo's own refusals 400, 404 and 422 */
export interface RandomFault {
  readonly kind: 'random'
  readonly kinds?: readonly RequestFaultKind[]
}

/** What can be wrong for a while with a share of the bars, whoever asks. `minutes` count from when a bar has closed. */
export type BarFault =
  /** Bars that are missing, and appear late. Default: minutes 5. */
  | { readonly kind: 'late-bars'; readonly minutes?: number }
  /** Bars that are first shown with other prices and less volume, and then change. Default: minutes 5. */
  | { readonly kind: 'revised-bars'; readonly minutes?: number }
  /** Bars of which the high or the low lies `percent` away from the market. Default: minutes 5, percent 10. */
  | { readonly kind: 'bad-ticks'; readonly minutes?: number; readonly percent?: number }

/**
 * What the source knows falls behind: by `secondsPerMinute` more each minute, until it is `mostMinutes` later than
 * usual. @default secondsPerMinute 15, mostMinutes 10
 */
export interface GrowingDelay {
  readonly kind: 'growing-delay'
  readonly secondsPerMinute?: number
  readonly mostMinutes?: number
}

/** Everything that can be wrong with the market as the source shows it: a function of market time and a seed. */
export type MarketFault = BarFault | GrowingDelay

/** Everything that can go wrong. */
export type Fault = RequestFault | RandomFault | MarketFault

export type FaultKind = Fault['kind']

/** A fault, and when and to whom it happens: whenever nothing is said. */
export interface FaultRule {
  readonly fault: Fault
  /** Only for this symbol, in any case. @default all symbols */
  readonly symbol?: string
  /**
   * Only from this instant of market time on (epoch ms): of requests, or for bars, of the minute in which they open.
   * A delay begins to grow then. @default from the beginning
   */
  readonly from?: number
  /** Only before this instant. @default without end */
  readonly to?: number
  /** The probability for each request, or for each bar, above 0 and at most 1. @default 1; for bars 0.01 */
  readonly rate?: number
  /** Ends after so many requests. Not for faults of the market. @default without end */
  readonly times?: number
}

/** What is to go wrong. The same plan does the same to the same requests at the same times. */
export interface FaultPlan {
  /** For everything that is left to chance, a whole number. @default 1 */
  readonly seed?: number
  /** The first rule that fits a request has it; those of the market all hold. */
  readonly rules: readonly FaultRule[]
}
