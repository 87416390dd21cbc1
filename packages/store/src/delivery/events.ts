import type { TableName } from '../tables.ts'

/** What happens to a mirror that people should hear of. */
export type DeliveryEvent =
  /** The remote store cannot be reached or does not take rows; `waiting` rows wait. Once, until it is back. */
  | {
      readonly kind: 'away'
      readonly code: string
      readonly message: string
      readonly hint: string
      readonly waiting: number
    }
  /** Rows are delivered again, after so many milliseconds. */
  | { readonly kind: 'back'; readonly afterMs: number }
  /** The remote store does not take a row; it was set aside and the others go on. */
  | { readonly kind: 'refused'; readonly table: TableName; readonly key: string; readonly message: string }
  /** The local file was damaged or gone; it is at `aside` now, unless it was gone, and a new one is made. */
  | { readonly kind: 'damaged'; readonly path: string; readonly aside: string | undefined; readonly message: string }
  /** The local file has been filled with `rows` rows from the remote store. */
  | { readonly kind: 'filled'; readonly rows: number; readonly durationMs: number }
