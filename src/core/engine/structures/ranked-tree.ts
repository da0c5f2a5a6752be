// The ordered half of a sorted set: a B+ tree over (score, member) whose inner nodes count what is below them, so that a
// rank is found on the way down. Against a skip list with spans it was 2 to 14 times faster and took a sixth of the
// memory at 1 k, 100 k and 1 M members (bench/RESULTS.md), because a node's keys lie side by side.
// Everything is asked by rank: a bound becomes a rank with `partition`, and `walk` visits ranks.
import type { ByteString } from '../../bytes.ts'

/** Whether an element lies before the bound that is looked for; true for a prefix of the order, false after it. */
export type Before = (score: number, member: ByteString) => boolean
export type Visit = (member: ByteString, score: number) => void

const LEAF_SIZE = 64
const INNER_SIZE = 32

type Node = Leaf | Inner

/** Elements, and the leaves with those before and after them. Both kinds of nodes have all properties, in one order: V8 takes them for one. */
interface Leaf {
  scores: number[]
  members: ByteString[]
  children: null
  counts: null
  next: Leaf | null
  prev: Leaf | null
}

/** For each child a key that is not above its first element, and above all of the child before; and how many elements it has. */
interface Inner {
  scores: number[]
  members: ByteString[]
  children: Node[]
  counts: number[]
  next: null
  prev: null
}

const leaf = (scores: number[], members: ByteString[]): Leaf => ({ scores, members, children: null, counts: null, next: null, prev: null })
const inner = (scores: number[], members: ByteString[], children: Node[], counts: number[]): Inner => ({ scores, members, children, counts, next: null, prev: null }) // prettier-ignore

export class RankedTree {
  size = 0
  #root: Node = leaf([], [])

  insert(score: number, member: ByteString): void {
    const right = insertInto(this.#root, score, member)
    this.size++
    if (right !== null) this.#root = parentOf(this.#root, right)
  }

  /** @returns whether the element was there */
  delete(score: number, member: ByteString): boolean {
    if (!deleteFrom(this.#root, score, member)) return false
    this.size--
    while (this.#root.children?.length === 1) this.#root = this.#root.children[0]
    return true
  }

  /** How many elements lie before the bound: the rank of the first one that does not. */
  partition(before: Before): number {
    let node = this.#root
    let rank = 0
    while (node.children !== null) {
      const i = Math.max(partitionNode(node, before) - 1, 0)
      for (let j = 0; j < i; j++) rank += node.counts[j]
      node = node.children[i]
    }
    return rank + partitionNode(node, before)
  }

  /** The rank of an element, lowest first; -1 if it is not there. */
  rank(score: number, member: ByteString): number {
    let node = this.#root
    let rank = 0
    while (node.children !== null) {
      const i = childFor(node, score, member)
      for (let j = 0; j < i; j++) rank += node.counts[j]
      node = node.children[i]
    }
    const at = lowerBound(node, score, member)
    return at < node.members.length && node.members[at] === member ? rank + at : -1
  }

  /** Visits `count` elements from a rank on, upwards or (`reverse`) downwards. */
  walk(rank: number, count: number, reverse: boolean, visit: Visit): void {
    let node: Node | null = this.#root
    let at = rank
    while (node.children !== null) {
      let i = 0
      for (const last = node.children.length - 1; i < last && at >= node.counts[i]; i++) at -= node.counts[i]
      node = node.children[i]
    }
    if (reverse) {
      for (let left = count; left > 0 && node !== null; node = node.prev, at = node === null ? 0 : node.members.length - 1) {
        for (; at >= 0 && left > 0; at--, left--) visit(node.members[at], node.scores[at])
      }
    } else {
      for (let left = count; left > 0 && node !== null; node = node.next, at = 0) {
        for (; at < node.members.length && left > 0; at++, left--) visit(node.members[at], node.scores[at])
      }
    }
  }
}

/** The first position in a leaf that is not below (score, member). */
function lowerBound(node: Node, score: number, member: ByteString): number {
  const { scores, members } = node
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = scores[middle]
    if (at < score || (at === score && members[middle] < member)) low = middle + 1
    else high = middle
  }
  return low
}

/** Which child (score, member) belongs to. */
function childFor(node: Node, score: number, member: ByteString): number {
  const { scores, members } = node
  let low = 1
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >> 1
    const at = scores[middle]
    if (at < score || (at === score && members[middle] <= member)) low = middle + 1
    else high = middle
  }
  return low - 1
}

function partitionNode(node: Node, before: Before): number {
  let low = 0
  let high = node.scores.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(node.scores[middle], node.members[middle])) low = middle + 1
    else high = middle
  }
  return low
}

