import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'

import { AlertError } from './alert-error.ts'
import { nearestNames } from './nearest-names.ts'

/** Where errors are in a file: its name, and the lines of its text. */
interface Source {
  readonly file: string
  readonly lines: LineCounter
}

/** A value of a YAML file that knows where it stands. */
export class YamlValue {
  readonly #node: Node | null
  readonly #source: Source
  /** What it is called in messages, such as `alerts[2].severity`. */
  readonly path: string

  constructor(node: Node | null, path: string, source: Source) {
    this.#node = node
    this.path = path
    this.#source = source
  }

  /** The values of a mapping by their names, which must be among those that are known. */
  map(known: readonly string[]): ReadonlyMap<string, YamlValue> {
    const fields = this.anyMap()
    for (const [name, value] of fields) {
      if (known.includes(name)) continue
      const like = nearestNames(name, known)
      value.refuse(
        `has the name "${name}", which is not known`,
        `expected ${(like.length > 0 ? like : known).join(' or ')}`,
      )
    }
    return fields
  }

  /** The values of a mapping by any names. */
  anyMap(): ReadonlyMap<string, YamlValue> {
    const node = this.#node
    if (!isMap(node)) return this.refuse(`is ${this.#kind()}`, 'expected names and values')
    return new Map(
      node.items.map(({ key, value }) => {
        const name = String(isScalar(key) ? key.value : key)
        return [
          name,
          new YamlValue((value ?? key) as Node, this.path === '' ? name : `${this.path}.${name}`, this.#source),
        ] as const
      }),
    )
  }

  list(): readonly YamlValue[] {
    const node = this.#node
    if (!isSeq(node)) return this.refuse(`is ${this.#kind()}`, 'expected a list')
    return node.items.map((item, i) => new YamlValue(item as Node, `${this.path}[${i}]`, this.#source))
  }

  /** A list of texts, or one text alone. */
  texts(): readonly string[] {
    return isSeq(this.#node) ? this.list().map((item) => item.text()) : [this.text()]
  }

  text(): string {
    const node = this.#node
    if (!isScalar(node) || typeof node.value !== 'string' || node.value.trim() === '')
      return this.refuse(`is ${this.#kind()}`, 'expected a text')
    return node.value
  }

  /** A text that `read` understands; it returns `undefined` for one that it does not. */
  parsed<T>(read: (text: string) => T | undefined, expected: string): T {
    const text = this.text()
    const value = read(text)
    return value === undefined ? this.refuse(`is "${text}"`, `expected ${expected}`) : value
  }

  truth(): boolean {
    const node = this.#node
    if (!isScalar(node) || typeof node.value !== 'boolean')
      return this.refuse(`is ${this.#kind()}`, 'expected true or false')
    return node.value
  }

  refuse(found: string, expected: string): never {
    this.fail(`${this.path === '' ? 'the file' : this.path} ${found}: ${expected}.`)
  }

  /** Fails with a whole sentence about this place. */
  fail(message: string): never {
    const { line, col } = this.#source.lines.linePos(this.#node?.range?.[0] ?? 0)
    throw fileError(this.#source.file, { line: Math.max(1, line), column: Math.max(1, col) }, message)
  }

  #kind(): string {
    const node = this.#node
    if (isMap(node)) return 'a mapping'
    if (isSeq(node)) return 'a list'
    if (!isScalar(node) || node.value === null) return 'empty'
    return JSON.stringify(node.value)
  }
}

/** Reads YAML; throws an `AlertError` with line and column for what is none. Aliases are followed within bounds. */
export function readYaml(text: string, file: string): YamlValue {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0])
    throw fileError(file, { line, column: col }, `this is not YAML: ${error.message}`)
  }
  return new YamlValue(document.contents, '', { file, lines })
}

function fileError(
  file: string,
  { line, column }: { readonly line: number; readonly column: number },
  message: string,
): AlertError {
  return new AlertError(
    `${file}:${line}:${column}: ${message}`,
    { kind: 'file', line, column },
    'docs/operations/alerts.md says what a file of alerts holds; deploy/alerts.yaml is one.',
  )
}
