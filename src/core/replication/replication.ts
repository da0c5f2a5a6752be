// What a server is to others: a master, whose changes its replicas get, or the replica of one. It carries a name, by which masters
// and replicas know that their data is of one history, and how far it is in it.
// https://redis.io/docs/latest/operate/oss_and_stack/management/replication/
import type { ByteString } from '../bytes.ts'
import { FLAG } from '../engine/command.ts'
import type { Effects } from '../engine/effects.ts'
import type { Engine, Replicates } from '../engine/engine.ts'
import { type Dial, ID_LENGTH, randomId } from '../engine/ports.ts'
import { BothEffects } from './both-effects.ts'
import { MASTER_DOWN, READ_ONLY_REPLICA, TOO_FEW_REPLICAS, UNBLOCKED } from './errors.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { Failover } from './failover.ts'
import { Feed } from './feed.ts'
import { type Copy, Link } from './link.ts'
import type { Replica } from './replica.ts'
import { SAVED } from './saved.ts'
import { Shutdown } from './shutdown.ts'

const NONE = '0'.repeat(ID_LENGTH)
const SECOND_MS = 1000

/** Keeps what has expired from being removed by timers. */
export interface Hold {
  hold(holder: object): void
  release(holder: object): void
}

/** Holds back commands. */
export interface Pause {
  /** Nothing else runs, or only nothing that writes, until this has settled. */
  during<T>(work: Promise<T>, everything?: boolean): Promise<T>
}

export class Replication implements Replicates, Copy {
  id: ByteString
  /** The history that this one came out of, and where: replicas of that one may go on here. */
  formerId: ByteString = NONE
  formerEnd = -1
  /** Whether the data is a master's. */
  follows = false
  link: Link | null = null
  db = 0
  /** What replicas are sent. Null while there have been none: then nothing is counted. */
  feed: Feed | null = null
  /** Called when a replica has said how far it is, or is gone. */
  readonly onProgress = new Set<() => void>()
  readonly shutdown: Shutdown
  readonly failover: Failover
  readonly #engine: Engine
  readonly #expiry: Hold
  readonly #syncs = new WeakMap<number[], { full: number; partial: number; refused: number }>()
  #cancel: (() => void) | null = null
  #seconds = 0
  /** Since when there are no replicas, in milliseconds. */
  #aloneSince = 0

  constructor(engine: Engine, expiry: Hold, pause: Pause) {
    this.#engine = engine
    this.#expiry = expiry
    this.shutdown = new Shutdown(engine, this, pause)
    this.failover = new Failover(engine, this, pause)
    this.id = randomId(engine.random)
    engine.replication = this
    engine.onClose.add(() => {
      this.link?.stop()
      this.#cancel?.()
    })
  }

  /** How often replicas were sent everything, and what they had missed; how often that was asked for and could not be. */
  get syncs(): { full: number; partial: number; refused: number } {
    // They last as long as the counts of calls, which CONFIG RESETSTAT makes anew.
    const { calls } = this.#engine.stats
    const counts = this.#syncs.get(calls) ?? { full: 0, partial: 0, refused: 0 }
    this.#syncs.set(calls, counts)
    return counts
  }

  /** How many bytes of its history there have been. */
  get offset(): number {
    return this.feed?.backlog.end ?? 0
  }

  /** What it could go on from, as the replica of a master. */
  get known(): { id: ByteString; offset: number } | null {
    return this.feed === null ? null : { id: this.id, offset: this.offset }
  }

  get replicas(): readonly Replica[] {
    return [...(this.feed?.replicas ?? [])]
  }

  both(all: readonly Effects[]): Effects {
    return new BothEffects(all)
  }

  writeError(): ReplyError | null {
    if (this.follows) return READ_ONLY_REPLICA
    return this.asks && this.good < this.#wanted ? TOO_FEW_REPLICAS : null
  }

  get stale(): ReplyError | null {
    const { link } = this
    return link === null || link.state === 'connected' || this.#engine.config.isOn('replica-serve-stale-data') ? null : MASTER_DOWN
  }

