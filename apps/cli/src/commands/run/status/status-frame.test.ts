import { join } from 'node:path'

import { instrumentOf, parseInstant } from '@openpredict/market'
import { CYCLE_STEPS, type StatusView } from '@openpredict/monitor'
import type { DeliveryState } from '@openpredict/store/delivery'
import { Chalk } from 'chalk'
import { describe, expect, it } from 'vitest'

import { statusFrame } from './status-frame.ts'
import type { Line, Screen } from './status-text.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const AT = parseInstant('2024-06-05T14:36:05Z')
const SCREENS = join(import.meta.dirname, '..', '..', '..', '..', '..', '..', 'tests', 'e2e', '__screens__')
const foot: Line = [{ text: 'q quit · every 1 s · /data/nq.sqlite', look: 'faint' }]
const cycle: NonNullable<StatusView['lastCycle']>['row'] = {
  id: '',
  instrument: 'NQ=F',
  cycle: 412,
  started_at: AT - 28_000,
  finished_at: AT - 27_588,
  duration_ms: 412,
  waiting_ms: 380,
  status: 'success',
  failed_step: null,
  error_category: null,
  bars_fetched: 31,
  bars_new: 1,
  rows_written: 37,
  step_ms: {},
  host: 'here',
  version: '0.1.0',
  measures: null,
}

function level(name: string, price: number, isRunning = false): StatusView['levels']['above'][number] {
  return { name, price, since: AT - 16 * HOUR, isRunning }
}

/** A good morning of NQ. */
const VIEW: StatusView = {
  instrument: instrumentOf('NQ=F'),
  at: AT,
  market: { open: true, changesAt: parseInstant('2024-06-05T21:00:00Z') },
  lastCycle: {
    row: cycle,
    steps: CYCLE_STEPS.map((name, i) => ({ name, durationMs: i === 0 ? 384.6 : i + 0.25 })),
    error: undefined,
  },
  success: [
    { lengthMs: HOUR, cycles: 60, partial: 0, failed: 0, share: 1 },
    { lengthMs: 24 * HOUR, cycles: 1_380, partial: 1, failed: 3, share: 1_376 / 1_380 },
  ],
  freshness: { newestBar: parseInstant('2024-06-05T14:25:00Z'), price: 18_402.75, lagMs: 0, delayMs: 10 * MINUTE },
  cycleTimes: Array.from({ length: 60 }, (_, i) => (i === 50 ? 1_650 : 380 + (i % 7) * 60)),
  levels: {
    above: [
      level('1H_OPEN', 18_403.75),
      level('SESSION_OPEN', 18_449.75),
      level('ASIAN_HIGH', 18_456.75),
      level('NY_OPEN', 18_470.25),
      level('DAILY R1', 18_512.13),
      level('PREV_DAY_HIGH', 18_540),
    ],
    below: [
      level('DAILY_OPEN', 18_402.75),
      level('MIDNIGHT_OPEN', 18_375.5),
      level('NY_AM_LOW', 18_369, true),
      level('ASIAN_LOW', 18_334.5),
      level('PREV_DAY_LOW', 18_300.25),
    ],
  },
  events: [
    { at: AT - 36 * MINUTE, kind: 'structure', direction: 'BEARISH', what: '15m CHOCH', prices: [18_418.75] },
    { at: AT - 81 * MINUTE, kind: 'gap', direction: 'BEARISH', what: '15m gap', prices: [18_449.5, 18_451.5] },
    { at: AT - 111 * MINUTE, kind: 'gap', direction: 'BULLISH', what: '15m gap filled', prices: [18_449.25, 18_451.5] },
    {
      at: AT - 342 * MINUTE,
      kind: 'liquidity',
      direction: 'BEARISH',
      what: 'clean sweep ASIAN_HIGH',
      prices: [18_456.75],
    },
  ],
  missing: { count: 11, isLeast: false },
  suspects: { count: 0, isLeast: false },
  memoryBytes: 121_400_000,
}

const failing: StatusView = {
  ...VIEW,
  lastCycle: {
    row: { ...cycle, status: 'failed', failed_step: 'fetch', error_category: 'network', finished_at: AT - 6 * MINUTE },
    steps: [{ name: 'fetch', durationMs: 6_000 }],
    error: 'Yahoo: no answer within 2.5 s, asked three times\u001B[2J\nand once more',
  },
  success: [{ lengthMs: HOUR, cycles: 60, partial: 0, failed: 7, share: 53 / 60 }],
  freshness: { ...VIEW.freshness, lagMs: 6 * MINUTE },
}

