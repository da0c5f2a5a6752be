// A node-redis cluster: it knows who has which slot, and each command is sent to the node that has its key. Its own `sendCommand`
// is not used for that: in version 6 it splits some commands and sends others everywhere, which in version 5 it does not.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { connectionClosed, RedisError, unreachable } from '../../core/client/errors.ts'
import { slotOf } from '../../core/slots.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { CLOSE_TIMEOUT_MS, type Connection, type Nodes, pause, wordOf } from '../connections/connection.ts'
import type { NodeRedisClient, NodeRedisCluster } from './client.ts'
import { ClusterMaster } from './cluster-master.ts'
import { CommandKeys } from './keys.ts'
import { failureOf, replyOf } from './replies.ts'
import { sendAll, sendAsking, sendOne, sendRaw } from './sending.ts'

/** How many redirections of a command are followed, as by node-redis. */
const MAX_REDIRECTIONS = 16
const REDIRECTION = /^(MOVED|ASK) \d+ (\S+)$/
/** Of a command whose keys are not all where their slot is going: until they may be. */
const TRY_AGAIN_MS = 100

export class ClusterNodes implements Nodes, Connection {
  readonly traits = { exactIntegers: true, delivery: 'exactly once' } as const
  readonly #cluster: NodeRedisCluster
  #keys: Promise<CommandKeys> | null = null
  /** The same, once it is there: what is known is not waited for, so that calls go out in their order. */
  #known: CommandKeys | null = null
  /** Why it was lost, if it was. */
  #reason: unknown

  constructor(cluster: NodeRedisCluster) {
    this.#cluster = cluster
    cluster.on('error', (error) => {
      this.#reason = error
    })
  }

  get ended(): boolean {
    return !this.#cluster.isOpen
  }

  get ready(): boolean {
    return this.#cluster.isOpen
  }

