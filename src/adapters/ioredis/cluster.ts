// An ioredis `Cluster`: it routes each command by its first key and follows redirections.
import { type ByteString, encodeUtf8, fromUint8Array } from '../../core/bytes.ts'
import type { Argv } from '../../core/client/backend.ts'
import { isLost, RedisError, unreachable } from '../../core/client/errors.ts'
import { slotOf } from '../../core/slots.ts'
import type { Reply, ReplyError } from '../../core/reply.ts'
import type { Connection, Nodes } from '../connections/connection.ts'
import type { IoredisCluster } from './client.ts'
import { OWN, PATIENT, SenderOfConnection } from './connection.ts'
import { hasStringNumbers, lacksKeys, Sender } from './sender.ts'
import { addressOf, ClusterMaster } from './single.ts'

export class ClusterNodes extends SenderOfConnection<IoredisCluster> implements Nodes {
  readonly traits: Nodes['traits'] = { exactIntegers: hasStringNumbers(this.connection), delivery: 'at least once' }

  get ended(): boolean {
    return this.connection.status === 'end'
  }

  async open(): Promise<Connection> {
    return new ClusterNodes(this.connection.duplicate([], { ...OWN, redisOptions: PATIENT })).own()
  }

  /** One with a key too few would end the process from within ioredis: a node is sent it directly, and says what is wrong. */
  override async send(argv: Argv): Promise<Reply> {
    const command = this.make(argv)
    command.getKeys()
    if (lacksKeys(command, argv)) {
      const [{ connection }] = await this.masters()
      return new Sender(connection, '').send(argv)
    }
    // Any node takes it. By always the same one a channel's messages stay in order. (`slot` is private to ioredis's types.)
    if (argv[0] === 'PUBLISH' && argv.length > 1) Object.assign(command, { slot: slotOf(argv[1]) })
    return this.reply(command, argv)
  }

  keysOf(argv: Argv): ByteString[] | null {
    const command = this.make(argv)
    const keys = command.getKeys()
    return lacksKeys(command, argv) ? null : keys.map((key) => (typeof key === 'string' ? encodeUtf8(key) : fromUint8Array(key)))
  }

  async masters(): Promise<ClusterMaster[]> {
    if (!this.ready) {
      const reply = await this.send(['PING'])
      if (isLost(reply)) throw RedisError.from(reply, 'PING')
    }
    const nodes = this.connection.nodes('master').sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1))
    return nodes.map((node) => new ClusterMaster(node, this.connection.options.keyPrefix))
  }

  /** ioredis leaves a master out that is gone, until it knows of another in its place. */
  async everyMaster(): Promise<ClusterMaster[] | ReplyError> {
    let masters = await this.masters()
    if (this.#haveAllSlots(masters)) return masters
    await new Promise<void>((resolve) => this.connection.refreshSlotsCache(() => resolve()))
    masters = await this.masters()
    return this.#haveAllSlots(masters) ? masters : unreachable(new Error('A master of the cluster is gone.'))
  }

  #haveAllSlots(masters: readonly ClusterMaster[]): boolean {
    const addresses = new Set(masters.map(({ address }) => address))
    // A range of slots shares its array.
    return [...new Set(this.connection.slots)].every((nodes) => nodes === undefined || addresses.has(nodes[0]))
  }

  async masterOf(key: ByteString): Promise<ClusterMaster> {
    const masters = await this.masters()
    const slot = slotOf(key)
    // With `stringNumbers` ioredis knows only some slots, and learns of the others by redirections.
    if (this.connection.slots[slot] === undefined) await this.locate(key)
    const owner = this.connection.slots[slot]?.[0]
    return masters.find(({ address }) => address === owner) ?? masters[0]
  }

  async locate(key: ByteString): Promise<void> {
    await new Sender(this.connection, '').send(['EXISTS', key])
  }
}
