// The choices of those who write random programs: the same numbers make the same program.

export abstract class RandomAuthor {
  readonly #random: () => number

  /** @param random numbers from 0 up to 1 */
  constructor(random: () => number) {
    this.#random = random
  }

  abstract program(): string

  protected below(limit: number): number {
    return Math.floor(this.#random() * limit)
  }

  protected chance(of: number): boolean {
    return this.#random() < of
  }

  protected pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]
  }

  protected times<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make)
  }
}
