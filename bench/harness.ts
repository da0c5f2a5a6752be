// How a benchmark measures: the candidates take turns, many short rounds each, and the median counts, because these
// machines are noisy. What is printed is a ratio to a peer of the same run.

export interface Candidate {
  readonly name: string
  /** Runs so many operations. */
  readonly run: (count: number) => void | Promise<void>
}

export interface Result {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** What it is compared with, and how: `ratio` is what the target is set for. */
  readonly peer?: string
  readonly ratio?: number
  /** The least or, with `most`, the largest ratio or value that the project promises. */
  readonly least?: number
  readonly most?: number
  /** What else is known of it, for those who draw it. */
  row?: object
}

const ROUNDS = 15
const ROUND_MS = 40

/** Operations a second of each candidate, medians of rounds in turn. @param rounds more where a disk or another process takes part */
export async function speeds(candidates: readonly Candidate[], rounds = ROUNDS): Promise<Map<string, number>> {
  const counts = new Map<Candidate, number>()
  for (const candidate of candidates) {
    // As many operations as take one round, found by doubling; this warms up too.
    let count = 16
    for (;;) {
      const start = performance.now()
      await candidate.run(count)
      const elapsed = performance.now() - start
      if (elapsed > ROUND_MS) break
      count = elapsed < ROUND_MS / 8 ? count * 4 : Math.ceil((count * ROUND_MS * 1.2) / elapsed)
    }
    counts.set(candidate, count)
  }
  const taken = new Map<string, number[]>(candidates.map(({ name }) => [name, []]))
  for (let i = 0; i < rounds; i++) {
    for (const candidate of candidates) {
      const count = counts.get(candidate)!
      const start = performance.now()
      await candidate.run(count)
      taken.get(candidate.name)!.push((count * 1000) / (performance.now() - start))
    }
  }
  return new Map([...taken].map(([name, values]) => [name, median(values)]))
}

/** Microseconds of CPU an operation of each candidate takes in this process, medians of rounds in turn: what others run does not count. */
export async function cpuTimes(candidates: readonly Candidate[], count: number): Promise<Map<string, number>> {
  const rounds = new Map<string, number[]>(candidates.map(({ name }) => [name, []]))
  for (let i = -1; i < ROUNDS; i++) {
    // What one leaves behind is collected in the other's time: it is never the same one's.
    for (const candidate of i % 2 === 0 ? candidates : candidates.toReversed()) {
      const start = process.cpuUsage()
      await candidate.run(count)
      const { user, system } = process.cpuUsage(start)
      if (i >= 0) rounds.get(candidate.name)!.push((user + system) / count)
    }
  }
  return new Map([...rounds].map(([name, values]) => [name, median(values)]))
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1]
}

/** Bytes on the heap and in typed arrays after everything that can go has gone. */
export function heapUsed(): number {
  const { gc } = globalThis as { gc?: () => void }
  if (gc === undefined) throw new Error('run with --expose-gc')
  gc()
  gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Hands results to the runner. */
export function report(...results: Result[]): void {
  for (const result of results) process.stdout.write(`${JSON.stringify(result)}\n`)
}
