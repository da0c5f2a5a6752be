// How durations are distributed, as Redis keeps them: to two digits, in buckets whose width grows with the value (the
// layout of an HDR histogram), so that every call counts and a bucket is a few bits of arithmetic away.
const MOST_NS = 1_000_000_000
/** So many buckets of one width, before the width doubles. */
const HALF = 128
/** LATENCY HISTOGRAM shows counts up to this, and up to its doubles. */
const FIRST_NS = 1024

/** The highest value in the bucket of one. */
function top(ns: number): number {
  const width = 2 ** Math.max(0, Math.floor(Math.log2(ns)) - 7)
  return Math.floor(ns / width) * width + width - 1
}

export class Histogram {
  calls = 0
  /** In microseconds. */
  total = 0
  readonly #counts = new Map<number, number>()

  add(micros: number): void {
    this.calls++
    this.total += micros
    const ns = Math.min(Math.max(micros * 1000, 1), MOST_NS)
    const exponent = ns < 2 * HALF ? 0 : 24 - Math.clz32(ns)
    const bucket = exponent * HALF + (ns >> exponent)
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1)
  }

  /** How many took up to 1.024 µs, 2.048 µs, and so on; steps that add none are left out. */
  doubling(): [micros: number, calls: number][] {
    const steps: [number, number][] = []
    const values = this.#values()
    let calls = 0
    let at = 0
    for (let ns = FIRST_NS; at < values.length; ns *= 2) {
      const before = calls
      for (; at < values.length && values[at][0] <= top(ns); at++) calls += values[at][1]
      if (calls > before) steps.push([Math.floor(top(ns) / 1000), calls])
    }
    return steps
  }

  /** The times in microseconds that so many per cent of the calls did not exceed. */
  percentiles(percents: readonly number[]): number[] {
    const values = this.#values()
    return percents.map((percent) => {
      let left = Math.max(1, Math.floor((percent / 100) * this.calls + 0.5))
      for (const [ns, count] of values) {
        left -= count
        if (left <= 0) return ns / 1000
      }
      return 0
    })
  }

  /** The highest value of each bucket in nanoseconds, and how many are in it, from the shortest on. */
  #values(): [ns: number, count: number][] {
    return Array.from(Uint32Array.from(this.#counts.keys()).sort(), (bucket) => {
      const exponent = Math.max(0, Math.floor(bucket / HALF) - 1)
      return [(bucket - exponent * HALF + 1) * 2 ** exponent - 1, this.#counts.get(bucket)!]
    })
  }
}
