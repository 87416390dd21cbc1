import { CalculatorError } from '../errors.ts'
import type { Settings } from './row-calculator.ts'
import { fromJson, type Saved, toJson } from './state.ts'

const VERSION = 1

/** A calculator's or an engine's whole state as plain JSON: `JSON.stringify` it, keep it, `JSON.parse` it, go on. */
export interface CalculatorSnapshot {
  readonly version: number
  /** Whose state it is: a table's calculator, or `engine`. */
  readonly of: string
  /** The options, with all their defaults, that the state was reached with. */
  readonly settings: Settings
  /** Plain JSON, private to the version. */
  readonly content: unknown
  /** Tells a snapshot that was damaged or changed. */
  readonly checksum: string
}

/** Makes a snapshot. */
export function writeSnapshot(
  of: string,
  settings: Settings,
  content: Readonly<Record<string, Saved>>,
): CalculatorSnapshot {
  const body = { version: VERSION, of, settings, content: toJson(content) }
  return { ...body, checksum: checksumOf(body) }
}

/** The content of a snapshot; throws a `CalculatorError` of kind `snapshot` for one that does not belong here. */
export function readSnapshot(
  snapshot: CalculatorSnapshot,
  of: string,
  settings: Settings,
): Readonly<Record<string, Saved>> {
  const { version, of: found, settings: saved, content, checksum } = snapshot ?? {}
  if (version !== VERSION) throw refusal(`version ${String(version)}, expected ${VERSION}`)
  if (found !== of) throw refusal(`the state of ${found}, expected that of ${of}`)
  const other = Object.keys(settings).find((name) => canonical(saved?.[name]) !== canonical(settings[name]))
  if (other !== undefined) {
    throw refusal(`made with ${other} ${canonical(saved?.[other])}, expected ${canonical(settings[other])} as here`)
  }
  if (checksumOf({ version, of, settings: saved, content }) !== checksum) {
    throw refusal('the content does not fit its checksum: it was damaged or changed')
  }
  return fromJson(content as Saved) as Readonly<Record<string, Saved>>
}

function refusal(problem: string): CalculatorError {
  return new CalculatorError(`snapshot: ${problem}`, { kind: 'snapshot', problem })
}

/** JSON with the fields of objects in order: databases that keep JSON do not keep theirs. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'object' && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
        : member,
    ) ?? 'nothing'
  )
}

/** FNV-1a, 32 bits, as hexadecimal digits: enough to tell damage, no protection against forgery. */
function checksumOf(value: unknown): string {
  const text = canonical(value)
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}
