import { intervalMs } from '@openpredict/market'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { requestWindows, withinReach, yahooInterval } from './limits.ts'

const DAY = 86_400_000

describe('requestWindows', () => {
  it.each([
    ['1m', 7, 1],
    ['1m', 7.001, 2],
    ['1m', 29, 5],
    ['5m', 60, 1],
    ['1h', 730, 1],
    ['1h', 731, 2],
  ] as const)('asks for %s bars of %d days in %d parts', (interval, days, parts) => {
    const step = intervalMs(interval)
    expect(requestWindows({ from: 0, to: Math.ceil((days * DAY) / step) * step }, interval).length).toBe(parts)
  })

  it('covers the window without overlap, on the grid, none longer than Yahoo answers', () => {
    const interval = fc.constantFrom('1m', '2m', '5m', '1h')
    fc.assert(
      fc.property(interval, fc.integer({ min: 1, max: 60 * 1_440 }), fc.nat(1_000), (name, count, start) => {
        const step = intervalMs(name)
        const window = { from: start * step, to: (start + count) * step }
        const parts = requestWindows(window, name)
        expect(parts[0]?.from).toBe(window.from)
        expect(parts.at(-1)?.to).toBe(window.to)
        expect(parts.slice(1).map(({ from }) => from)).toEqual(parts.slice(0, -1).map(({ to }) => to))
        for (const part of parts) {
          expect(part.from % step).toBe(0)
          expect(part.from).toBeLessThan(part.to)
          expect(part.to - part.from).toBeLessThanOrEqual((name === '1m' ? 7 : name === '1h' ? 730 : 60) * DAY)
        }
      }),
    )
  })
})

describe('withinReach', () => {
  const now = 1_700_000_000_000

  it('leaves a window alone that Yahoo still has', () => {
    const window = { from: now - 29 * DAY, to: now }
    expect(withinReach(window, '1m', now, 'x')).toEqual(window)
  })

  it('cuts off what is older, on the grid, with five minutes to spare', () => {
    const { from } = withinReach({ from: 0, to: now }, '5m', now, 'x')
    expect(from % 300_000).toBe(0)
    expect(from - (now - 60 * DAY)).toBeGreaterThanOrEqual(300_000)
    expect(from - (now - 60 * DAY)).toBeLessThan(600_000)
  })

  it('throws when all of it is older, and says since when there are bars', () => {
    const earliest = withinReach({ from: 0, to: now }, '1m', now, 'Yahoo').from
    expect(withinReach({ from: 0, to: earliest + 60_000 }, '1m', now, 'Yahoo').from).toBe(earliest)
    expect(() => withinReach({ from: 0, to: earliest }, '1m', now, 'Yahoo')).toThrow(
      /^Yahoo: the window ends before 2023-10-15T22:19:00.000Z, the oldest 1m bar/,
    )
  })
})

describe('yahooInterval', () => {
  it('says which intervals there are', () => {
    expect(yahooInterval('1h', 'x')).toBe('1h')
    expect(() => yahooInterval('3m', 'Yahoo')).toThrow(
      'Yahoo: no 3m bars here: expected one of 1m, 2m, 5m, 15m, 30m, 1h',
    )
  })
})