/** @returns the new right half if the node was split */
function insertInto(node: Node, score: number, member: ByteString): Node | null {
  if (node.children === null) {
    const at = lowerBound(node, score, member)
    if (node.scores.length === 0) {
      // Not pushed: V8 would make room for 17.
      node.scores = [score]
      node.members = [member]
    } else if (at === node.scores.length) {
      node.scores.push(score)
      node.members.push(member)
    } else {
      node.scores.splice(at, 0, score)
      node.members.splice(at, 0, member)
    }
    if (node.scores.length <= LEAF_SIZE) return null
    // Rising scores (timestamps) only ever append: leave the left leaf nearly full then.
    return split(node, node.next === null && at === LEAF_SIZE ? LEAF_SIZE - 4 : LEAF_SIZE >> 1)
  }
  const i = childFor(node, score, member)
  if (i === 0 && (score < node.scores[0] || (score === node.scores[0] && member < node.members[0]))) {
    node.scores[0] = score
    node.members[0] = member
  }
  const right = insertInto(node.children[i], score, member)
  node.counts[i]++
  if (right === null) return null
  setChild(node, i, node.children[i])
  node.children.splice(i + 1, 0, right)
  node.counts.splice(i + 1, 0, countOf(right))
  node.scores.splice(i + 1, 0, right.scores[0])
  node.members.splice(i + 1, 0, right.members[0])
  return node.children.length <= INNER_SIZE ? null : split(node, INNER_SIZE >> 1)
}

function deleteFrom(node: Node, score: number, member: ByteString): boolean {
  if (node.children === null) {
    const at = lowerBound(node, score, member)
    if (at === node.scores.length || node.scores[at] !== score || node.members[at] !== member) return false
    node.scores.splice(at, 1)
    node.members.splice(at, 1)
    return true
  }
  const i = childFor(node, score, member)
  const child = node.children[i]
  if (!deleteFrom(child, score, member)) return false
  node.counts[i]--
  const least = (child.children === null ? LEAF_SIZE : INNER_SIZE) >> 2
  if (child.scores.length < least && node.children.length > 1) rebalance(node, i === 0 ? 0 : i - 1)
  return true
}

/** Joins child i and the one after it, and parts them evenly again if that is too much for one node. */
function rebalance(node: Inner, i: number): void {
  const left = node.children[i]
  const right = node.children[i + 1]
  const all = left.scores.length + right.scores.length
  left.scores = left.scores.concat(right.scores)
  left.members = left.members.concat(right.members)
  const most = left.children === null ? LEAF_SIZE : INNER_SIZE
  if (left.children === null) {
    left.next = right.next
    if (right.next !== null) right.next.prev = left
  } else if (right.children !== null) {
    left.children = left.children.concat(right.children)
    left.counts = left.counts.concat(right.counts)
  }
  if (all > most - (most >> 2)) {
    setChild(node, i + 1, split(left, all >> 1))
    node.counts[i] = countOf(left)
    return
  }
  node.counts[i] = countOf(left)
  node.children.splice(i + 1, 1)
  node.counts.splice(i + 1, 1)
  node.scores.splice(i + 1, 1)
  node.members.splice(i + 1, 1)
}

/** Cuts a node in two. @returns the right part */
function split(node: Node, at: number): Node {
  const scores = node.scores.splice(at)
  const members = node.members.splice(at)
  if (node.children !== null) return inner(scores, members, node.children.splice(at), node.counts.splice(at))
  const right = leaf(scores, members)
  right.next = node.next
  right.prev = node
  if (right.next !== null) right.next.prev = right
  node.next = right
  return right
}

function setChild(node: Inner, i: number, child: Node): void {
  node.children[i] = child
  node.counts[i] = countOf(child)
  node.scores[i] = child.scores[0]
  node.members[i] = child.members[0]
}

function parentOf(left: Node, right: Node): Node {
  return inner([left.scores[0], right.scores[0]], [left.members[0], right.members[0]], [left, right], [countOf(left), countOf(right)])
}

function countOf(node: Node): number {
  if (node.children === null) return node.scores.length
  let count = 0
  for (const each of node.counts) count += each
  return count
}
