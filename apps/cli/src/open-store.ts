import type { Clock } from '@openpredict/market'
import type { Store } from '@openpredict/store'

/** Opens the store of a URL and brings its schema up to date. */
export async function openConfiguredStore(
  url: string,
  options: { readonly clock: Clock; readonly readOnly?: boolean },
): Promise<Store> {
  const { openStore } = await import('@openpredict/store')
  return await openStore(url, { migrate: options.readOnly !== true, ...options })
}