  async send(argv: Argv): Promise<Reply> {
    try {
      const commands = this.#known ?? (await this.#commands())
      // Any node takes PUBLISH. By always the same one a channel's messages stay in order.
      const [key] = argv[0] === 'PUBLISH' ? argv.slice(1) : (commands.of(argv) ?? [])
      if (key === undefined) return await sendOne(await this.#anyone(), argv)
      return await this.#sendTo(key, argv, commands.onlyReads(argv))
    } catch (error) {
      return failureOf(error)
    }
  }

  async sendAll(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (!atomic) return Promise.all(commands.map((argv) => this.send(argv)))
    const keys = this.#known ?? (await this.#commands().catch(rejected(commands[0][0])))
    const [key] = commands.flatMap((argv) => keys.of(argv) ?? [])
    let client: NodeRedisClient
    try {
      client = await (key === undefined ? this.#anyone() : this.#clientOf(key, false))
    } catch (error) {
      return rejected('MULTI')(error)
    }
    for (let [left, asking] = [MAX_REDIRECTIONS, false]; ; left--) {
      try {
        return await sendAll(client, commands, true, asking)
      } catch (error) {
        const { cause } = error as RedisError
        const next = cause instanceof RedisError && left > 0 ? await this.#redirected(key, cause.message).catch(rejected('MULTI')) : null
        if (next === null) throw error
        ;({ client, asking } = next)
      }
    }
  }

  async open(): Promise<Connection> {
    const own = new ClusterNodes(this.#cluster.duplicate({ minimizeConnections: true }))
    own.#keys = this.#keys
    own.#known = this.#known
    await own.#cluster.connect().catch(rejected('CONNECT'))
    return own
  }

  keysOf(argv: Argv): ByteString[] | null | Promise<ByteString[] | null> {
    return this.#known?.of(argv) ?? this.#commands().then((commands) => commands.of(argv), rejected(argv[0]))
  }

  async masters(): Promise<ClusterMaster[]> {
    await this.#commands().catch(rejected('COMMAND')) // what was called before waits for that too, and goes first
    const nodes = this.#cluster.masters.toSorted((a, b) => (a.address < b.address ? -1 : 1))
    if (nodes.length === 0) throw RedisError.from(unreachable(this.#closed()), 'PING')
    return nodes.map((node) => new ClusterMaster(this.#cluster, node))
  }

  async everyMaster(): Promise<ClusterMaster[] | ReplyError> {
    // (An array of that length with holes in it: `some` and its like pass them over.)
    return this.#cluster.isOpen && this.#cluster.slots.includes(undefined)
      ? unreachable(new Error('A master of the cluster is gone.'))
      : this.masters()
  }

  async masterOf(key: ByteString): Promise<ClusterMaster> {
    const shard = this.#cluster.slots[slotOf(key)]
    return shard === undefined ? (await this.masters())[0] : new ClusterMaster(this.#cluster, shard.master)
  }

  /** Any command on the key that it sends by itself: it looks for all slots anew when it is told that one has moved. */
  async locate(key: ByteString): Promise<void> {
    if (this.#cluster.slots[slotOf(key)] === undefined) return
    await this.#cluster.sendCommand(wordOf(key), false, ['TYPE', wordOf(key)]).catch(() => {}) // whoever needs the key will hear of it
  }

  onEnd(listener: (reason: ReplyError) => void): void {
    this.#cluster.on('disconnect', () => listener(unreachable(this.#closed())))
  }

  drop(): void {
    if (!this.#cluster.isOpen) return
    try {
      this.#cluster.destroy()
    } catch {
      this.#cluster.close().catch(() => {}) // version 5 stops at a node whose connection has ended by itself
    }
  }

  async close(): Promise<void> {
    const closed = this.#cluster.close()
    // What is destroyed may never be closed.
    if (await Promise.race([closed, pause(CLOSE_TIMEOUT_MS).then(() => true)])) this.drop()
  }

  async #sendTo(key: ByteString, argv: Argv, onlyReads: boolean): Promise<Reply> {
    let client = await this.#clientOf(key, onlyReads)
    for (let [left, asking] = [MAX_REDIRECTIONS, false]; ; left--) {
      const reply = await (asking ? sendAsking(client, argv) : sendOne(client, argv))
      if (!(reply instanceof ReplyError) || left === 0) return reply
      const next = await this.#redirected(key, reply.text)
      if (next === null) return reply
      ;({ client, asking } = next)
    }
  }

  /** Where to send a command again that a node has sent on: it may know more than the others yet. @returns null if it has not */
  async #redirected(key: ByteString, text: string): Promise<{ client: NodeRedisClient; asking: boolean } | null> {
    if (text.startsWith('TRYAGAIN ')) {
      await pause(TRY_AGAIN_MS)
      return { client: await this.#clientOf(key, false), asking: false }
    }
    const [, kind, address] = REDIRECTION.exec(text) ?? []
    if (kind === undefined) return null
    const { nodeByAddress } = this.#cluster
    const asking = kind === 'ASK'
    if (!asking || !nodeByAddress.has(address)) await this.locate(key)
    const node = nodeByAddress.get(address)
    if (node === undefined) return { client: await this.#clientOf(key, false), asking: false }
    return { client: await this.#cluster.nodeClient(node), asking }
  }

  /** Who has a key. */
  #clientOf(key: ByteString, onlyReads: boolean): Promise<NodeRedisClient> {
    const slot = slotOf(key)
    const shard = this.#cluster.slots[slot]
    if (shard === undefined) return this.#anyone()
    return this.#cluster.nodeClient(onlyReads ? this.#cluster.getSlotRandomNode(slot) : shard.master)
  }

  /** One that is connected, if there is one. */
  async #anyone(): Promise<NodeRedisClient> {
    const { masters } = this.#cluster
    if (masters.length === 0) throw this.#closed()
    const ready = masters.filter(({ client }) => client?.isReady)
    const among = ready.length === 0 ? masters : ready
    return this.#cluster.nodeClient(among[Math.floor(Math.random() * among.length)])
  }

  #commands(): Promise<CommandKeys> {
    this.#keys ??= this.#askKeys()
    return this.#keys
  }

  async #askKeys(): Promise<CommandKeys> {
    try {
      this.#known = new CommandKeys(replyOf(['COMMAND'], await sendRaw(await this.#anyone(), ['COMMAND'])) as Reply[])
      return this.#known
    } catch (error) {
      this.#keys = null
      throw error
    }
  }

  #closed(): unknown {
    return this.#reason ?? connectionClosed()
  }
}

const rejected =
  (command: string) =>
  (error: unknown): never => {
    throw RedisError.from(failureOf(error), command)
  }