const delivery: DeliveryState = {
  target: 'postgres://db:5432/market',
  filled: true,
  waiting: 1_240,
  oldestMarkedAt: AT - 5 * MINUTE,
  refused: 2,
  lastRefusal: 'no',
  confirmedAt: AT - 6 * MINUTE,
  rowsPerSecond: 871.4,
  failedAt: AT - 20_000,
  failure: 'connection refused',
}

function frame(
  width: number,
  height: number,
  options: Partial<Screen> & {
    readonly views?: readonly StatusView[]
    readonly selected?: number
    readonly delivery?: DeliveryState
  } = {},
): readonly string[] {
  const { views = [VIEW], selected = 0, delivery: state, ...screen } = options
  const plain = { width, height, colour: new Chalk({ level: 0 }), isUnicode: true, ...screen }
  return statusFrame({ views, selected, delivery: state, foot }, plain)
}

async function expectScreen(lines: readonly string[], name: string): Promise<void> {
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(join(SCREENS, name))
}

describe('a frame', () => {
  it('fills 80×24', async () => {
    const lines = frame(80, 24, { delivery })
    expect(lines).toHaveLength(24)
    await expectScreen(lines, 'status-80x24.txt')
  })

  it('says what is wrong, and lets no text from the store move the cursor', async () => {
    const lines = frame(80, 24, { views: [failing] })
    expect(lines.join('')).not.toContain('\u001B')
    await expectScreen(lines, 'status-failing-80x24.txt')
  })

  it('shows more where there is more room', async () => {
    await expectScreen(frame(140, 40), 'status-140x40.txt')
  })

  it('has only ASCII where there is no more', async () => {
    const lines = frame(80, 24, { isUnicode: false, delivery })
    expect(lines.join('')).toMatch(/^[ -~]*$/)
    await expectScreen(lines, 'status-ascii-80x24.txt')
  })

  it('has a line for each of several instruments, and all of the one that is selected', async () => {
    const views = [
      VIEW,
      { ...failing, instrument: instrumentOf('ES=F'), freshness: { ...failing.freshness, price: 5_301.5 } },
    ]
    await expectScreen(frame(80, 24, { views, selected: 1 }), 'status-two-80x24.txt')
  })

  it.each([
    [80, 24],
    [79, 23],
    [66, 20],
    [65, 20],
    [40, 12],
    [20, 5],
    [8, 2],
    [1, 1],
    [200, 70],
  ])('is no wider than %i columns and no higher than %i lines, whatever it shows', (width, height) => {
    for (const views of [[VIEW], [failing], [VIEW, failing, VIEW]]) {
      const lines = frame(width, height, { views, delivery })
      expect(lines.length).toBeLessThanOrEqual(height)
      expect(Math.max(...lines.map((line) => Array.from(line).length))).toBeLessThanOrEqual(width)
    }
  })

  it('gives the lines that matter most to a low terminal, and keeps the last one', () => {
    expect(frame(60, 4).map((line) => line.slice(0, 20).trimEnd())).toEqual([
      'NQ=F E-mini Nasdaq-1',
      'market    ● open, cl',
      'cycle     ✔ #412 suc',
      'q quit · every 1 s ·',
    ])
  })

  it('has all of it where nothing has to fit', () => {
    const text = frame(80, Number.POSITIVE_INFINITY, { delivery }).join('\n')
    expect(text).toContain('DAILY R1')
    expect(text).toContain('clean sweep ASIAN_HIGH')
  })

  it('is as wide in colour, in which good and bad differ', () => {
    const chalk = new Chalk({ level: 1 })
    const drawn = frame(80, 24, { views: [failing], colour: chalk })
    // oxlint-disable-next-line no-control-regex -- these are the colours
    expect(drawn.map((line) => line.replaceAll(/\u001B\[\d+m/g, ''))).toEqual(frame(80, 24, { views: [failing] }))
    expect(drawn.join('')).toContain(chalk.red('✖'))
    expect(frame(80, 24, { colour: chalk }).join('')).toContain(chalk.green('✔'))
  })

  it('shows an instrument of which nothing is known yet', async () => {
    const empty: StatusView = {
      ...VIEW,
      market: { open: false, changesAt: parseInstant('2024-06-09T22:00:00Z') },
      lastCycle: undefined,
      success: [{ lengthMs: HOUR, cycles: 0, partial: 0, failed: 0, share: undefined }],
      freshness: { newestBar: undefined, price: undefined, lagMs: undefined, delayMs: 0 },
      cycleTimes: [],
      levels: { above: [], below: [] },
      events: [],
      memoryBytes: undefined,
    }
    await expectScreen(frame(80, 24, { views: [empty] }), 'status-empty-80x24.txt')
  })
})
