// The ordered half of a sorted set: the B+ tree with counts beside a skip list with spans, as Redis has one.
import { RankedTree } from '../src/core/engine/structures/ranked-tree.ts'
import { heapUsed, report } from './harness.ts'
import { SkipList } from './skip-list.ts'

interface Ordered {
  insert(score: number, member: string): void
  delete(score: number, member: string): boolean
  rank(score: number, member: string): number
  walk(rank: number, count: number, reverse: boolean, visit: (member: string) => void): void
}

interface Figures {
  insert: number
  rank: number
  range: number
  update: number
  bytes: number
}

/** Nanoseconds an operation, over so many rounds. */
function measure(make: () => Ordered, members: readonly string[], scores: readonly number[]): Figures {
  const size = members.length
  const rounds = Math.max(1, Math.floor(300_000 / size))
  const figures: Figures = { insert: 0, rank: 0, range: 0, update: 0, bytes: 0 }
  const time = (name: keyof Figures, run: () => void): void => {
    const start = performance.now()
    run()
    figures[name] += ((performance.now() - start) * 1e6) / size / rounds
  }
  for (let round = 0; round < rounds; round++) {
    const before = round === 0 ? heapUsed() : 0
    const ordered = make()
    time('insert', () => members.forEach((member, i) => ordered.insert(scores[i], member)))
    if (round === 0) figures.bytes = (heapUsed() - before) / size
    let sink = 0
    time('rank', () => members.forEach((member, i) => (sink += ordered.rank(scores[i], member))))
    if (sink !== (size * (size - 1)) / 2) throw new Error('the ranks are wrong')
    time('range', () => members.forEach((_, i) => ordered.walk((i * 7919) % (size - 10), 10, false, () => sink++)))
    time('update', () =>
      members.forEach((member, i) => {
        ordered.delete(scores[i], member)
        ordered.insert(scores[i] + 1.5, member)
      }),
    )
  }
  return figures
}

for (const size of [1000, 100_000, 1_000_000]) {
  const members = Array.from({ length: size }, (_, i) => `member:${i}`)
  const scores = members.map((_, i) => ((i * 2_654_435_761) % 4_294_967_296) % (size * 10))
  const tree = measure(() => new RankedTree(), members, scores)
  const list = measure(() => new SkipList(), members, scores)
  for (const name of ['insert', 'rank', 'range', 'update'] as const) {
    report({
      name: `${name === 'range' ? 'range of 10' : name} at ${size.toLocaleString('en')} members`,
      value: tree[name],
      unit: 'ns',
      peer: `skip list: ${Math.round(list[name])} ns`,
      ratio: list[name] / tree[name],
      least: 1,
    })
  }
  report({
    name: `memory at ${size.toLocaleString('en')} members`,
    value: tree.bytes,
    unit: 'bytes a member',
    peer: `skip list: ${Math.round(list.bytes)}`,
    ratio: list.bytes / tree.bytes,
  })
}
