/** Remembers the values of the last `capacity` keys that were asked for, and makes the others anew. */
export class BoundedCache<Value> {
  readonly #capacity: number
  readonly #make: (key: number) => Value
  readonly #values = new Map<number, Value>()

  constructor(capacity: number, make: (key: number) => Value) {
    this.#capacity = capacity
    this.#make = make
  }

  get size(): number {
    return this.#values.size
  }

  get(key: number): Value {
    let value = this.#values.get(key)
    if (value === undefined) value = this.#make(key)
    else this.#values.delete(key)
    // A Map keeps its keys in the order they were put in: the first is the one unused for longest.
    this.#values.set(key, value)
    if (this.#values.size > this.#capacity) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest)
        break
      }
    }
    return value
  }
}
