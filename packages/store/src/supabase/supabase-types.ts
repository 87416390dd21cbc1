/** What is used of `@supabase/supabase-js`: its client of the data API, and of that what is needed. */
export interface SupabaseModule {
  createClient(url: string, key: string, options: SupabaseOptions): SupabaseClient
}

/** Options of the client. */
interface SupabaseOptions {
  readonly auth: {
    readonly persistSession: boolean
    readonly autoRefreshToken: boolean
    readonly detectSessionInUrl: boolean
  }
  readonly global: { readonly fetch: typeof fetch; readonly headers: Readonly<Record<string, string>> }
  /** `retry`: whether the client asks again by itself. */
  readonly db: { readonly schema: string; readonly retry: boolean }
}

/** The client. */
export interface SupabaseClient {
  from(table: string): RestTable
  rpc(name: string, parameters?: object): RestRequest
}

/** A table or view. */
export interface RestTable {
  select(columns: string, options?: { readonly count?: 'exact' }): RestRequest
  upsert(
    rows: readonly object[],
    options: {
      readonly onConflict: string
      readonly defaultToNull: boolean
      readonly ignoreDuplicates?: boolean
      readonly count?: 'exact'
    },
  ): RestRequest
  delete(options?: { readonly count?: 'exact' }): RestRequest
}

/** One request, sent when it is awaited. */
export interface RestRequest extends PromiseLike<RestAnswer> {
  eq(column: string, value: string | number): RestRequest
  gt(column: string, value: string | number): RestRequest
  gte(column: string, value: string | number): RestRequest
  lt(column: string, value: string | number): RestRequest
  lte(column: string, value: string | number): RestRequest
  or(filters: string): RestRequest
  order(column: string, options: { readonly ascending: boolean }): RestRequest
  limit(count: number): RestRequest
  abortSignal(signal: AbortSignal): RestRequest
  throwOnError(): RestRequest
}

/** What came back. */
export interface RestAnswer {
  readonly data: unknown
  readonly count: number | null
}
