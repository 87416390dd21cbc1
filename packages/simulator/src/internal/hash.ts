/**
 * Randomness by position: a number depends on its seed and its place only, so any moment can be asked for first.
 * 32-bit integer arithmetic gives the same bits on every platform.
 */

/** Scatters the bits of a 32-bit integer over all 32 (the finaliser of MurmurHash3, by Austin Appleby). */
export function scatter(value: number): number {
  let bits = value | 0
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** The random 32 bits at `position` of a stream. */
export function bitsAt(stream: number, position: number): number {
  // The golden ratio of 2^32 spreads neighbouring positions before they are scattered.
  return scatter(stream + Math.imul(position | 0, 0x9e3779b1))
}

/** A stream of its own for each name and seed. */
export function streamOf(seed: number, name: string): number {
  let stream = scatter((seed >>> 0) ^ scatter(Math.floor(seed / 4_294_967_296)))
  for (const character of name) stream = scatter(stream + (character.codePointAt(0) ?? 0))
  return stream
}

/** 32 random bits as a number in [0, 1). */
export function uniform(bits: number): number {
  return bits / 4_294_967_296
}

/** 32 random bits as a bell-shaped number of mean 0 and deviation 1, between −3.45 and 3.45: the sum of four bytes. */
export function bell(bits: number): number {
  return ((bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24) - 510) / 147.8
}
