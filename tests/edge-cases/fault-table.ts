/** A fault that leaves an answer without a chart, and what `collect --once` says of it, with exit code 3. */
export interface FailingFault {
  readonly fault: string
  readonly category: 'network' | 'data'
  readonly code: string
  /** What its message ends with. */
  readonly message: RegExp
}

/** A fault that a chart can have, or that passes for an answer, and how many of five new bars `collect --once` stores. */
export interface PassingFault {
  readonly fault: string
  readonly least: number
  readonly most: number
}

function fails(fault: string, category: 'network' | 'data', code: string, message: RegExp): FailingFault {
  return { fault, category, code, message }
}

function passes(fault: string, least: number, most: number = least): PassingFault {
  return { fault, least, most }
}

export const FAILING: readonly FailingFault[] = [
  fails('429', 'network', 'rate-limited', /asked too often \(429\)$/),
  fails('429:retry-after=30', 'network', 'rate-limited', /asked too often \(429\), to come back in 30 s$/),
  fails('429:retry-after=45,as=date', 'network', 'rate-limited', /asked too often \(429\), to come back in 45 s$/),
  fails('500', 'network', 'http', /answered with status 500$/),
  fails('502', 'network', 'http', /answered with status 502$/),
  fails('503', 'network', 'http', /answered with status 503$/),
  fails('503:retry-after=60', 'network', 'http', /answered with status 503, to come back in 60 s$/),
  fails('504', 'network', 'http', /answered with status 504$/),
  fails('400:reason=invalid', 'data', 'bad-request', /refuses the request \(400\): Invalid input - .+$/),
  fails('404', 'data', 'unknown-symbol', /does not know the symbol NQ=F$/),
  fails('422', 'data', 'bad-request', /refuses the request \(422\): 1m data not available for .+ per request\.$/),
  fails('422:reason=age', 'data', 'out-of-reach', /older than the 1m bars that the source still has$/),
  fails('html', 'data', 'malformed', /not what was asked for: a web page instead of a chart$/),
  fails('truncated', 'data', 'malformed', /not what was asked for: JSON that cannot be read, \d+ characters$/),
  fails('truncated:keep=0', 'data', 'malformed', /not what was asked for: JSON that cannot be read, 0 characters$/),
  fails('null-result', 'data', 'malformed', /not what was asked for: .+$/),
  fails('reset', 'network', 'network', /could not be reached \((ECONNRESET|UND_ERR_SOCKET)\)$/),
  fails('reset:at=body', 'network', 'network', /could not be reached \((ECONNRESET|UND_ERR_SOCKET)\)$/),
  fails('hang', 'network', 'timeout', /no complete answer within (2\.5|6|30) s$/),
  fails('slow:seconds=120', 'network', 'timeout', /no complete answer within (2\.5|6|30) s$/),
  fails('wrong-symbol', 'data', 'wrong-symbol', /is about ES=F, asked was NQ=F; its \d+ rows were dropped$/),
]

export const PASSING: readonly PassingFault[] = [
  passes('null-rows:share=0.5', 0, 4),
  passes('duplicates:share=1', 5),
  passes('out-of-order', 5),
  passes('trading-periods', 5),
  passes('quote-on-minute', 5),
  // All that is needed is there.
  passes('missing-meta', 5),
  passes('slow:seconds=0.05', 5),
  // Yahoo's way to say that there is nothing in the window.
  passes('400', 0),
  passes('400:reason=plain-text', 0),
]

/** Faults of the market that last at 14:35:30 of 2024-06-05, when the bars of 14:20 to 14:24 are new. */
export const SHOWN_WRONG: readonly PassingFault[] = [
  passes('late-bars:rate=1,minutes=3', 2),
  passes('late-bars:rate=0.5', 0, 4),
  // The newest bar, for which no later one speaks, is held back.
  passes('bad-ticks:rate=1,from=2024-06-05T14:24:00Z', 4),
  // The source knows the trades up to 14:22:00; whether those of 14:21 were the last, nobody can tell.
  passes('growing-delay:per-minute=60,from=2024-06-05T14:32:00Z', 1),
]
