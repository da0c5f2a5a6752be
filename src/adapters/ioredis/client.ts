// What is used of ioredis: the shape of its clients, the same from version 5.9 to 6. Nothing is imported from it: the
// client that the user made brings all there is, and its version is the user's choice.

import type { Word } from '../connections/connection.ts'

/** A command on its way: ioredis's own object, which knows where its keys are. */
export interface Command {
  readonly args: readonly unknown[]
  readonly promise: Promise<unknown>
  getKeys(): (string | Uint8Array)[]
}

/** Its types do not name `sendCommand`, which every pipeline has. */
export interface Pipeline {
  sendCommand?(command: Command): unknown
  exec(): Promise<[error: Error | null, result?: unknown][] | null>
}

interface Options {
  readonly keyPrefix?: string | undefined
  readonly stringNumbers?: boolean | undefined
  readonly replyMapping?: string | undefined
}

/** What `Redis` and `Cluster` have in common. */
export interface Connection {
  readonly status: string
  readonly options: Options & { readonly enableAutoPipelining?: boolean | undefined; readonly redisOptions?: Options | undefined }
  callBuffer(name: string, ...words: Word[]): Promise<unknown>
  sendCommand(command: Command): unknown
  pipeline(): Pipeline
  multi(): Pipeline
  subscribe(...channels: Word[]): Promise<unknown>
  psubscribe(...patterns: Word[]): Promise<unknown>
  ssubscribe(...channels: Word[]): Promise<unknown>
  on(event: string, listener: (...args: unknown[]) => void): unknown
  connect(): Promise<void>
  quit(): Promise<unknown>
  disconnect(): void
}

/** How a connection made for one purpose differs from the one it is made like. */
export interface NodeOverrides {
  readonly keyPrefix?: ''
  readonly db?: number
  readonly retryStrategy?: null
  readonly autoResendUnfulfilledCommands?: false
  readonly commandTimeout?: undefined
  readonly socketTimeout?: undefined
}
interface Overrides {
  readonly lazyConnect: true
  readonly enableOfflineQueue: true
  readonly enableAutoPipelining: false
}

/** An ioredis `Redis`: a single server, or the master that Sentinels name. */
export interface IoredisSingle extends Connection {
  readonly options: Connection['options'] & {
    readonly db?: number | undefined
    readonly autoResendUnfulfilledCommands?: boolean | undefined
    readonly host?: string | undefined
    readonly port?: number | undefined
  }
  /** What the connection has been told, such as the database it has selected. */
  readonly condition: { readonly select: number } | null
  duplicate(overrides: Overrides & NodeOverrides): IoredisSingle
}

/** An ioredis `Cluster`. */
export interface IoredisCluster extends Connection {
  /** For each slot its nodes as `host:port`, the master first. */
  readonly slots: readonly (readonly string[])[]
  nodes(role: 'master'): IoredisSingle[]
  refreshSlotsCache(done: () => void): void
  duplicate(startupNodes: never[], overrides: Overrides & { redisOptions: NodeOverrides }): IoredisCluster
}
