import { openStore, type Store } from '@openpredict/store'

import { storeKey } from './configuration.ts'
import type { Services } from './services.ts'

/** Opens the store that a URL names, with the key that the environment has for it. */
export async function openNamedStore(
  url: string,
  { env, clock }: Pick<Services, 'env' | 'clock'>,
  options: { readonly readOnly?: boolean; readonly migrate?: boolean } = {},
): Promise<Store> {
  return await openStore(url, { clock, ...storeKey(url, env), ...options })
}
