import { StoreError } from '../errors.ts'
import { RestFailure, storeErrorOf } from './failures.ts'
import type { KeyRole } from './key-role.ts'
import type { RestAnswer, RestRequest, RestTable, SupabaseClient, SupabaseModule } from './supabase-types.ts'
import { createTransport, type Transport, type TransportOptions } from './transport.ts'

/** What the data API of a project is reached with. */
export interface RestOptions extends TransportOptions {
  readonly supabase: SupabaseModule
  /** `https://PROJECT.supabase.co` */
  readonly url: string
  readonly key: string
  /** How long a request may take that goes over whole tables, ms. */
  readonly longTimeoutMs: number
}

/** Functions of the database that go over whole tables. */
const LONG: readonly string[] = ['openpredict_reset', 'prune_before']

/** The data API of one project: failures are `StoreError`s, every request may be sent twice. */
export class Rest {
  readonly location: string
  readonly role: KeyRole | undefined
  readonly #client: SupabaseClient
  readonly #transport: Transport
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  constructor(options: RestOptions) {
    const { supabase, url, key, longTimeoutMs } = options
    this.location = options.location
    this.role = options.role
    this.#url = url
    this.#headers = { apikey: key, authorization: `Bearer ${key}` }
    this.#transport = createTransport(options)
    const send: typeof fetch = (input, init) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input)
      const long = LONG.some((name) => pathname.endsWith(`/rpc/${name}`))
      return this.#transport(input, init, { timeoutMs: long ? longTimeoutMs : options.requestTimeoutMs })
    }
    this.#client = supabase.createClient(url, key, {
      auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
      global: { fetch: send, headers: { 'x-client-info': 'openpredict-store' } },
      db: { schema: 'public', retry: false },
    })
  }

  /** Requests of a table. */
  table(name: string): RestTable {
    return this.#client.from(name)
  }

  /** Sends a request. */
  async send(request: RestRequest, signal?: AbortSignal): Promise<RestAnswer> {
    signal?.throwIfAborted()
    try {
      return await (signal === undefined ? request : request.abortSignal(signal)).throwOnError()
    } catch (error) {
      if (error instanceof StoreError || signal?.aborted === true) throw error
      // The client's own error, which quotes the answer.
      throw storeErrorOf(new RestFailure(200, '', 'not JSON'), this)
    }
  }

  /** The rows that a request is answered with. */
  async rows(request: RestRequest, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { data } = await this.send(request, signal)
    if (!Array.isArray(data)) throw storeErrorOf(new RestFailure(200, '', 'no list'), this)
    return data as readonly Readonly<Record<string, unknown>>[]
  }

  /** How many rows a request is about, which was made with `count`. */
  async count(request: RestRequest, signal?: AbortSignal): Promise<number> {
    const { count } = await this.send(request, signal)
    if (count === null || !Number.isSafeInteger(count)) {
      throw storeErrorOf(new RestFailure(200, '', 'no count'), this)
    }
    return count
  }

  /** Calls a function of the database. */
  async call(name: string, parameters: object, signal?: AbortSignal): Promise<unknown> {
    return (await this.send(this.#client.rpc(name, parameters), signal)).data
  }

  /** The server's time, epoch ms, to the second. */
  async time(signal?: AbortSignal): Promise<number> {
    const { headers } = await this.#transport(`${this.#url}/rest/v1/schema_migrations?select=version&limit=0`, {
      headers: this.#headers,
      ...(signal === undefined ? {} : { signal }),
    })
    const time = Date.parse(headers.get('date') ?? '')
    if (Number.isNaN(time)) throw storeErrorOf(new RestFailure(200, '', 'no date'), this)
    return time
  }
}