  get asks(): boolean {
    return this.follows || (this.#wanted > 0 && this.#mostLag > 0)
  }

  /** How many replicas have to keep up, or nothing can be written. */
  get #wanted(): number {
    return this.#engine.config.number('min-replicas-to-write') ?? 0
  }

  /** How long a replica that keeps up may be silent, in milliseconds; 0 for any time. */
  get #mostLag(): number {
    return (this.#engine.config.number('min-replicas-max-lag') ?? 0) * SECOND_MS
  }

  /** How many replicas keep up. */
  get good(): number {
    const now = this.#engine.clock.now()
    return this.replicas.filter(({ online, heard }) => online && now - heard <= this.#mostLag).length
  }

  // Going on after a restart.

  get willFollow(): boolean {
    const { dial, config } = this.#engine
    return dial !== null && config.get('replicaof') !== ''
  }

  saved(): [ByteString, ByteString | number][] {
    // In the middle of what a master has sent it is not known yet how far this has come.
    if (this.feed === null || this.#engine.replays) return []
    this.feed.flush()
    return [
      [SAVED.db, this.follows ? this.db : 0],
      [SAVED.id, this.id],
      [SAVED.offset, this.offset],
    ]
  }

  loaded(beside: ReadonlyMap<ByteString, ByteString>, gone: Iterable<ByteString>): void {
    const engine = this.#engine
    const [id, offset, db] = [beside.get(SAVED.id), Number(beside.get(SAVED.offset)), Number(beside.get(SAVED.db) ?? 0)]
    if (id?.length !== ID_LENGTH || !(offset >= 0)) return
    if (this.willFollow) {
      this.follows = true
      this.#expiry.hold(this)
      this.id = id
      this.db = db
      this.#feedFrom(offset)
      return
    }
    // Replicas that have no more than what was saved may go on from there.
    this.formerId = id
    this.formerEnd = offset
    const feed = this.#feedFrom(offset)
    for (const place of gone) {
      const colon = place.indexOf(':')
      feed.removed(engine.database(Number(place.slice(0, colon))), place.slice(colon + 1))
    }
    feed.settle()
  }

  // Being a master.

  /** Begins to write down what changes, for replicas. */
  begin(): Feed {
    if (this.feed !== null) return this.feed
    // What changed before was not counted, so nobody can go on from the data that had the name before.
    this.id = randomId(this.#engine.random)
    this.formerId = NONE
    this.formerEnd = -1
    return this.#feedFrom(0)
  }

  #feedFrom(offset: number): Feed {
    this.feed = new Feed(this.#engine, offset)
    if (!this.follows) this.#engine.listen(this.feed, true)
    this.#aloneSince = this.#engine.clock.now()
    this.#tick()
    return this.feed
  }

  #end(): void {
    if (this.feed === null) return
    for (const replica of this.feed.replicas) replica.end()
    this.#engine.listen(this.feed, false)
    this.feed = null
    this.#cancel?.()
    this.#cancel = null
    this.#engine.restrict()
  }

  /** What a replica has missed that knows this history up to so many bytes; null if it needs everything. */
  missed(id: ByteString, offset: number): ByteString | null {
    if (this.feed === null) return null
    this.feed.flush()
    if (id !== this.id && !(id === this.formerId && offset <= this.formerEnd)) return null
    return this.feed.backlog.after(offset)
  }

  add(replica: Replica): void {
    this.begin().replicas.add(replica)
    this.#engine.restrict()
  }

  remove(replica: Replica): void {
    replica.leave()
    if (!this.feed?.replicas.delete(replica)) return
    this.#aloneSince = this.#engine.clock.now()
    this.#engine.log('notice', `Connection with replica ${replica.address}:${replica.port} lost.`)
    this.#engine.restrict()
    this.#tell()
  }

  /** A replica has said how much it has. */
  heard(replica: Replica, offset: number): void {
    replica.heardOf(offset, this.#engine.clock.now())
    this.#tell()
  }

  #tell(): void {
    for (const tell of this.onProgress) tell()
  }

  replaced(): void {
    this.#end()
  }

  async received(id: ByteString, offset: number, db: number, install: () => void): Promise<void> {
    this.#end()
    const engine = this.#engine
    this.id = id
    this.formerId = NONE
    this.formerEnd = -1
    this.db = db
    engine.begin()
    install()
    engine.dirty++
    const known = engine.durability.replaced()
    engine.end()
    this.#feedFrom(offset)
    await known
  }

  /** Each second: replicas hear that the master is there, and those that are silent are given up. */
  #tick(): void {
    const { clock, config } = this.#engine
    this.#cancel = clock.after(SECOND_MS, () => {
      const { feed } = this
      if (feed === null) return
      const now = clock.now()
      const seconds = (name: string): number => config.number(name) ?? 0
      // While it ends or hands over, a server sends nothing of its own: that would count, and be neither in its last file nor with its heir.
      const speaks = !this.follows && !this.shutdown.begun && !this.failover.under
      if (speaks && feed.replicas.size > 0 && ++this.#seconds % seconds('repl-ping-replica-period') === 0) feed.say('PING')
      for (const replica of feed.replicas) if (now - replica.alive > seconds('repl-timeout') * SECOND_MS) replica.end()
      const ttl = seconds('repl-backlog-ttl')
      if (!this.follows && feed.replicas.size === 0 && ttl > 0 && now - this.#aloneSince > ttl * SECOND_MS) this.#end()
      else this.#tick()
    })
  }

  async ending(end: () => Promise<Reply>, now: boolean): Promise<Reply> {
    const { link } = this
    // What the master would still send would not be in what is saved.
    link?.stop()
    const reply = await this.shutdown.run(end, now)
    if (reply instanceof ReplyError && link !== null && this.link === link) this.follow(this.#engine.dial!, link.host, link.port)
    return reply
  }

  // Being a replica.

  /** REPLICAOF. */
  follow(dial: Dial, host: ByteString, port: number): void {
    const engine = this.#engine
    this.link?.stop()
    this.follows = true
    this.link = new Link(engine, dial, this, host, port)
    if (this.feed !== null) {
      this.feed.flush()
      engine.listen(this.feed, false)
    }
    this.#expiry.hold(this)
    engine.configure()
    for (const { waiter } of engine.sessions.values()) if (waiter !== null && waiter.command.flags & FLAG.write) waiter.settle(UNBLOCKED)
    engine.config.note('replicaof', `${host} ${port}`)
    engine.log('notice', `REPLICAOF ${host}:${port} enabled`)
  }

  /** REPLICAOF NO ONE. */
  lead(): void {
    if (!this.follows) return
    const engine = this.#engine
    this.link?.stop()
    this.link = null
    this.follows = false
    // From here on it is another history, which begins with what its replicas have.
    this.formerId = this.id
    this.formerEnd = this.offset
    this.id = randomId(engine.random)
    if (this.feed !== null) {
      // A master keeps its backlog for a while without replicas; a replica kept it all the time.
      this.#aloneSince = engine.clock.now()
      this.feed.forgetDatabase()
      engine.listen(this.feed, true)
      // They are to hear the new name.
      for (const replica of this.feed.replicas) replica.end()
    }
    this.#expiry.release(this)
    engine.config.note('replicaof', '')
    engine.configure()
    engine.log('notice', 'MASTER MODE enabled')
  }

  continued(id: ByteString): void {
    if (id === this.id) return
    this.formerId = this.id
    this.formerEnd = this.offset
    this.id = id
    for (const replica of this.replicas) replica.end()
  }

  get handsOver(): boolean {
    return this.failover.under
  }

  answered(accepts: boolean): void {
    this.failover.answered(accepts)
  }

  became(): void {
    this.#engine.restrict()
    this.#tell()
  }

  ran(bytes: ByteString): void {
    this.feed?.pass(bytes)
  }
}
