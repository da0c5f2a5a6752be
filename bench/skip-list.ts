// A skip list with spans, the structure that Redis keeps its sorted sets in: the peer of structures.bench.ts.

interface Node {
  score: number
  member: string
  next: (Node | null)[]
  /** How many elements each pointer passes. */
  spans: number[]
}

const MAX_LEVEL = 32

export class SkipList {
  readonly #head: Node = {
    score: 0,
    member: '',
    next: new Array<Node | null>(MAX_LEVEL).fill(null),
    spans: new Array<number>(MAX_LEVEL).fill(0),
  }
  #level = 1
  #size = 0
  #seed = 1

  /** A level with one chance in four of one more. */
  #randomLevel(): number {
    let level = 1
    for (; level < MAX_LEVEL; level++) {
      this.#seed = (this.#seed * 1_103_515_245 + 12_345) & 0x7fffffff
      if ((this.#seed >> 16) & 3) break
    }
    return level
  }

  insert(score: number, member: string): void {
    const update: Node[] = []
    const ranks: number[] = []
    let node = this.#head
    for (let i = this.#level - 1; i >= 0; i--) {
      ranks[i] = i === this.#level - 1 ? 0 : ranks[i + 1]
      for (let next = node.next[i]; next !== null && isBefore(next, score, member); next = node.next[i]) {
        ranks[i] += node.spans[i]
        node = next
      }
      update[i] = node
    }
    const level = this.#randomLevel()
    for (; this.#level < level; this.#level++) {
      ranks[this.#level] = 0
      update[this.#level] = this.#head
      this.#head.spans[this.#level] = this.#size
    }
    const made: Node = { score, member, next: new Array<Node | null>(level).fill(null), spans: new Array<number>(level).fill(0) }
    for (let i = 0; i < level; i++) {
      made.next[i] = update[i].next[i]
      update[i].next[i] = made
      made.spans[i] = update[i].spans[i] - (ranks[0] - ranks[i])
      update[i].spans[i] = ranks[0] - ranks[i] + 1
    }
    for (let i = level; i < this.#level; i++) update[i].spans[i]++
    this.#size++
  }

  delete(score: number, member: string): boolean {
    const update: Node[] = []
    let node = this.#head
    for (let i = this.#level - 1; i >= 0; i--) {
      for (let next = node.next[i]; next !== null && isBefore(next, score, member); next = node.next[i]) node = next
      update[i] = node
    }
    const found = node.next[0]
    if (found === null || found.score !== score || found.member !== member) return false
    for (let i = 0; i < this.#level; i++) {
      if (update[i].next[i] === found) {
        update[i].spans[i] += found.spans[i] - 1
        update[i].next[i] = found.next[i]
      } else update[i].spans[i]--
    }
    while (this.#level > 1 && this.#head.next[this.#level - 1] === null) this.#level--
    this.#size--
    return true
  }

  rank(score: number, member: string): number {
    let node = this.#head
    let rank = 0
    for (let i = this.#level - 1; i >= 0; i--) {
      for (let next = node.next[i]; next !== null && isBefore(next, score, member); next = node.next[i]) {
        rank += node.spans[i]
        node = next
      }
    }
    const found = node.next[0]
    return found?.member === member && found.score === score ? rank : -1
  }

  walk(rank: number, count: number, _reverse: boolean, visit: (member: string) => void): void {
    let node: Node | null = this.#head
    let at = 0
    for (let i = this.#level - 1; i >= 0; i--) {
      for (let next: Node | null = node.next[i]; next !== null && at + node.spans[i] <= rank + 1; next = node.next[i]) {
        at += node.spans[i]
        node = next
      }
    }
    for (let left = count; left > 0 && node !== null; left--, node = node.next[0]) visit(node.member)
  }
}

const isBefore = (node: Node, score: number, member: string): boolean =>
  node.score < score || (node.score === score && node.member < member)
