import { formatInstant } from '@openpredict/market'

/** The same with some of its instants written out (ISO 8601, UTC) in place of epoch ms. */
export type WithInstants<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]: string }

/** Writes out the instants of a value that are named. */
export function withInstants<T extends object, K extends keyof T>(value: T, names: readonly K[]): WithInstants<T, K> {
  const written = Object.fromEntries(names.map((name) => [name, formatInstant(value[name] as number)]))
  return { ...value, ...(written as Readonly<Record<K, string>>) }
}
