import { type CheckedOptions, numbersByName, requireNumber, requireOption } from '../internal/checked-options.ts'
import { usualDistance } from '../internal/distances.ts'
import { HOUR, MINUTE } from '../internal/periods.ts'
import type { Settings } from '../internal/row-calculator.ts'
import { requireSwingLength } from '../swings/swing-detector.ts'
import type { LiquidityEventsOptions } from './liquidity-events.ts'
import {
  type HoldBonus,
  type LiquidityRules,
  USUAL_EVENT_WEIGHTS,
  USUAL_HOLD_BONUSES,
  USUAL_QUALITY_SCORES,
} from './liquidity-rules.ts'
import type { EqualRules } from './swing-pools.ts'

/** The rules that options make, with the usual values for what they leave open. */
export function checkLiquidityOptions(
  options: LiquidityEventsOptions,
  { instrument, decimals }: CheckedOptions,
): { readonly rules: LiquidityRules; readonly equal: EqualRules; readonly settings: Settings } {
  const {
    minPenetration = usualDistance(0.5, instrument),
    cleanPenetration = usualDistance(5, instrument),
    approachDistance = usualDistance(5, instrument),
    retreatDistance = usualDistance(20, instrument),
    reclaimMinutes = 15,
    maxHoldMinutes = 240,
    holdBonuses = USUAL_HOLD_BONUSES,
    equalTolerance = usualDistance(1, instrument),
    equalHours = 120,
    expiryHours = 120,
    swingLength = 2,
  } = options
  const distances = { minPenetration, cleanPenetration, approachDistance, retreatDistance, equalTolerance }
  for (const [option, points] of Object.entries(distances)) requireNumber(option, points, 0, 'points')
  for (const [option, minutes] of Object.entries({ reclaimMinutes, maxHoldMinutes })) {
    requireNumber(option, minutes, 0, 'minutes')
  }
  for (const [option, hours] of Object.entries({ equalHours, expiryHours })) requireNumber(option, hours, 0, 'hours')
  requireOption(
    retreatDistance >= approachDistance,
    'retreatDistance',
    retreatDistance,
    `points, not less than the ${approachDistance} of approachDistance`,
  )
  requireSwingLength(swingLength)
  const bonuses = sortedBonuses(holdBonuses)
  const qualityScores = numbersByName('qualityScores', USUAL_QUALITY_SCORES, options.qualityScores)
  const eventWeights = numbersByName('eventWeights', USUAL_EVENT_WEIGHTS, options.eventWeights)
  const times = { reclaimMinutes, maxHoldMinutes, equalHours, expiryHours }
  return {
    rules: {
      ...distances,
      reclaimMs: reclaimMinutes * MINUTE,
      maxHoldMs: maxHoldMinutes * MINUTE,
      holdBonuses: bonuses,
      qualityScores,
      eventWeights,
      decimals,
    },
    equal: { swingLength, equalTolerance, apartMs: equalHours * HOUR, expiryMs: expiryHours * HOUR },
    settings: { ...distances, ...times, swingLength, holdBonuses: bonuses, qualityScores, eventWeights },
  }
}

/** Bonuses by rising minutes. They may not fall, or a hold that goes on would take a bonus back. */
function sortedBonuses(bonuses: readonly HoldBonus[]): readonly HoldBonus[] {
  requireOption(Array.isArray(bonuses), 'holdBonuses', bonuses, 'a list of { minutes, bonus }')
  for (const [i, { minutes, bonus }] of bonuses.entries()) {
    requireNumber(`holdBonuses[${i}].minutes`, minutes, 0, 'minutes')
    requireNumber(`holdBonuses[${i}].bonus`, bonus, 0, 'a number')
  }
  const sorted = bonuses.toSorted((a, b) => a.minutes - b.minutes)
  const fall = sorted.findIndex(({ bonus }, i) => bonus < (sorted[i - 1]?.bonus ?? 0))
  const { minutes, bonus } = sorted[fall] ?? { minutes: 0, bonus: 0 }
  requireOption(fall === -1, 'holdBonuses', `${bonus} from ${minutes} minutes`, 'bonuses that never fall')
  return sorted
}
