import { describe, expect, it } from 'vitest'

import { MarketError } from './errors.ts'
import { type Interval, INTERVAL_MS, intervalMs, parseInterval } from './interval.ts'

const UNIT = { s: 1_000, m: 60_000, h: 3_600_000 } as const

describe('intervals', () => {
  it('last what their names say', () => {
    const names = Object.keys(INTERVAL_MS) as Interval[]
    expect(names).toEqual(['1s', '5s', '10s', '15s', '30s', '1m', '2m', '3m', '5m', '10m', '15m', '30m', '1h'])
    for (const name of names) {
      const unit = UNIT[name.slice(-1) as keyof typeof UNIT]
      expect(intervalMs(name)).toBe(Number.parseInt(name, 10) * unit)
    }
  })

  it('fill an hour exactly', () => {
    for (const ms of Object.values(INTERVAL_MS)) expect(3_600_000 % ms).toBe(0)
  })
})

describe('parseInterval', () => {
  it('reads every name in any case and with blanks around', () => {
    for (const name of Object.keys(INTERVAL_MS)) {
      expect(parseInterval(name)).toBe(name)
      expect(parseInterval(` ${name.toUpperCase()}\n`)).toBe(name)
    }
  })

  it('reads the other spellings of a minute and an hour', () => {
    expect(parseInterval('60s')).toBe('1m')
    expect(parseInterval('60m')).toBe('1h')
  })

  it('refuses anything else and says what is known', () => {
    for (const text of ['', '7m', '1d', '1', 'm', '1 m', '01m', 'toString', '__proto__']) {
      expect(() => parseInterval(text)).toThrow(
        new MarketError(
          `unknown interval "${text}": expected one of 1s, 5s, 10s, 15s, 30s, 1m, 2m, 3m, 5m, 10m, 15m, 30m, 1h`,
          { kind: 'interval', found: text },
        ),
      )
    }
  })
})
