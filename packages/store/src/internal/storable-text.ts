import type { Json } from '../rows.ts'

/**
 * Text that every database can hold: no NUL (PostgreSQL refuses it) and no half of a surrogate pair (UTF-8 has none);
 * U+FFFD stands in their place.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** JSON text of a value, with every text in it made storable. */
export function storableJson(value: Json): string {
  return JSON.stringify(storable(value))
}

/** A JSON value with every text in it made storable. */
export function storable(value: Json): Json {
  if (typeof value === 'string') return storableText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(storable)
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [storableText(key), storable(field)]))
}
