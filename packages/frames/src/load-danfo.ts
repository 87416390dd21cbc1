import type { Danfo, DataFrame } from './data-frame.ts'
import { FramesError } from './errors.ts'

/**
 * Loads danfojs-node when it is first needed: 1 to 2 seconds and some 120 MB of memory. Throws a `FramesError` of kind
 * `no-danfojs` where it is not installed or does not load; `load` is how to load it.
 */
export async function loadDanfo(load: () => Promise<unknown> = importDanfo): Promise<Danfo<DataFrame>> {
  try {
    return (await load()) as Danfo<DataFrame>
  } catch (cause) {
    throw new FramesError(messageOf(cause), { kind: 'no-danfojs' }, { cause })
  }
}

async function importDanfo(): Promise<unknown> {
  return await import('danfojs-node')
}

function messageOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException
  const isAbsent = code === 'ERR_MODULE_NOT_FOUND' && message.includes('danfojs')
  return isAbsent
    ? 'danfojs-node is not installed, and data frames are made with it: run npm install danfojs-node'
    : `danfojs-node is installed but does not load (${message.split('\n')[0]}): install it again with npm install danfojs-node`
}
