/** Farther apart than this, in parts of the longer name, nobody meant it. */
const FARTHEST = 0.4
/** And not so much farther than the likest. */
const SLACK = 0.15

/**
 * Up to three of the known names that are most like `name`, the likest first: by edits, or because they begin with it.
 *
 * @example
 * ```ts
 * nearestNames('eror_rate', ['success_rate', 'error_rate', 'memory_usage']) // => ['error_rate']
 * ```
 */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase()
  const likest = known
    .map((candidate) => {
      const other = candidate.toLowerCase()
      const near = editsBetween(wanted, other) / Math.max(wanted.length, other.length)
      return { candidate, near: wanted.length > 3 && other.startsWith(wanted) ? Math.min(near, 0.1) : near }
    })
    .filter(({ near }) => near <= FARTHEST)
    .toSorted((a, b) => a.near - b.near)
    .slice(0, 3)
  return likest.filter(({ near }) => near <= (likest[0]?.near ?? 0) + SLACK).map(({ candidate }) => candidate)
}

/** Insertions, deletions and substitutions that make one text the other. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const substituted = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(substituted, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
