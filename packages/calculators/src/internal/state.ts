/**
 * The state of calculators as plain data.
 *
 * A calculator is made of parts, which are class instances. What a part was made from is private (`#`); its public fields
 * are what it remembers: numbers, texts, rows, lists of these, and other parts. So a state can be copied, put back and
 * written as JSON without every part saying how.
 */
export type Saved = null | boolean | number | string | readonly Saved[] | { readonly [field: string]: Saved }

/** A state as it is saved: one entry a part. */
export type SavedParts = Readonly<Record<string, Saved>>

/** What parts (or a part, or plain data) remember, as a copy that shares nothing with them. */
export function save(parts: object): SavedParts {
  const copy: Record<string, Saved> = {}
  for (const field of Object.keys(parts)) copy[field] = copyOf((parts as Readonly<Record<string, unknown>>)[field])
  return copy
}

function copyOf(value: unknown): Saved {
  if (Array.isArray(value)) return value.map(copyOf)
  return typeof value === 'object' && value !== null ? save(value) : (value as Saved)
}

/** Makes parts remember what was saved. They stay the same objects and share nothing with `saved`. */
export function load(parts: Readonly<Record<string, object>>, saved: SavedParts): void {
  for (const [name, part] of Object.entries(parts)) remember(part, saved[name] as SavedParts)
}

function remember(part: object, saved: SavedParts): void {
  const target = part as Record<string, unknown>
  for (const [field, value] of Object.entries(saved)) {
    const present = target[field]
    if (isPart(present)) remember(present, value as SavedParts)
    else target[field] = copyOf(value)
  }
}

/** Whether a value is a part, which stays, and not data, which is replaced. */
function isPart(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const kind: unknown = Object.getPrototypeOf(value)
  return kind !== Object.prototype && kind !== Array.prototype
}

const NOT_IN_JSON = new Map<Saved, number>(
  [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) => [String(value), value]),
)

/** Saved data with the numbers that JSON does not have written as text. */
export function toJson(saved: Saved): Saved {
  return mapped(saved, (value) => (typeof value === 'number' && !Number.isFinite(value) ? String(value) : value))
}

/** Saved data read back from JSON. */
export function fromJson(json: Saved): Saved {
  return mapped(json, (value) => NOT_IN_JSON.get(value) ?? value)
}

function mapped(saved: Saved, change: (value: Saved) => Saved): Saved {
  if (Array.isArray(saved)) return saved.map((member: Saved) => mapped(member, change))
  if (typeof saved !== 'object' || saved === null) return change(saved)
  return Object.fromEntries(Object.entries(saved).map(([field, value]) => [field, mapped(value, change)]))
}
