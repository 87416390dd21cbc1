import type { Bar } from '@openpredict/market'

/** What goes into a chart answer as Yahoo writes it. */
export interface Chart {
  readonly symbol?: string
  readonly interval?: string
  /** Epoch ms; left out of the answer when `undefined`. */
  readonly lastTrade?: number | undefined
  readonly rows: readonly Partial<Record<keyof Bar, number | null>>[]
  /** Further fields of `meta`, or others in place of those written here. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** Further fields of the result. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** A chart answer with everything that Yahoo puts into one. */
export function chartBody({ symbol = 'NQ=F', interval = '1m', lastTrade, rows, meta, more }: Chart): string {
  const column = (name: keyof Bar): unknown[] => rows.map((row) => row[name] ?? null)
  const period = { timezone: 'EST', start: 1_700_434_800, end: 1_700_517_600, gmtoffset: -18_000 }
  const result = {
    meta: {
      currency: 'USD',
      symbol,
      exchangeName: 'CME',
      instrumentType: 'FUTURE',
      firstTradeDate: 969_249_600,
      regularMarketTime: lastTrade === undefined ? undefined : Math.floor(lastTrade / 1_000),
      gmtoffset: -18_000,
      timezone: 'EST',
      exchangeTimezoneName: 'America/New_York',
      regularMarketPrice: 15_893.25,
      priceHint: 2,
      currentTradingPeriod: { pre: period, regular: period, post: period },
      tradingPeriods: [[period]],
      dataGranularity: interval,
      range: '',
      validRanges: ['1d', '5d'],
      ...meta,
    },
    ...(rows.length > 0 && { timestamp: rows.map(({ time }) => (typeof time === 'number' ? time / 1_000 : null)) }),
    indicators: {
      quote: [
        rows.length === 0
          ? {}
          : {
              open: column('open'),
              high: column('high'),
              low: column('low'),
              close: column('close'),
              volume: column('volume'),
            },
      ],
    },
    ...more,
  }
  return JSON.stringify({ chart: { result: [result], error: null } })
}

/** Yahoo's envelope around an error. */
export function errorBody(code: string, description: string): string {
  return JSON.stringify({ chart: { result: null, error: { code, description } } })
}

/** `count` bars one after the other, each a little different. */
export function someBars(from: number, count: number, step = 60_000): Bar[] {
  return Array.from({ length: count }, (_, i) => {
    const open = 15_900 + (i % 40) * 0.25
    return { time: from + i * step, open, high: open + 2, low: open - 1.75, close: open + 0.5, volume: 100 + i }
  })
}
