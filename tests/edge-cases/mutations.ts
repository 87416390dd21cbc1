/** A stream of random numbers in [0, 1) from a seed (mulberry32), so that every mutation can be made again. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Random = () => number

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)] as T
}

/** What stands in an answer where something else is expected. */
const STRANGE: readonly unknown[] = [
  null,
  '',
  'NaN',
  0,
  -1,
  1e308,
  -1e-300,
  2 ** 53,
  17_000.1,
  true,
  [],
  {},
  [null],
  'null',
  '<html>',
  { raw: 1 },
]

/** A value of its own: what is put in may be changed later. */
function strange(random: Random): unknown {
  return structuredClone(pick(STRANGE, random))
}

/** Changes a JSON value at a few random places: values, keys, order, length. */
export function mutateJson(value: unknown, random: Random): unknown {
  const copy: unknown = structuredClone(value)
  const root = { value: copy }
  for (let i = Math.ceil(random() * 4); i > 0; i--) mutateOnce(root, random)
  return root.value
}

function mutateOnce(root: { value: unknown }, random: Random): void {
  let target: Record<string, unknown> = root
  let key = 'value'
  // Deeper and deeper, to where the rows are.
  while (random() < 0.85) {
    const child = target[key]
    if (typeof child !== 'object' || child === null) break
    const keys = Object.keys(child)
    if (keys.length === 0) break
    target = child as Record<string, unknown>
    key = pick(keys, random)
  }
  const found = target[key]
  const how = random()
  if (Array.isArray(found) && how < 0.5) {
    const from = Math.floor(random() * found.length)
    if (how < 0.1) found.reverse()
    else if (how < 0.2) found.push(...found.slice(from))
    else if (how < 0.3) found.splice(from, Math.ceil(random() * 5))
    else if (how < 0.4) found.splice(from, 0, strange(random))
    else found.length = from
  } else if (typeof found === 'number' && how < 0.6) {
    target[key] = pick([-found, found + 1, found * 1000, found / 2, String(found), found + 0.3], random)
  } else if (how < 0.75) {
    // oxlint-disable-next-line typescript/no-dynamic-delete -- taking things out is the point
    delete target[key]
  } else target[key] = strange(random)
}

/** Changes a text at a few random places: characters, lines, cut off, put twice. */
export function mutateText(text: string, random: Random): string {
  let result = text
  for (let i = Math.ceil(random() * 4); i > 0; i--) {
    const at = Math.floor(random() * result.length)
    const length = Math.ceil(random() * 12)
    const how = random()
    const before = result.slice(0, at)
    if (how < 0.15) result = before
    else if (how < 0.35) result = before + result.slice(at + length)
    else if (how < 0.5) result = before + result.slice(Math.max(0, at - 40), at) + result.slice(at)
    else
      result =
        before +
        pick(['"', ',', '\n', '\r\n', '-', '0', '1e999', 'é', '\0', ';', '\uFEFF', 'Infinity', ' '], random) +
        result.slice(at + (how < 0.75 ? 1 : 0))
  }
  return result
}
