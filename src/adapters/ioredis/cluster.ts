// The client on an ioredis `Cluster`. A pipeline's commands are sent one by one: ioredis follows redirections for single
// commands only, and they go out together all the same.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Backend, CallOptions, Capabilities, Listening, Stop } from '../../core/client/backend.ts'
import { connectionClosed, isLost, RedisError, unreachable } from '../../core/client/errors.ts'
import { CLOSED, type Reply, ReplyError } from '../../core/reply.ts'
import type { IoredisCluster, IoredisSingle } from './client.ts'
import { addressOf, ClusterSender } from './cluster-sender.ts'
import { ClusterSubscription } from './cluster-subscription.ts'
import { ClusterWatch } from './cluster-watch.ts'
import { combinerOf } from './every-node.ts'
import { NodeBackend } from './node.ts'
import { OwnConnections } from './own-connections.ts'
import { someOf } from './replies.ts'
import { hasStringNumbers, Sender } from './sender.ts'
import { OWN, PATIENT, quit } from './single.ts'

const INVALID_CURSOR = new ReplyError('ERR invalid cursor')
/** A cluster's cursor: a node's own, and where the node is. */
const CURSOR = /^(\d+)(?:@(.+))?$/

export class ClusterBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #client: IoredisCluster
  readonly #sender: ClusterSender
  readonly #own: OwnConnections
  readonly #subscriptions = new Set<ClusterSubscription>()
  #closed = false

  constructor(client: IoredisCluster) {
    this.#client = client
    this.#sender = new ClusterSender(client)
    this.#own = new OwnConnections(client, () => client.duplicate([], { ...OWN, redisOptions: PATIENT }))
    client.on('end', () => this.#endSubscriptions(RedisError.from(unreachable(connectionClosed()), 'SUBSCRIBE')))
    this.capabilities = {
      watch: true,
      blocking: true,
      subscribe: true,
      databases: false,
      persistence: true,
      multipleSlots: false,
      exactIntegers: hasStringNumbers(client),
      delivery: 'at least once',
    }
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    if (options?.blocking) return this.#own.wait(argv, options.signal).then((reply) => (this.#closed && isLost(reply) ? CLOSED : reply))
    const combine = combinerOf(argv)
    if (combine !== undefined) return this.#everywhere(argv).then(combine)
    if (argv[0] === 'SCAN' && argv.length > 1) return this.#scan(argv)
    if (argv[0] === 'RANDOMKEY') return this.#randomKey(argv)
    return this.#sender.send(argv)
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    if (atomic) return this.#sender.transact(commands)
    return someOf(await Promise.all(commands.map((argv) => this.call(argv))), commands)
  }

  async connect(): Promise<Backend> {
    if (this.#closed) throw RedisError.from(CLOSED, 'WATCH')
    return new ClusterWatch(this, this.#sender)
  }

  async subscribe(listening: Listening): Promise<Stop> {
    if (this.#closed) throw RedisError.from(CLOSED, 'SUBSCRIBE')
    const onEnd = (error?: Error): void => {
      this.#subscriptions.delete(subscription)
      listening.onEnd(error)
    }
    const subscription = new ClusterSubscription(this.#sender, { ...listening, onEnd })
    await subscription.open()
    this.#subscriptions.add(subscription)
    return async () => subscription.end()
  }

  async nodes(): Promise<readonly Backend[]> {
    const masters = await this.#sender.everyMaster()
    if (masters instanceof ReplyError) throw RedisError.from(masters, 'SCAN')
    return masters.map((node) => new NodeBackend(this, new Sender(node)))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#own.close()
    this.#endSubscriptions()
    await quit(this.#client)
  }

  #endSubscriptions(error?: Error): void {
    for (const subscription of [...this.#subscriptions]) subscription.end(error)
  }

  async #everywhere(argv: Argv): Promise<Reply[]> {
    const masters = await this.#sender.everyMaster()
    if (masters instanceof ReplyError) return [masters]
    return Promise.all(masters.map((node) => new Sender(node).send(argv)))
  }

  /** One master after the other. */
  async #scan(argv: Argv): Promise<Reply> {
    const masters = await this.#sender.everyMaster()
    if (masters instanceof ReplyError) return masters
    const [, cursor, address] = CURSOR.exec(argv[1]) ?? []
    const at = address === undefined ? 0 : masters.findIndex((node) => addressOf(node) === address)
    if (cursor === undefined || at < 0 || (address === undefined && cursor !== '0')) return INVALID_CURSOR
    const reply = await new Sender(masters[at]).send(['SCAN', cursor, ...argv.slice(2)])
    if (!Array.isArray(reply)) return reply
    const [next, keys] = reply as [ByteString, Reply]
    if (next !== '0') return [`${next}@${addressOf(masters[at])}`, keys]
    return [at + 1 < masters.length ? `0@${addressOf(masters[at + 1])}` : '0', keys]
  }

  /** As likely from each master as its share of the keys. */
  async #randomKey(argv: Argv): Promise<Reply> {
    const sizes = await this.#everywhere(['DBSIZE'])
    const failed = sizes.find((size) => size instanceof ReplyError)
    if (failed !== undefined) return failed
    const masters = await this.#sender.masters()
    let left = Math.random() * (sizes as number[]).reduce((a, b) => a + b, 0)
    const at = (sizes as number[]).findIndex((size) => (left -= size) < 0)
    return new Sender(pick(masters, at)).send(argv)
  }
}

const pick = (masters: IoredisSingle[], at: number): IoredisSingle => masters[at] ?? masters[0]
