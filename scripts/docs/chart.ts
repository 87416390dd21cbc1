import type { Bar } from '@openpredict/market'

const WIDTH = 900
const TOP = 58
const BOTTOM = 34
const LEFT = 24
const LABEL_HEIGHT = 14
const HOUR = 3_600_000

const STYLE = `
svg{--paper:#fff;--ink:#1c2733;--faint:#66727f;--rule:#e3e8ed;--up:#128a6c;--down:#c9473d;--mark:#2a5fd1;--warm:#a3680c;--wash:.1}
@media (prefers-color-scheme:dark){svg{--paper:#14191f;--ink:#e4e9ee;--faint:#93a0ad;--rule:#2a323b;--up:#3fc29f;--down:#f07b70;--mark:#7ea6ff;--warm:#e2b25a;--wash:.16}}
text{font:11.5px ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Open Sans",Helvetica,Arial,sans-serif;fill:var(--ink)}
.paper{fill:var(--paper);stroke:var(--rule)}.title{font-size:15px;font-weight:600}.faint{fill:var(--faint)}
.rule{stroke:var(--rule)}line,path{stroke-width:1.2;fill:none}.dashed{stroke-dasharray:4 3}.thick{stroke-width:2}
.ink{stroke:var(--ink)}.up{stroke:var(--up)}.down{stroke:var(--down)}.mark{stroke:var(--mark)}.warm{stroke:var(--warm)}.soft{stroke:var(--faint)}
.body{stroke-width:1}.body.up{fill:var(--paper)}.body.down{fill:var(--down)}
.wash{stroke:none;fill-opacity:var(--wash)}.wash.up{fill:var(--up)}.wash.down{fill:var(--down)}.wash.mark{fill:var(--mark)}.wash.warm{fill:var(--warm)}.wash.soft{fill:var(--faint)}
.dot{stroke:var(--paper)}.dot.up{fill:var(--up)}.dot.down{fill:var(--down)}.dot.mark{fill:var(--mark)}.dot.warm{fill:var(--warm)}
text.up{fill:var(--up);stroke:none}text.down{fill:var(--down);stroke:none}text.mark{fill:var(--mark);stroke:none}text.warm{fill:var(--warm);stroke:none}
.halo{paint-order:stroke;stroke:var(--paper)!important;stroke-width:3px;stroke-linejoin:round}
`.trim()

/** What a stroke, a wash or a word is coloured for. */
export type Tone = 'ink' | 'soft' | 'up' | 'down' | 'mark' | 'warm'

/** A place in a chart: epoch milliseconds UTC and a price. */
export interface Place {
  readonly time: number
  readonly price: number
}

/** What a chart is about. */
export interface ChartOptions {
  readonly title: string
  /** Where the bars come from, below the title. */
  readonly note: string
  /** For readers who cannot see it. */
  readonly description: string
  readonly from: number
  readonly to: number
  readonly low: number
  readonly high: number
  /** Room for labels beside the bars, in pixels. */
  readonly right: number
  readonly height?: number
}

/** A label at a price, in the margin. */
export interface MarginLabel {
  readonly price: number
  readonly text: string
  readonly tone: Tone
}

/** Where a word stands relative to its place. */
export interface WordOptions {
  readonly tone?: Tone
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly dx?: number
  readonly dy?: number
}

/**
 * Candles and what is found on them, as an SVG of its own: no script, no font of its own, light or dark with the reader's
 * system. The same calls give the same text, to the byte.
 */
export class Chart {
  readonly #options: ChartOptions
  readonly #height: number
  readonly #parts: string[] = []

  constructor(options: ChartOptions) {
    this.#options = options
    this.#height = options.height ?? 420
  }

