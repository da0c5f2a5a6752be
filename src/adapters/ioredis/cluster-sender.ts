// The way of commands into a cluster: ioredis routes each by its first key and follows redirections.
import { type ByteString, encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { isLost, RedisError, unreachable, unsupported } from '../../core/client/errors.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import type { IoredisCluster, IoredisSingle } from './client.ts'
import { isForEveryNode } from './every-node.ts'
import { lacksKeys, Sender } from './sender.ts'
import { slotOf } from '../../core/client/slots.ts'

export const CROSS_SLOT = new ReplyError("CROSSSLOT Keys in request don't hash to the same slot")
const ABORTED = 'EXECABORT Transaction discarded because of previous errors.'

export class ClusterSender extends Sender<IoredisCluster> {
  /** One with a key too few would end the process from within ioredis: a node is sent it directly, and says what is wrong. */
  override async send(argv: Argv): Promise<Reply> {
    const command = this.make(argv)
    command.getKeys()
    if (lacksKeys(command, argv)) return this.#toAny(argv)
    // Any node takes it. By always the same one a channel's messages stay in order. (`slot` is private to ioredis's types.)
    if (argv[0] === 'PUBLISH' && argv.length > 1) Object.assign(command, { slot: slotOf(argv[1]) })
    return this.reply(command, argv)
  }

  /** Runs a transaction. Its keys must be in one slot, which is found out before anything is sent. */
  async transact(commands: readonly Argv[]): Promise<Reply[] | null> {
    const slots = new Set<number>()
    for (const argv of commands) {
      if (isForEveryNode(argv)) throw unsupported(argv[0], 'it is for every node of the cluster, a transaction for one')
      const keys = this.keysOf(argv)
      if (keys === null) throw RedisError.from(new ReplyError(ABORTED, await this.#complaint(argv)), 'EXEC')
      for (const key of keys) slots.add(slotOf(key))
      if (slots.size > 1) throw RedisError.from(CROSS_SLOT, argv[0])
    }
    return this.sendAll(commands, true)
  }

  /** A command's keys as they are sent. @returns null if it has a key too few */
  keysOf(argv: Argv): ByteString[] | null {
    const command = this.make(argv)
    const keys = command.getKeys()
    return lacksKeys(command, argv) ? null : keys.map((key) => (typeof key === 'string' ? encodeUtf8(key) : fromUint8Array(key)))
  }

  /** The masters, in an order that stays the same. @throws RedisError if the cluster cannot be reached */
  async masters(): Promise<IoredisSingle[]> {
    if (this.connection.status !== 'ready') {
      const reply = await this.send(['PING'])
      if (isLost(reply)) throw RedisError.from(reply, 'PING')
    }
    return this.connection.nodes('master').sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1))
  }

  /** The masters of all slots, or an error: ioredis leaves one out that is gone, until it knows of another in its place. */
  async everyMaster(): Promise<IoredisSingle[] | ReplyError> {
    let masters = await this.masters()
    if (this.#haveAllSlots(masters)) return masters
    await new Promise<void>((resolve) => this.connection.refreshSlotsCache(() => resolve()))
    masters = await this.masters()
    return this.#haveAllSlots(masters) ? masters : unreachable(new Error('A master of the cluster is gone.'))
  }

  #haveAllSlots(masters: readonly IoredisSingle[]): boolean {
    const addresses = new Set(masters.map(addressOf))
    // A range of slots shares its array.
    return [...new Set(this.connection.slots)].every((nodes) => nodes === undefined || addresses.has(nodes[0]))
  }

  /** The master that has a key's slot. @param key as it is sent */
  async masterOf(key: ByteString): Promise<IoredisSingle> {
    const masters = await this.masters()
    const slot = slotOf(key)
    // With `stringNumbers` ioredis knows only some slots, and learns of the others by redirections.
    if (this.connection.slots[slot] === undefined) await this.locate(key)
    const address = this.connection.slots[slot]?.[0]
    return masters.find((node) => addressOf(node) === address) ?? masters[0]
  }

  /** Makes ioredis find out who has a key's slot now. */
  async locate(key: ByteString): Promise<void> {
    await new Sender(this.connection, '').send(['EXISTS', key])
  }

  async #toAny(argv: Argv): Promise<Reply> {
    const [node] = await this.masters()
    return new Sender(node, '').send(argv)
  }

  async #complaint(argv: Argv): Promise<RedisError | undefined> {
    const reply = await this.#toAny(argv)
    return reply instanceof ReplyError ? RedisError.from(reply, argv[0]) : undefined
  }
}

export function addressOf({ options }: IoredisSingle): string {
  return `${options.host}:${options.port}`
}
