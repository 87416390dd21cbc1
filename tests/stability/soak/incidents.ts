/** A fault of requests, and what it does to a collector. */
export interface Incident {
  /** As `openpredict simulate --fault` takes it, without its times. */
  readonly fault: string
  /**
   * `outage`: everything asked for while it lasts fails. `blip`: it happens to so many requests, and trying again helps.
   * `answer`: the answer is odd, and good enough.
   */
  readonly effect: 'outage' | 'blip' | 'answer'
  /** How many requests meet a blip. */
  readonly times?: number
  /** Costs seconds of real time, which are many minutes of a fast clock. */
  readonly slow?: boolean
}

const outage = (fault: string): Incident => ({ fault, effect: 'outage' })
const blip = (fault: string, times = 1): Incident => ({ fault, effect: 'blip', times })
const slow = (fault: string): Incident => ({ ...blip(fault), slow: true })
const answer = (fault: string, times = 1): Incident => ({ fault, effect: 'answer', times })

/** What a source can be away with for 40 minutes. */
export const LONG_OUTAGES: readonly Incident[] = ['503', 'reset', '502', 'html', '504'].map(outage)

/** Every way in which a request can fail for good, each for a few minutes. */
export const SHORT_OUTAGES: readonly Incident[] = [
  '429',
  '429:retry-after=120',
  '429:retry-after=90,as=date',
  '500',
  '502',
  '503',
  '503:retry-after=100',
  '504',
  '400:reason=invalid',
  '404',
  '422',
  '422:reason=age',
  'html',
  'truncated',
  'null-result',
  'reset',
  'reset:at=body',
  'hang',
  'slow:seconds=60',
  'wrong-symbol',
].map(outage)

/** Every way in which a request can fail and be tried again, and every odd answer. */
export const BLIPS: readonly Incident[] = [
  blip('429'),
  blip('500', 2),
  blip('502'),
  blip('503'),
  blip('504', 2),
  blip('html'),
  blip('truncated'),
  blip('truncated:keep=0'),
  blip('null-result', 2),
  blip('reset'),
  blip('reset:at=body', 2),
  slow('hang'),
  slow('slow:seconds=60'),
  blip('wrong-symbol'),
  blip('random:kinds=500+html+reset+null-result'),
  answer('null-rows:share=0.3'),
  answer('duplicates:share=0.5', 3),
  answer('out-of-order', 3),
  answer('trading-periods', 3),
  answer('quote-on-minute', 3),
  answer('missing-meta', 3),
  answer('slow:seconds=0.05', 2),
  answer('400', 1),
  answer('400:reason=plain-text', 1),
]
