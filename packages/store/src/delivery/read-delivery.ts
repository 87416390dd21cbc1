import type { Clock } from '@openpredict/market'

import { openSqlite } from '../sqlite/create-sqlite-store.ts'
import { deliveryState, type DeliveryState } from '../sqlite/marks.ts'

/**
 * How the delivery from a local file stands, for those who watch from outside. `undefined` for a file that is no mirror.
 * Nothing is changed. Rejects with a `StoreError` of kind `not-found` where no file is, and as opening a store does.
 */
export async function readDelivery(
  path: string,
  { clock }: { readonly clock: Clock },
): Promise<DeliveryState | undefined> {
  const store = await openSqlite({ path, clock, readOnly: true, migrate: false })
  try {
    return await store.readWith('status', deliveryState)
  } finally {
    await store.close()
  }
}
