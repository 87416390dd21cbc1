import type { ChalkInstance } from 'chalk'

/** How a piece of text looks, by what it means. */
export type Look = 'plain' | 'strong' | 'faint' | 'good' | 'warning' | 'bad'

/** A piece of a line. */
export interface Piece {
  readonly text: string
  readonly look?: Look
}

/** A line in pieces; a text is a plain piece. */
export type Line = readonly (Piece | string)[]

/** What a screen can show. */
export interface Screen {
  /** Columns. */
  readonly width: number
  /** Lines; infinite where nothing has to fit. */
  readonly height: number
  readonly colour: ChalkInstance
  /** Whether more than ASCII can be shown. */
  readonly isUnicode: boolean
}

/** What stands for a character where there is only ASCII, one for one. */
const ASCII: Readonly<Record<string, string>> = {
  '…': '~',
  '·': '-',
  '–': '-',
  '−': '-',
  '─': '-',
  '▶': '>',
  '●': '*',
  '○': 'o',
  '✔': '+',
  '◐': '!',
  '✖': 'x',
  '▲': '^',
  '▼': 'v',
  '▁': '_',
  '▂': '.',
  '▃': '-',
  '▄': '-',
  '▅': '=',
  '▆': '+',
  '▇': '*',
  '█': '#',
}

/** What a terminal would obey instead of showing it: text from a store may hold anything. */
// oxlint-disable-next-line no-control-regex -- these are what is taken out
const CONTROL = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g

/** A line as it is written: what does not fit is cut off with `…`, and nothing in it moves the cursor. */
export function drawLine(line: Line, { width, colour, isUnicode }: Screen): string {
  const pieces = line.map((piece) => (typeof piece === 'string' ? { text: piece } : piece))
  const whole = pieces.map(({ text, look = 'plain' }) => ({ characters: shown(text, isUnicode), look }))
  const length = whole.reduce((sum, { characters }) => sum + characters.length, 0)
  let room = length > width ? Math.max(0, width - 1) : width
  const drawn = whole.map(({ characters, look }) => {
    const text = characters.slice(0, room).join('')
    room -= Math.min(room, characters.length)
    return text === '' ? '' : painter(colour, look)(text)
  })
  return length > width && width > 0 ? `${drawn.join('')}${isUnicode ? '…' : '~'}` : drawn.join('')
}

function shown(text: string, isUnicode: boolean): readonly string[] {
  const characters = Array.from(text.replace(CONTROL, ' '))
  if (isUnicode) return characters
  return characters.map((character) => ASCII[character] ?? (character <= '~' ? character : '?'))
}

function painter(colour: ChalkInstance, look: Look): (text: string) => string {
  const painters = {
    plain: String,
    strong: colour.bold,
    faint: colour.dim,
    good: colour.green,
    warning: colour.yellow,
    bad: colour.red,
  } as const satisfies Record<Look, (text: string) => string>
  return painters[look]
}

/** How many columns a line takes. */
export function lengthOf(line: Line): number {
  return line.reduce((sum, piece) => sum + Array.from(typeof piece === 'string' ? piece : piece.text).length, 0)
}

/** Two lines as one: the second at the right edge where both fit, else left out. */
export function spread(left: Line, right: Line, width: number): Line {
  const gap = width - lengthOf(left) - lengthOf(right)
  return gap < 2 ? left : [...left, ' '.repeat(gap), ...right]
}

/** Words side by side on as many lines as they need. */
export function wrap(words: readonly string[], width: number, separator = '  '): readonly string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + separator.length + word.length <= width)
      lines.push(lines.pop() + separator + word)
    else lines.push(word)
  }
  return lines
}

const BARS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']

/**
 * Values as bars, from 0 to the greatest, the newest at the right; only as many of the newest as fit.
 *
 * @example
 * ```ts
 * sparkline([100, 400, 800], 40) // => '▁▄█'
 * ```
 */
export function sparkline(values: readonly number[], width: number): string {
  const seen = width < 1 ? [] : values.slice(-width)
  const most = Math.max(...seen)
  return seen
    .map(
      (value) =>
        BARS[most <= 0 ? 0 : Math.min(BARS.length - 1, Math.max(0, Math.ceil((value / most) * BARS.length) - 1))],
    )
    .join('')
}
