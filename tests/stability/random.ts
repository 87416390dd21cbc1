/** Chance from a seed: the same seed, the same numbers. */
export interface Random {
  /** In [0, 1). */
  next(): number
  /** In [least, most). */
  between(least: number, most: number): number
  /** One of them. */
  pick<T>(items: readonly T[]): T
  /** All of them, in another order. */
  shuffled<T>(items: readonly T[]): readonly T[]
}

/** Makes random numbers of a seed: mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    pick: <T>(items: readonly T[]) => items[Math.floor(next() * items.length)] as T,
    shuffled: (items) =>
      items
        .map((item) => ({ item, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ item }) => item),
  }
}

/** A seed that no run has had: `OPENPREDICT_SEED` when a run is to be seen again. */
export function freshSeed(): number {
  return Number(process.env['OPENPREDICT_SEED'] ?? Date.now() % 1_000_000)
}
