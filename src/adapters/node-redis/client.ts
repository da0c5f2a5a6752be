// What is used of node-redis: the shape of its clients, the same in versions 5 and 6. Nothing is imported from it: the client
// that the user made brings all there is, and its version is the user's choice.
import type { Word } from '../connections/connection.ts'

interface CommandOptions {
  /** How replies are decoded, by RESP's sign of the type. */
  readonly typeMapping?: object
  /** What belongs together: after a lost connection the rest of it is not sent. */
  readonly chainId?: symbol
  readonly timeout?: number | undefined
  readonly asap?: boolean
}

interface Options {
  readonly socket?: object | undefined
  readonly database?: number | undefined
}

export type Listener = (message: Buffer, channel: Buffer) => void

/** What hears messages. (The types of versions 5 and 6 have no common one for what is to be removed.) */
export interface Ears {
  subscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>
  pSubscribe(patterns: string[], listener: Listener, bufferMode: true): Promise<unknown>
  sSubscribe(channels: string[], listener: Listener, bufferMode: true): Promise<unknown>
  unsubscribe(channels: string[], listener: never, bufferMode: true): Promise<unknown>
  pUnsubscribe(patterns: string[], listener: never, bufferMode: true): Promise<unknown>
  sUnsubscribe(channels: string[], listener: never, bufferMode: true): Promise<unknown>
}

/** Of each kind of client. */
interface Closable {
  readonly isOpen: boolean
  destroy(): unknown
}

/** What `createClient` makes: one connection. */
export interface NodeRedisClient extends Closable, Ears {
  readonly isReady: boolean
  readonly options: Options | undefined
  sendCommand(words: Word[], options?: CommandOptions): Promise<unknown>
  select(database: number): Promise<void>
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<unknown>
  /** @param overrides node-redis takes options that are undefined, which its types do not say with `exactOptionalPropertyTypes` */
  duplicate(overrides: object): NodeRedisClient
}

/** What `createClientPool` makes: connections to one server. */
export interface NodeRedisPool extends Closable {
  execute<T>(use: (client: NodeRedisClient) => T): Promise<Awaited<T>>
  close(): Promise<unknown>
}

/** What lends a connection to the master: a Sentinel client's other methods for that hide the connection itself. */
export const EXECUTE = '_execute'

/** What `createSentinel` makes: connections to the master that Sentinels name. */
export interface NodeRedisSentinel extends Closable, Ears {
  [EXECUTE]<T>(isReadonly: boolean, use: (client: NodeRedisClient) => Promise<T>): Promise<T>
  close(): Promise<unknown>
}

/** A node of a cluster. */
export interface ClusterNode {
  readonly address: string
  readonly client?: { readonly isReady: boolean } | undefined
}

/** What `createCluster` makes. */
export interface NodeRedisCluster extends Closable {
  /** By slot. */
  readonly slots: readonly ({ readonly master: ClusterNode } | undefined)[]
  readonly masters: readonly ClusterNode[]
  readonly nodeByAddress: ReadonlyMap<string, ClusterNode>
  nodeClient(node: ClusterNode): Promise<NodeRedisClient>
  /** A replica, or the master, where the options have `useReplicas`. */
  getSlotRandomNode(slot: number): ClusterNode
  sendCommand(firstKey: Word, isReadonly: boolean, words: Word[]): Promise<unknown>
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<unknown>
  close(): Promise<unknown>
  duplicate(overrides: { readonly minimizeConnections: true }): NodeRedisCluster
}
