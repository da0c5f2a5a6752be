// The client on a cluster. A pipeline's commands are sent one by one: libraries follow redirections for single commands only,
// and they go out together all the same.
import type { ByteString } from '../../core/bytes.ts'
import {
  type Argv,
  type Backend,
  type CallOptions,
  type Capabilities,
  type Listening,
  ONE_SERVER,
  type Stop,
} from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import { CLOSED, type Reply, ReplyError } from '../../core/reply.ts'
import { ClusterSubscription } from './cluster-subscription.ts'
import { ClusterWatch } from './cluster-watch.ts'
import { CLOSE_TIMEOUT_MS, type Nodes, pause, someOf, SUBSCRIBE } from './connection.ts'
import { combinerOf } from './every-node.ts'
import { goesAlone, inParts } from './in-parts.ts'
import { NodeBackend } from './node.ts'
import { OwnConnections, untilAborted } from './own-connections.ts'
import { transact } from './transaction.ts'

const INVALID_CURSOR = new ReplyError('ERR invalid cursor')
/** A cluster's cursor: a node's own, and where the node is. */
const CURSOR = /^(\d+)(?:@(.+))?$/

export class ClusterBackend implements Backend {
  readonly capabilities: Capabilities
  readonly #nodes: Nodes
  readonly #own: OwnConnections
  readonly #subscriptions = new Set<ClusterSubscription>()
  readonly #watching = new Set<ClusterWatch>()
  /** What is not answered yet: a redirection may still send it elsewhere. */
  readonly #calls = new Set<Promise<unknown>>()
  #closed = false

  constructor(nodes: Nodes) {
    this.#nodes = nodes
    this.#own = new OwnConnections(nodes)
    nodes.onEnd((reason) => this.#endSubscriptions(RedisError.from(reason, 'SUBSCRIBE')))
    this.capabilities = { ...ONE_SERVER, databases: false, multipleSlots: false, ...nodes.traits }
  }

  call(argv: Argv, options?: CallOptions): Reply | Promise<Reply> {
    if (this.#closed) return CLOSED
    const combine = combinerOf(argv)
    if (combine !== undefined) return untilAborted(() => this.#called(this.#everywhere(argv).then(combine)), options?.signal)
    if (options?.blocking) return this.#own.wait(argv, options.signal).then((reply) => (this.#closed && isLost(reply) ? CLOSED : reply))
    if (argv[0] === 'SCAN' && argv.length > 1) return this.#called(this.#scan(argv))
    if (argv[0] === 'RANDOMKEY') return this.#called(this.#randomKey(argv))
    return this.#called(this.#nodes.send(argv))
  }

  async batch(commands: readonly Argv[], atomic: boolean): Promise<Reply[] | null> {
    if (this.#closed) throw RedisError.from(CLOSED, commands[0][0])
    if (atomic) return this.#called(transact(this.#nodes, commands))
    if (commands.some(goesAlone)) return inParts(this, commands)
    return someOf(await Promise.all(commands.map((argv) => this.call(argv))), commands)
  }

  async connect(): Promise<Backend> {
    if (this.#closed) throw RedisError.from(CLOSED, 'WATCH')
    const watching: ClusterWatch = new ClusterWatch(this, this.#nodes, () => this.#watching.delete(watching))
    this.#watching.add(watching)
    return watching
  }

  async subscribe(listening: Listening): Promise<Stop> {
    if (this.#closed) throw RedisError.from(CLOSED, SUBSCRIBE[listening.topic])
    const onEnd = (error?: Error): void => {
      this.#subscriptions.delete(subscription)
      listening.onEnd(error)
    }
    const subscription = new ClusterSubscription(this.#nodes, { ...listening, onEnd })
    await this.#own.made(SUBSCRIBE[listening.topic], subscription.open(), () => this.#subscriptions.add(subscription))
    return async () => subscription.drop()
  }

  async nodes(): Promise<readonly Backend[]> {
    if (this.#closed) throw RedisError.from(CLOSED, 'SCAN')
    const masters = await this.#nodes.everyMaster()
    if (masters instanceof ReplyError) throw RedisError.from(masters, 'SCAN')
    return masters.map((node) => new NodeBackend(this, node, () => this.#closed))
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#own.close()
    this.#endSubscriptions()
    await Promise.race([Promise.allSettled(this.#calls), pause(CLOSE_TIMEOUT_MS)])
    await Promise.all([...[...this.#watching].map((each) => each.close()), this.#nodes.close()])
  }

  #called<T>(call: Promise<T>): Promise<T> {
    this.#calls.add(call)
    const done = (): boolean => this.#calls.delete(call)
    call.then(done, done)
    return call
  }

  #endSubscriptions(error?: Error): void {
    for (const subscription of [...this.#subscriptions]) subscription.drop(error)
  }

  async #everywhere(argv: Argv): Promise<Reply[]> {
    const masters = await this.#nodes.everyMaster()
    if (masters instanceof ReplyError) return [masters]
    return Promise.all(masters.map((node) => node.send(argv)))
  }

  /** One master after the other. */
  async #scan(argv: Argv): Promise<Reply> {
    const masters = await this.#nodes.everyMaster()
    if (masters instanceof ReplyError) return masters
    const [, cursor, address] = CURSOR.exec(argv[1]) ?? []
    const at = address === undefined ? 0 : masters.findIndex((node) => node.address === address)
    if (cursor === undefined || at < 0 || (address === undefined && cursor !== '0')) return INVALID_CURSOR
    const reply = await masters[at].send(['SCAN', cursor, ...argv.slice(2)])
    if (!Array.isArray(reply)) return reply
    const [next, keys] = reply as [ByteString, Reply]
    if (next !== '0') return [`${next}@${masters[at].address}`, keys]
    return [at + 1 < masters.length ? `0@${masters[at + 1].address}` : '0', keys]
  }

  /** RANDOMKEY: a master is asked as often as its share of all keys says, so that every key is as likely. */
  async #randomKey(argv: Argv): Promise<Reply> {
    const sizes = await this.#everywhere(['DBSIZE'])
    const failed = sizes.find((size) => size instanceof ReplyError)
    if (failed !== undefined) return failed
    const masters = await this.#nodes.masters()
    let left = Math.random() * (sizes as number[]).reduce((a, b) => a + b, 0)
    const at = (sizes as number[]).findIndex((size) => (left -= size) < 0)
    return (masters[at] ?? masters[0]).send(argv)
  }
}
