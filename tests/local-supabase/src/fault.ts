/** Who sends. */
export type Direction = 'client' | 'server'

/** What goes wrong between a client and its server. What is said here holds until the next one is set. */
export type Fault =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** Nobody listens; connections that are open stay. */
  | { readonly kind: 'refused' }
  /** Connections stay open, but nothing gets through in either direction; it all does when the fault is over. */
  | { readonly kind: 'silent' }
  /** Everything takes so much longer, each way. */
  | { readonly kind: 'slow'; readonly ms: number }
  /** When so many bytes of one side have got through, its connection is cut. Happens once, then nothing goes wrong. */
  | { readonly kind: 'cut'; readonly after: number; readonly from: Direction }
  /**
   * What follows a text from the client gets through to the server, and its answer does not get back: the connection is
   * cut when it comes. Happens once, then nothing goes wrong. For Postgres `COMMIT`, for HTTP `POST /rest/v1/rpc/…`.
   */
  | { readonly kind: 'unanswered'; readonly to: string }
