import { StoreError } from '@openpredict/store'
import { type DeliveryState, readDelivery } from '@openpredict/store/delivery'

import { count, formatAge, formatMinute } from '../../../format.ts'
import type { Services } from '../../../services.ts'
import type { Warning } from './checklist.ts'

/** Rows that wait for longer than a cycle and its repetition are said, for longer than this they are a failure. */
const WAIT_WARNING = 3 * 60_000
const WAIT_FAILURE = 60 * 60_000

/** What waits in the file from which rows are delivered to a remote store: how much, for how long, and why. */
export async function checkDelivery(path: string, { clock }: Pick<Services, 'clock'>): Promise<string | Warning> {
  let state: DeliveryState | undefined
  try {
    state = await readDelivery(path, { clock })
  } catch (error) {
    if (!(error instanceof StoreError && error.failure.kind === 'not-found')) throw error
  }
  if (state === undefined) return `nothing is collected here: there is no ${path}`
  const age = state.oldestMarkedAt === undefined ? 0 : Math.max(0, clock.now() - state.oldestMarkedAt)
  const message = describe(state, age)
  if (state.refused > 0) {
    const hint = `The remote store said: ${state.lastRefusal ?? ''}`
    throw Object.assign(new Error(message), { category: 'database', code: 'rows-refused', hint })
  }
  if (age < WAIT_WARNING) return message
  const hint = state.failure ?? 'Start the collector: it delivers what waits.'
  if (age < WAIT_FAILURE) return { message, hint, code: 'delivery-late' }
  throw Object.assign(new Error(message), { category: 'database', code: 'delivery-late', hint })
}

function describe({ waiting, refused, confirmedAt, rowsPerSecond }: DeliveryState, age: number): string {
  const depth = waiting === 0 ? 'nothing waits' : `${count(waiting, 'row')} wait, the oldest for ${formatAge(age)}`
  const aside = refused === 0 ? '' : `, ${count(refused, 'row')} refused and set aside`
  const rate =
    rowsPerSecond === undefined ? '' : ` at ${Math.round(rowsPerSecond).toLocaleString('en-US')} rows a second`
  const last =
    confirmedAt === undefined
      ? ', nothing was confirmed yet'
      : `, last confirmed ${formatMinute(confirmedAt)} UTC${rate}`
  return depth + aside + last
}
