/** A file is not the report that it should be. */
export class ReportError extends Error {
  override readonly name = 'ReportError'
  /** Where in the report: `times.total.p95`; empty for the report itself. */
  readonly path: string

  constructor(path: string, found: unknown, expected: string) {
    super(`${path === '' ? 'the report' : path}: expected ${expected}, found ${shown(found)}`)
    this.path = path
  }
}

/** Throws a `ReportError` when a value at a path is not what it has to be. */
export type Check = (value: unknown, path: string) => void

/** A number of `least` or more; any finite one when that is left out. */
export function number(least: number = Number.NEGATIVE_INFINITY): Check {
  const expected = least === Number.NEGATIVE_INFINITY ? 'a number' : `a number of ${least} or more`
  return (value, path) => {
    if (!(typeof value === 'number' && Number.isFinite(value) && value >= least)) {
      throw new ReportError(path, value, expected)
    }
  }
}

export function text(): Check {
  return (value, path) => {
    if (typeof value !== 'string') throw new ReportError(path, value, 'a text')
  }
}

export function flag(): Check {
  return (value, path) => {
    if (typeof value !== 'boolean') throw new ReportError(path, value, 'true or false')
  }
}

/** One of these values. */
export function oneOf(...values: readonly (string | number | null)[]): Check {
  return (value, path) => {
    if (!values.some((known) => known === value)) throw new ReportError(path, value, values.map(shown).join(' or '))
  }
}

/** What either check takes; the second one's error is told. */
export function either(first: Check, second: Check): Check {
  return (value, path) => {
    try {
      first(value, path)
    } catch {
      second(value, path)
    }
  }
}

/** A list of at least `least` entries; a fixed number of them with `most`. */
export function list(
  entry: Check,
  { least = 0, most = Number.POSITIVE_INFINITY }: { readonly least?: number; readonly most?: number } = {},
): Check {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw new ReportError(path, value, `a list of ${least === most ? least : `${least} or more`}`)
    }
    value.forEach((item, i) => entry(item, `${path}[${i}]`))
  }
}

/** An object with these members; `optional` ones may be absent, and what is not named is left alone. */
export function object(
  members: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, path) => {
    const found = objectAt(value, path)
    for (const [name, check] of Object.entries(members)) check(found[name], member(path, name))
    for (const [name, check] of Object.entries(optional)) {
      if (found[name] !== undefined) check(found[name], member(path, name))
    }
  }
}

/** An object whose members are all alike. */
export function record(entry: Check): Check {
  return (value, path) => {
    for (const [name, found] of Object.entries(objectAt(value, path))) entry(found, member(path, name))
  }
}

function objectAt(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ReportError(path, value, 'an object')
  return value as Readonly<Record<string, unknown>>
}

function member(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const written = JSON.stringify(value)
  return written.length > 40 ? `${written.slice(0, 40)}…` : written
}
