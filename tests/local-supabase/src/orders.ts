import type { ProjectKeys } from './keys.ts'

/** What the supervisor does for a program. */
export type Order =
  | { readonly do: 'create database'; readonly template?: string }
  | { readonly do: 'drop database'; readonly name: string }
  | { readonly do: 'start data API'; readonly name: string }
  | { readonly do: 'kill server' }
  | { readonly do: 'start server' }

/** Where the supervisor takes orders. */
export interface Control {
  readonly control: string
  readonly token: string
  /** The supervisor's process. */
  readonly pid: number
}

/** A database of one's own. */
export interface LocalDatabase {
  readonly name: string
  /** Connects as `postgres`, who owns it and is no superuser, as on Supabase. */
  readonly url: string
  /** Connects as a superuser. */
  readonly adminUrl: string
}

/** The data API of a database. */
export interface LocalProject {
  /** The project's URL, to which clients add `/rest/v1`. */
  readonly url: string
  readonly keys: ProjectKeys
  readonly jwtSecret: string
}

/** A running server. */
export class LocalSupabase {
  readonly #control: Control

  constructor(control: Control) {
    this.#control = control
  }

  /** Makes an empty database with Supabase's default grants, or a copy of another to which nobody is connected. */
  createDatabase(options: { readonly template?: string } = {}): Promise<LocalDatabase> {
    return this.send({ do: 'create database', ...options })
  }

  /** Removes a database, whoever is connected to it, and its data API. */
  async dropDatabase({ name }: { readonly name: string }): Promise<void> {
    await this.send({ do: 'drop database', name })
  }

  /** Starts PostgREST on a database, behind a gateway that takes Supabase's keys. */
  startDataApi({ name }: { readonly name: string }): Promise<LocalProject> {
    return this.send({ do: 'start data API', name })
  }

  /** Carries out an order. */
  protected async send<T>(order: Order): Promise<T> {
    const { control, token } = this.#control
    const response = await fetch(control, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(order),
    })
    const body = (await response.json()) as T & { readonly error?: string }
    if (!response.ok) throw new Error(`${order.do}: ${body.error}`)
    return body
  }
}
