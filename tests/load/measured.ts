/** Says a figure that a test came by: for the reader, never judged. */
export function measured(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** A share of sorted durations, in milliseconds with one decimal. */
export function rank(durations: readonly number[], share: number): string {
  const sorted = durations.toSorted((a, b) => a - b)
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
}
