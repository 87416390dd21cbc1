import { crc32 } from 'node:zlib'

/** The name under which connections know `checksumOf`. */
export const CHECKSUM = 'openpredict_checksum'

/** A checksum of the values of a row, CRC-32 of them as JSON: no single flipped bit leaves it as it is. */
export function checksumOf(...values: readonly unknown[]): number {
  return crc32(JSON.stringify(values))
}
