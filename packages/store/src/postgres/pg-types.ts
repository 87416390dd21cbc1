/** What of the client library `pg` is used. */
export interface PgModule {
  readonly Pool: new (options: PgPoolOptions) => PgPool
  readonly Client: PgClientClass
  readonly Query: new (config: PgQueryConfig) => PgRowStream
}

/** The class of a connection, as the pool uses it. */
export type PgClientClass = new (options: PgPoolOptions) => {
  readonly connection: { readonly stream: { destroy(): void } }
  connect(done: (error?: Error) => void): void
}

/** Where and how to connect. */
export interface PgTarget {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  readonly password?: string
  readonly ssl: false | PgTls
}

/** Options of `tls.connect`. */
export interface PgTls {
  readonly rejectUnauthorized: boolean
  readonly ca?: string
  readonly checkServerIdentity?: () => undefined
}

/** Options of a pool. */
interface PgPoolOptions extends PgTarget {
  readonly Client: PgClientClass
  readonly application_name: string
  readonly max: number
  readonly connectionTimeoutMillis: number
  readonly idleTimeoutMillis: number
  readonly allowExitOnIdle: boolean
  readonly keepAlive: boolean
  readonly keepAliveInitialDelayMillis: number
  readonly pipeline: boolean
  readonly types: { readonly getTypeParser: () => (text: string) => string }
}

/** Connections that are kept for the next one who needs one. */
export interface PgPool {
  connect(): Promise<PgClient>
  end(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** A statement with its values. */
interface PgQueryConfig {
  readonly text: string
  readonly values?: readonly PgValue[]
  /** Prepared under this name when it is first run on a connection. */
  readonly name?: string
  readonly rowMode?: 'array'
  /** After how many ms the client rejects; the statement still runs on the connection. 0: never. */
  readonly query_timeout?: number
}

/** What is sent as the value of a parameter. */
export type PgValue = string | number | boolean | null

/** A statement that is prepared, with the values of its parameters. */
export interface PgStatement {
  readonly sql: string
  readonly values: readonly PgValue[]
}

/** What came back. */
export interface PgResult {
  readonly rows: readonly (readonly (string | null)[])[]
  readonly rowCount: number | null
  readonly command: string
}

/** A statement whose rows are handed out as they come. */
export interface PgRowStream {
  on(event: 'row', listener: (row: readonly (string | null)[]) => void): unknown
  on(event: 'end', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** One connection. */
export interface PgClient {
  query(config: PgQueryConfig): Promise<PgResult>
  query(stream: PgRowStream): PgRowStream
  release(destroy?: boolean): void
  on(event: 'error', listener: (error: Error) => void): unknown
}
