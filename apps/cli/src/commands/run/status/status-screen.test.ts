import { EventEmitter } from 'node:events'

import { describe, expect, it } from 'vitest'

import { type Command, isUnicodeTerminal, LiveScreen } from './status-screen.ts'

/** A terminal of a test's own: what was written to it, whether keys come one by one. */
class FakeTerminal {
  readonly writes: string[] = []
  readonly input = new EventEmitter()
  readonly output = new EventEmitter()
  isRaw = false
  columns = 80
  rows = 24
  writableLength = 0

  get streams(): ConstructorParameters<typeof LiveScreen>[0] {
    const { input, output, writes } = this
    const stdin = {
      isTTY: true,
      setRawMode: (raw: boolean) => void (this.isRaw = raw),
      on: input.on.bind(input),
      off: input.off.bind(input),
      resume: () => undefined,
      pause: () => undefined,
      unref: () => undefined,
    }
    const stdout = {
      write: (text: string) => writes.push(text) > 0,
      on: output.on.bind(output),
      off: output.off.bind(output),
    }
    Object.defineProperties(stdout, {
      columns: { get: () => this.columns },
      rows: { get: () => this.rows },
      writableLength: { get: () => this.writableLength },
    })
    return { stdin, stdout } as unknown as ConstructorParameters<typeof LiveScreen>[0]
  }
}

function opened(): { readonly terminal: FakeTerminal; readonly live: LiveScreen; readonly commands: Command[] } {
  const terminal = new FakeTerminal()
  const commands: Command[] = []
  const live = new LiveScreen(terminal.streams, (command) => commands.push(command))
  live.enter()
  return { terminal, live, commands }
}

describe('a live screen', () => {
  it('takes the terminal over and gives it back once, with the cursor and its own line editing', () => {
    const { terminal, live } = opened()
    expect(terminal.isRaw).toBe(true)
    live.enter()
    live.leave()
    live.leave()
    expect(terminal.writes).toEqual(['\u001B[?1049h\u001B[?25l', '\u001B[?25h\u001B[?1049l'])
    expect(terminal.isRaw).toBe(false)
    expect(terminal.input.listenerCount('data') + terminal.output.listenerCount('resize')).toBe(0)
  })

  it('draws a frame in one write, each line cleared, and what is below it', () => {
    const { terminal, live } = opened()
    live.draw(['one', 'two'])
    expect(terminal.writes.slice(1)).toEqual(['\u001B[H\u001B[Kone\r\n\u001B[Ktwo\r\n\u001B[J'])
  })

  it('does not scroll when a frame fills the terminal', () => {
    const { terminal, live } = opened()
    terminal.rows = 2
    live.draw(['one', 'two'])
    expect(terminal.writes.at(-1)).toBe('\u001B[H\u001B[Kone\r\n\u001B[Ktwo')
  })

  it('draws nothing for a terminal that has not taken the last frame, nor once it is given back', () => {
    const { terminal, live } = opened()
    terminal.writableLength = 1
    live.draw(['late'])
    terminal.writableLength = 0
    live.leave()
    live.draw(['after'])
    expect(terminal.writes.join('')).not.toMatch(/late|after/)
  })

  it.each([
    ['q', ['quit']],
    ['\u0003', ['quit']],
    ['\t', ['next']],
    ['\u001B[B', ['next']],
    ['\u001B[A', ['previous']],
    ['\u001A', ['suspend']],
    ['\u000C', ['redraw']],
    ['xq', ['quit']],
    ['x', []],
    ['\u001B[15~', []],
  ])('understands %j', (keys, expected) => {
    const { terminal, commands } = opened()
    terminal.input.emit('data', Buffer.from(keys))
    expect(commands).toEqual(expected)
  })

  it('asks for a redraw when the window changes its size, and knows it then', () => {
    const { terminal, live, commands } = opened()
    terminal.columns = 100
    terminal.output.emit('resize')
    expect(commands).toEqual(['redraw'])
    expect(live.size).toEqual({ width: 100, height: 24 })
    terminal.columns = 0
    expect(live.size.width).toBe(80)
  })
})

describe('isUnicodeTerminal', () => {
  it.each([
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LC_CTYPE: 'UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'en_US.UTF-8', LC_ALL: 'C' }, false],
    [{ LANG: 'en_US.UTF-8', LC_ALL: '' }, true],
    [{}, false],
  ])('goes by the locale: %j', (env, expected) => {
    expect(isUnicodeTerminal(env, 'linux')).toBe(expected)
  })

  it('believes Windows', () => {
    expect(isUnicodeTerminal({}, 'win32')).toBe(true)
  })
})
