import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createTerminal, type Terminal } from './terminal.ts'

/** A terminal of a test's own, and what was drawn on it. */
class Screen extends PassThrough {
  readonly isTTY: boolean
  readonly columns: number
  drawn = ''

  constructor({ isTTY = true, columns = 80 }: { readonly isTTY?: boolean; readonly columns?: number } = {}) {
    super()
    this.isTTY = isTTY
    this.columns = columns
    this.on('data', (data: Buffer) => (this.drawn += data.toString()))
  }

  cursorTo(): void {}
  moveCursor(): void {}
  clearLine(): void {}
}

function terminalOn(screen: Screen, env: Readonly<Record<string, string>> = {}): Terminal {
  return createTerminal({ stdout: new PassThrough(), stderr: screen, env })
}

describe('a spinner', () => {
  beforeEach(() => {
    vi.useFakeTimers()
    // Where builds run nobody watches: ora draws nothing there.
    vi.stubEnv('CI', undefined)
    vi.stubEnv('TERM', 'xterm')
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllEnvs()
  })

  it('shows its first text at once, the latest ten times a second, and none in between', async () => {
    const screen = new Screen()
    await terminalOn(screen).spin('first', async (show) => {
      expect(screen.drawn).toContain('first')
      for (let i = 0; i < 100; i++) {
        show(`text ${i}.`)
        await vi.advanceTimersByTimeAsync(10)
      }
    })
    const texts = [...screen.drawn.matchAll(/text \d+\./g)].map(([text]) => text)
    expect(texts.length).toBeGreaterThan(7)
    expect(texts.length).toBeLessThanOrEqual(10)
    expect(new Set(texts).size).toBe(texts.length)
  })

  it('gives what the work gives, and goes away with it', async () => {
    const screen = new Screen()
    const { spin } = terminalOn(screen)
    await expect(spin('adding', () => Promise.resolve(3))).resolves.toBe(3)
    await expect(spin('failing', () => Promise.reject(new RangeError('no')))).rejects.toThrow('no')
    const before = screen.drawn
    await vi.advanceTimersByTimeAsync(1_000)
    expect(screen.drawn).toBe(before)
    expect(vi.getTimerCount()).toBe(0)
  })

  it.each([
    ['nobody watches', new Screen({ isTTY: false })],
    ['a terminal has no width', new Screen({ columns: 0 })],
  ])('is not there where %s', async (_, screen) => {
    const found = await terminalOn(screen).spin('first', async (show) => {
      show('second')
      await vi.advanceTimersByTimeAsync(1_000)
      return 3
    })
    expect(found).toBe(3)
    expect(screen.drawn).toBe('')
  })

  it('has no colour with NO_COLOR', async () => {
    const screen = new Screen()
    await terminalOn(screen, { NO_COLOR: '1' }).spin('first', () => Promise.resolve())
    expect(screen.drawn).toContain('first')
    // oxlint-disable-next-line no-control-regex -- colours are such sequences
    expect(screen.drawn).not.toMatch(/\u001B\[\d+m/)
  })
})
