import type { QualityScores } from './quality-report.ts'

/** How much each part weighs, in hundredths. */
export const SCORE_WEIGHTS: Readonly<Record<keyof QualityScores, number>> = {
  completeness: 25,
  validity: 20,
  consistency: 15,
  timeliness: 15,
  coverage: 15,
  events: 5,
  gaps: 5,
}

/**
 * One figure of 0 to 100 for the quality of data: the mean of its parts by their weights. A part that nothing could be
 * said about is left out, with its weight; `undefined` when that is all of them.
 *
 * @example
 * qualityScore({ completeness: 100, validity: 100, timeliness: 40 }) // => 85
 * qualityScore({}) // => undefined
 */
export function qualityScore(scores: QualityScores): number | undefined {
  let sum = 0
  let weights = 0
  for (const [part, weight] of Object.entries(SCORE_WEIGHTS)) {
    const score = scores[part as keyof QualityScores]
    if (score === undefined) continue
    sum += weight * score
    weights += weight
  }
  return weights === 0 ? undefined : sum / weights
}
