// The graph that finds near vectors without looking at all: hierarchical navigable small worlds, as Malkov and Yashunin describe
// them (https://arxiv.org/abs/1603.09320). Every node is on layer 0, a quarter of those on a layer on the next one too. A search goes
// greedily from layer to layer, and on the last one keeps a number of candidates. All links go both ways, which files require.
import type { ByteString } from '../bytes.ts'
import { type Found, Heap } from './nearest.ts'
import { distanceOf, type Quantization, type Vector } from './vector.ts'

interface Layer {
  links: Node[]
  /** How far the links lead; null where that is not known yet. */
  distances: number[] | null
}

/** An element of a set. */
export interface Node {
  readonly name: ByteString
  attributes: ByteString | null
  vector: Vector
  /** Its name in files. */
  id: number
  readonly layers: Layer[]
  /** Where it is among all nodes. */
  index: number
  /** The last search that has seen it. */
  seen: number
}

export type Filter = (attributes: ByteString) => boolean

/** Above the lowest one. */
export const MOST_LAYERS = 16
/** How many candidates are kept to find links for those that lost some. */
const REPAIR = 100
/** Looking at so many nodes is no slower than a search, and misses nothing. */
const SCAN = 1000

export class Graph {
  readonly nodes: Node[] = []
  readonly m: number
  readonly distance: (a: Vector, b: Vector) => number
  #entry: Node | null = null
  #searches = 0
  /** Is told of a node whose links are about to change. */
  beforeChange: ((node: Node) => void) | null = null

  constructor(quantization: Quantization, dim: number, m: number) {
    this.m = m
    this.distance = distanceOf(quantization, dim)
  }

  get topLayer(): number {
    return (this.#entry?.layers.length ?? 1) - 1
  }

  /** So many links a node has on a layer, if all goes well. */
  mostLinks(layer: number): number {
    return layer === 0 ? 2 * this.m : this.m
  }

  /** Takes a node that has its layers and links already. */
  adopt(node: Node): void {
    node.index = this.nodes.push(node) - 1
    if (this.#entry === null || node.layers.length > this.#entry.layers.length) this.#entry = node
  }

  /** @param effort how many candidates are kept to choose links from */
  insert(node: Node, random: () => number, effort: number): void {
    let height = 1
    while (height <= MOST_LAYERS && random() < 0.25) height++
    for (let i = 0; i < height; i++) node.layers.push({ links: [], distances: [] })
    const entry = this.#entry
    if (entry !== null) this.#join(node, entry, height - 1, effort)
    this.adopt(node)
  }

  #join(node: Node, entry: Node, top: number, effort: number): void {
    let at = this.#descend(node.vector, entry, top)
    for (let layer = Math.min(top, entry.layers.length - 1); layer >= 0; layer--) {
      const found = this.#searchLayer(node.vector, at, layer, effort)
      this.#link(node, found, layer)
      at = found[0].node
    }
  }

  /** Goes to the nearest node on the layers above one. */
  #descend(vector: Vector, from: Node, above: number): Node {
    let at = from
    for (let layer = from.layers.length - 1; layer > above; layer--) at = this.#searchLayer(vector, at, layer, 1)[0].node
    return at
  }

