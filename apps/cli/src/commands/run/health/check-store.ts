import { type Store, StoreError } from '@openpredict/store'
import { isRemoteUrl } from '@openpredict/store/delivery'

import { configuredMirror } from '../../../configuration.ts'
import { freeSpace } from '../../../free-space.ts'
import { openNamedStore } from '../../../named-store.ts'
import type { Services } from '../../../services.ts'
import { checkDelivery } from './check-delivery.ts'
import type { Checklist, Warning } from './checklist.ts'

/** A clock that differs by more than this is said, by more than that is wrong: rows would be dated wrongly, keys expire. */
const SKEW_WARNING = 2_000
const SKEW_FAILURE = 30_000

/**
 * Looks at a store: whether it opens, has our tables and takes rows; its clock, where it has one; and the disk under its
 * file, or under that from which rows are delivered to it, with what waits there.
 */
export async function checkStore(
  { url, instrument }: { readonly url: () => string; readonly instrument?: string },
  services: Services,
  checklist: Checklist,
): Promise<void> {
  let store: Store | undefined
  let file: string | undefined
  let isRemote = false
  const wait = { signal: services.signal }
  try {
    await checklist.look('store', async () => {
      const name = url()
      isRemote = isRemoteUrl(name)
      file = isRemote ? configuredMirror({}, services.env) : name.slice('sqlite:'.length)
      // A local file is made and brought up to date by whoever uses it; a server is somebody's, and only looked at.
      store = await openNamedStore(name, services, { migrate: !isRemote })
      const { location } = store
      const { version, latest, pending } = await store.schema(wait)
      if (pending.length > 0) throw missingTables(location, version, latest)
      await store.probe(wait)
      const bars = instrument === undefined ? undefined : await store.countRows('ohlc_data', instrument, wait)
      const counted = bars === undefined ? '' : `, ${bars.toLocaleString('en-US')} bars of ${instrument}`
      return `${location}: schema ${version}, written and read back${counted}`
    })
    const opened = store
    const isWell = checklist.checks.at(-1)?.ok === true
    if (isWell && opened?.serverTime !== undefined) await checklist.look('clock', () => clockOf(opened, services))
  } finally {
    await store?.close()
  }
  const path = file
  if (path === undefined) return
  if (isRemote) await checklist.look('delivery', () => checkDelivery(path, services))
  await checklist.look('disk', async () => freeSpace(path))
}

function missingTables(location: string, found: number, latest: number): StoreError {
  const says =
    found === 0
      ? 'its tables are not there, or this user may not see them'
      : `its tables have version ${found}, expected ${latest}`
  return new StoreError(
    `store ${location}: ${says}`,
    { kind: 'older-schema', found, latest },
    { hint: 'Run openpredict db migrate.' },
  )
}

/** How the server's clock stands to ours. */
async function clockOf(store: Store, { clock, signal }: Services): Promise<string | Warning> {
  const asked = clock.now()
  const time = (await store.serverTime?.({ signal })) ?? asked
  const answered = clock.now()
  const skew = time - (asked + answered) / 2
  // The answer was made at some time between.
  const least = Math.abs(skew) - (answered - asked) / 2
  const message = `the server's clock is ${Math.abs(skew / 1_000).toFixed(1)} s ${skew < 0 ? 'behind' : 'ahead of'} ours`
  if (least < SKEW_WARNING) return message
  const hint = 'Set the clock of this machine, and of the server, by NTP.'
  if (least < SKEW_FAILURE) return { message, hint, code: 'clock-skew' }
  throw Object.assign(new Error(message), { category: 'system', code: 'clock-skew', hint })
}
