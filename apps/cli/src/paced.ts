import { setImmediate } from 'node:timers/promises'

/**
 * Pieces of text or bytes as they come, with time for signals between them, which a stream that takes them as fast as they come does
 * not leave. Throws the reason of an aborted signal: standard output cannot be destroyed, and would be written to until the
 * end.
 */
export async function* paced<T extends string | Uint8Array>(
  pieces: Iterable<T> | AsyncIterable<T>,
  signal: AbortSignal,
): AsyncIterable<T> {
  for await (const piece of pieces) {
    yield piece
    await setImmediate()
    signal.throwIfAborted()
  }
}