  /** Links a node to some of those that were found near it. */
  #link(node: Node, found: readonly Found<Node>[], layer: number): void {
    const { links } = node.layers[layer]
    const most = this.mostLinks(layer)
    // First those that are nearer to it than to what it is linked to: so links lead in all directions.
    for (const each of found) {
      if (links.length >= most) return
      if (each.node === node || links.includes(each.node)) continue
      if (links.some((other) => this.distance(each.node.vector, other.vector) < each.distance)) continue
      this.#connect(node, each.node, each.distance, layer, false)
    }
    // A node with few links would be hard to find.
    for (const each of found) {
      if (links.length >= this.m / 2) return
      if (each.node !== node && !links.includes(each.node)) this.#connect(node, each.node, each.distance, layer, true)
    }
  }

  /** Links two nodes, if the other one has room or a link that is worse. @param insist even if it has neither */
  #connect(node: Node, other: Node, distance: number, layer: number, insist: boolean): void {
    const { links } = other.layers[layer]
    const most = this.mostLinks(layer)
    if (links.length >= most) {
      const worst = this.#worstLink(other, layer, insist ? this.m / 4 : this.m / 2)
      if (worst !== null && (insist || worst.distance > distance)) this.#unlink(other, worst.node, layer)
      else if (!insist || links.length >= most * 1.5) return
    }
    this.#append(node, other, distance, layer)
    this.#append(other, node, distance, layer)
  }

  /** The farthest neighbour that has more than so many links and can do without this one. */
  #worstLink(node: Node, layer: number, least: number): Found<Node> | null {
    const distances = this.distances(node, layer)
    let worst: Found<Node> | null = null
    node.layers[layer].links.forEach((other, i) => {
      if (other.layers[layer].links.length > least && (worst === null || distances[i] > worst.distance))
        worst = { node: other, distance: distances[i] }
    })
    return worst
  }

  /** How far a node's links lead. */
  distances(node: Node, layer: number): number[] {
    const each = node.layers[layer]
    each.distances ??= each.links.map((other) => this.distance(node.vector, other.vector))
    return each.distances
  }

  #append(node: Node, other: Node, distance: number, layer: number): void {
    this.beforeChange?.(node)
    this.distances(node, layer).push(distance)
    node.layers[layer].links.push(other)
  }

  #unlink(node: Node, other: Node, layer: number): void {
    this.#drop(node, other, layer)
    this.#drop(other, node, layer)
  }

  #drop(node: Node, other: Node, layer: number): void {
    this.beforeChange?.(node)
    const { links, distances } = node.layers[layer]
    const at = links.indexOf(other)
    links.splice(at, 1)
    distances?.splice(at, 1)
  }

  remove(node: Node): void {
    const last = this.nodes.pop()!
    if (last !== node) {
      this.nodes[node.index] = last
      last.index = node.index
    }
    const left = node.layers.map(({ links }, layer) => {
      const neighbours = [...links]
      for (const other of neighbours) this.#unlink(node, other, layer)
      return neighbours
    })
    if (this.#entry === node) {
      let highest: Node | null = null
      for (const each of this.nodes) if (highest === null || each.layers.length > highest.layers.length) highest = each
      this.#entry = highest
    }
    left.forEach((neighbours, layer) => this.#reconnect(neighbours, layer))
  }

  /** Gives nodes that lost a link another: to each other, nearest pairs first, and where that leaves one with few, to any. */
  #reconnect(nodes: readonly Node[], layer: number): void {
    const pairs: { a: Node; b: Node; distance: number }[] = []
    nodes.forEach((a, i) => {
      for (const b of nodes.slice(i + 1)) {
        if (!a.layers[layer].links.includes(b)) pairs.push({ a, b, distance: this.distance(a.vector, b.vector) })
      }
    })
    const done = new Set<Node>()
    for (const { a, b, distance } of pairs.sort((x, y) => x.distance - y.distance)) {
      if (done.has(a) || done.has(b)) continue
      this.#append(a, b, distance, layer)
      this.#append(b, a, distance, layer)
      done.add(a).add(b)
    }
    for (const node of nodes) {
      const entry = this.#entry
      if (entry === null || entry.layers.length <= layer || node.layers[layer].links.length > this.m / 4) continue
      this.#link(node, this.#searchLayer(node.vector, this.#descend(node.vector, entry, layer), layer, REPAIR), layer)
    }
  }

  /**
   * The nodes nearest to a vector, nearest first.
   * @param effort how many are kept on the way, and found at most
   * @param most how many nodes are looked at while there is a filter
   */
  search(vector: Vector, effort: number, filter: Filter | null = null, most = Infinity): Found<Node>[] {
    if (this.nodes.length <= Math.max(SCAN, effort * 8)) return this.scan(vector, effort, filter)
    return this.#searchLayer(vector, this.#descend(vector, this.#entry!, 0), 0, effort, filter, most)
  }

  /** The same by looking at all. */
  scan(vector: Vector, most: number, filter: Filter | null = null): Found<Node>[] {
    const found = new Heap<Node>(-1)
    for (const node of this.nodes) {
      const distance = this.distance(vector, node.vector)
      if (found.size >= most && distance >= found.top!.distance) continue
      if (!passes(node, filter)) continue
      found.push({ node, distance })
      if (found.size > most) found.pop()
    }
    return found.sorted()
  }

  #searchLayer(vector: Vector, from: Node, layer: number, effort: number, filter: Filter | null = null, most = Infinity): Found<Node>[] {
    const search = ++this.#searches
    const candidates = new Heap<Node>(1)
    const found = new Heap<Node>(-1)
    let farthest = Infinity
    const visit = (node: Node): void => {
      node.seen = search
      const distance = this.distance(vector, node.vector)
      if (found.size >= effort && distance >= farthest) return
      candidates.push({ node, distance })
      if (!passes(node, filter)) return
      found.push({ node, distance })
      if (found.size > effort) found.pop()
      farthest = found.top!.distance
    }
    visit(from)
    let looked = 0
    for (let next = candidates.pop(); next !== undefined; next = candidates.pop()) {
      if (found.size >= effort && next.distance > farthest) break
      if (filter !== null && ++looked > most) break
      for (const node of next.node.layers[layer].links) if (node.seen !== search) visit(node)
    }
    return found.sorted()
  }
}

const passes = ({ attributes }: Node, filter: Filter | null): boolean => filter === null || (attributes !== null && filter(attributes))
