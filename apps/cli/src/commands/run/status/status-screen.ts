import type { ReadStream, WriteStream } from 'node:tty'

const ESCAPE = '\u001B['
const ENTER = `${ESCAPE}?1049h${ESCAPE}?25l`
const LEAVE = `${ESCAPE}?25h${ESCAPE}?1049l`
const HOME = `${ESCAPE}H`
const CLEAR_LINE = `${ESCAPE}K`
const CLEAR_REST = `${ESCAPE}J`

/** What a person does with a key. */
export type Command = 'quit' | 'next' | 'previous' | 'suspend' | 'redraw'

/** Keys as terminals send them. `q`, Ctrl-C and Ctrl-D end. */
const KEYS: Readonly<Record<string, Command>> = {
  q: 'quit',
  Q: 'quit',
  '\u0003': 'quit',
  '\u0004': 'quit',
  '\t': 'next',
  n: 'next',
  [`${ESCAPE}B`]: 'next',
  [`${ESCAPE}C`]: 'next',
  p: 'previous',
  [`${ESCAPE}Z`]: 'previous',
  [`${ESCAPE}A`]: 'previous',
  [`${ESCAPE}D`]: 'previous',
  '\u000C': 'redraw',
  '\u001A': 'suspend',
}

/** The terminal of a live view: the streams of the process, or a test's own. */
export interface ScreenStreams {
  readonly stdin: Pick<ReadStream, 'isTTY' | 'setRawMode' | 'on' | 'off' | 'resume' | 'pause' | 'unref'>
  readonly stdout: Pick<WriteStream, 'write' | 'on' | 'off' | 'columns' | 'rows' | 'writableLength'>
}

/**
 * A terminal taken over for a live view: its alternate screen, without a cursor, keys read one by one. What stood there
 * comes back with `leave`, which may be called at any time and more than once. Only sequences that every terminal since
 * the VT100 and xterm's alternate screen knows are written.
 */
export class LiveScreen implements Disposable {
  readonly #streams: ScreenStreams
  readonly #onCommand: (command: Command) => void
  #isOpen = false

  /** `onCommand` is told of keys, and to redraw after the window has changed its size. */
  constructor(streams: ScreenStreams, onCommand: (command: Command) => void) {
    this.#streams = streams
    this.#onCommand = onCommand
  }

  /** What there is room for; 80×24 where the terminal does not say. */
  get size(): { readonly width: number; readonly height: number } {
    const { columns, rows } = this.#streams.stdout
    return { width: columns > 0 ? columns : 80, height: rows > 0 ? rows : 24 }
  }

  readonly enter = (): void => {
    if (this.#isOpen) return
    this.#isOpen = true
    const { stdin, stdout } = this.#streams
    stdout.write(ENTER)
    stdout.on('resize', this.#onResize)
    if (!stdin.isTTY) return
    stdin.setRawMode(true)
    stdin.on('data', this.#onData)
    stdin.resume()
  }

  readonly leave = (): void => {
    if (!this.#isOpen) return
    this.#isOpen = false
    const { stdin, stdout } = this.#streams
    stdout.off('resize', this.#onResize)
    if (stdin.isTTY) {
      stdin.off('data', this.#onData)
      stdin.setRawMode(false)
      stdin.pause()
      // A terminal that is read no more keeps no process.
      stdin.unref()
    }
    stdout.write(LEAVE)
  }

  /** Draws a frame over the last one, in one write: nothing flickers. A terminal that lags behind misses frames. */
  draw(lines: readonly string[]): void {
    const { stdout } = this.#streams
    if (!this.#isOpen || stdout.writableLength > 0) return
    // Cleared before its text: after one that reaches the right edge, the last character would be taken away again.
    const text = lines.map((line) => CLEAR_LINE + line).join('\r\n')
    stdout.write(HOME + text + (lines.length < this.size.height ? `\r\n${CLEAR_REST}` : ''))
  }

  [Symbol.dispose](): void {
    this.leave()
  }

  readonly #onResize = (): void => this.#onCommand('redraw')

  readonly #onData = (data: Buffer): void => {
    const text = data.toString('latin1')
    const whole = KEYS[text]
    if (whole !== undefined) this.#onCommand(whole)
    // Keys that were typed faster than they were read come together.
    else for (const key of text) if (KEYS[key] === 'quit') this.#onCommand('quit')
  }
}

/** Whether a terminal shows more than ASCII, by its locale. */
export function isUnicodeTerminal(env: Readonly<Record<string, string | undefined>>, platform: string): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((text) => text !== undefined && text !== '')
  return platform === 'win32' || /utf-?8/i.test(locale ?? '')
}