  x(time: number): number {
    const { from, to, right } = this.#options
    return LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - right)
  }

  y(price: number): number {
    const { low, high } = this.#options
    return TOP + ((high - price) / (high - low)) * (this.#height - TOP - BOTTOM)
  }

  /** Upright lines at whole steps, with the time of day, and the date where it changes. */
  hours(every = 1): this {
    const step = every * HOUR
    const bottom = this.#height - BOTTOM
    for (let time = Math.ceil(this.#options.from / step) * step; time <= this.#options.to; time += step) {
      this.#line('rule', this.x(time), TOP, this.x(time), bottom)
      const stamp = new Date(time).toISOString()
      const text = time % (24 * HOUR) === 0 ? stamp.slice(0, 10) : stamp.slice(11, 16)
      this.#text(this.x(time), bottom + 16, text, 'faint', 'middle')
    }
    return this
  }

  candles(bars: readonly Bar[], length: number): this {
    const width = Math.max(2, (this.x(length) - this.x(0)) * 0.62)
    for (const { time, open, high, low, close } of bars) {
      const middle = this.x(time + length / 2)
      const tone = close >= open ? 'up' : 'down'
      const [top, bottom] = [this.y(Math.max(open, close)), this.y(Math.min(open, close))]
      this.#line(tone, middle, this.y(high), middle, this.y(low))
      this.#box(`body ${tone}`, middle - width / 2, top, width, Math.max(1, bottom - top))
    }
    return this
  }

  /** A line from place to place. */
  line(from: Place, to: Place, tone: Tone, kind: '' | 'dashed' | 'thick' = ''): this {
    this.#line(`${tone} ${kind}`.trim(), this.x(from.time), this.y(from.price), this.x(to.time), this.y(to.price))
    return this
  }

  /** A washed area between two corners; without prices it reaches from top to bottom. */
  wash(tone: Tone, from: number, to: number, prices?: readonly [number, number]): this {
    const [top, bottom] =
      prices === undefined ? [TOP, this.#height - BOTTOM] : [this.y(Math.max(...prices)), this.y(Math.min(...prices))]
    this.#box(`wash ${tone}`, this.x(from), top, this.x(to) - this.x(from), bottom - top)
    return this
  }

  dot(place: Place, tone: Tone): this {
    this.#parts.push(
      `<circle class="dot ${tone}" cx="${pixels(this.x(place.time))}" cy="${pixels(this.y(place.price))}" r="4"/>`,
    )
    return this
  }

  word(place: Place, text: string, { tone = 'ink', anchor = 'middle', dx = 0, dy = 0 }: WordOptions = {}): this {
    this.#text(this.x(place.time) + dx, this.y(place.price) + dy, text, `halo ${tone}`, anchor)
    return this
  }

  /** Words along the upper edge, over a stretch of time. */
  heading(from: number, to: number, text: string, tone: Tone = 'soft'): this {
    this.#text(
      (this.x(from) + this.x(to)) / 2,
      TOP + 13,
      text,
      tone === 'soft' ? 'halo faint' : `halo ${tone}`,
      'middle',
    )
    return this
  }

  /** Labels beside the bars, each as near to its price as the others leave room, with a thread to it. */
  margin(labels: readonly MarginLabel[]): this {
    const edge = WIDTH - this.#options.right
    const sorted = labels.toSorted((a, b) => b.price - a.price)
    const places = spread(
      sorted.map(({ price }) => this.y(price)),
      TOP,
      this.#height - BOTTOM,
    )
    sorted.forEach(({ price, text, tone }, i) => {
      const place = places[i] ?? 0
      this.#parts.push(
        `<path class="${tone}" d="M${pixels(edge)} ${pixels(this.y(price))}L${pixels(edge + 14)} ${pixels(place)}"/>`,
      )
      this.#text(edge + 18, place + 4, text, tone === 'ink' || tone === 'soft' ? '' : tone, 'start')
    })
    return this
  }

  toString(): string {
    const { title, note, description } = this.#options
    const size = `width="${WIDTH}" height="${this.#height}" viewBox="0 0 ${WIDTH} ${this.#height}"`
    const frame = `<rect class="paper" x="0.5" y="0.5" width="${WIDTH - 1}" height="${this.#height - 1}" rx="8"/>`
    const head = [
      `<title>${escaped(title)}</title>`,
      `<desc>${escaped(description)}</desc>`,
      `<style>${STYLE}</style>`,
      frame,
      textElement(LEFT, 24, title, 'title', 'start'),
      textElement(LEFT, 42, note, 'faint', 'start'),
    ]
    return `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size}>\n${[...head, ...this.#parts].join('\n')}\n</svg>\n`
  }

  #line(classes: string, x1: number, y1: number, x2: number, y2: number): void {
    const at = `x1="${pixels(x1)}" y1="${pixels(y1)}" x2="${pixels(x2)}" y2="${pixels(y2)}"`
    this.#parts.push(`<line class="${classes}" ${at}/>`)
  }

  #box(classes: string, x: number, y: number, width: number, height: number): void {
    const at = `x="${pixels(x)}" y="${pixels(y)}" width="${pixels(width)}" height="${pixels(height)}"`
    this.#parts.push(`<rect class="${classes}" ${at}/>`)
  }

  #text(x: number, y: number, text: string, classes: string, anchor: string): void {
    this.#parts.push(textElement(x, y, text, classes, anchor))
  }
}

function textElement(x: number, y: number, text: string, classes: string, anchor: string): string {
  return `<text class="${classes}" x="${pixels(x)}" y="${pixels(y)}" text-anchor="${anchor}">${escaped(text)}</text>`
}

/** Moves places, which ascend, as little as keeps them a label's height apart and within the edges. */
function spread(places: readonly number[], top: number, bottom: number): readonly number[] {
  const moved: number[] = []
  for (const place of places) moved.push(Math.max(place, (moved.at(-1) ?? top - LABEL_HEIGHT) + LABEL_HEIGHT))
  for (let i = moved.length - 1, below = bottom + LABEL_HEIGHT; i >= 0; i--) {
    below = Math.min(moved[i] ?? below, below - LABEL_HEIGHT)
    moved[i] = below
  }
  return moved
}

/** A tenth of a pixel is finer than anybody sees, and the same on every machine. */
function pixels(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** The lowest and highest price of bars and prices, with some air around them. */
export function priceRange(
  bars: readonly Bar[],
  prices: readonly number[] = [],
): { readonly low: number; readonly high: number } {
  const low = Math.min(...bars.map((bar) => bar.low), ...prices)
  const high = Math.max(...bars.map((bar) => bar.high), ...prices)
  const air = (high - low) * 0.08
  return { low: low - air, high: high + air * 1.6 }
}

/** A price as people write it: `18,403.75`. */
export function written(price: number): string {
  return price.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}
