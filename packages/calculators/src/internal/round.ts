/** How close to a tie, or to a limit, a value counts as being there: prices that were computed carry errors far below this. */
export const TIE = 1e-9

/** A number rounded to `decimals` (0 to 8), half away from zero; within 1e-9 of a tie it counts as the tie. */
export function round(value: number, decimals: number): number {
  const scale = 10 ** decimals
  const rounded = Math.floor(Math.abs(value) * scale + 0.5 + TIE * scale) / scale
  return value < 0 && rounded > 0 ? -rounded : rounded
}
