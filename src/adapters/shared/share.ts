// One live database in several tabs: the tab that holds the lock owns it and runs the commands of all, and when it is
// gone the next one loads what is stored and goes on. Loaded by `createRedis({ shared: true })` only.
import type { Argv, Capabilities } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { TakenOverError } from '../../core/persistence/storage.ts'
import { CLOSED, ReplyError } from '../../core/reply.ts'
import type { EmbeddedRedis } from '../memory.ts'
import { hostLocks, LockedError, type LockManager } from '../storage/web-lock.ts'
import { Channel, hasChannels } from './channels.ts'
import { type Candidate, Election } from './election.ts'
import { Guest } from './guest.ts'
import { onFreeze } from './page-freeze.ts'
import { Remote } from './remote.ts'
import { SharedBackend } from './shared-backend.ts'
import { type Role, SharedRedis } from './shared-redis.ts'
import { Watchdog } from './watchdog.ts'
import { type Answers, type Notice, type Requests, WIRE } from './wire.ts'

export { abandonable } from './abandonable.ts'

export interface ShareOptions {
  /** What the tabs that share it have in common. */
  readonly name: string
  readonly capabilities: Capabilities
  readonly isRepeatable: (argv: Argv) => boolean
  /** Milliseconds until an owner that does not answer loses the database. */
  readonly patience: number
  /** Hears of every change of the role after the first. */
  readonly onRole?: ((role: Role) => void) | undefined
  /**
   * Makes the engine in this tab.
   * @param takeOver the owner before may not know that it is none any more
   * @param onTaken called when the storage refuses to be written because another tab has it
   */
  readonly open: (takeOver: boolean, onTaken: () => void) => Promise<Owned>
}

/** The engine of this tab, if it is the owner. */
export interface Owned {
  readonly redis: EmbeddedRedis
  /** Another tab has taken over: it ends without touching what is stored. */
  abandon(): Promise<void>
}

/** @throws RedisError where there are no Web Locks and broadcast channels; what `open` throws */
export async function share(options: ShareOptions): Promise<SharedRedis> {
  const locks = hostLocks()
  if (locks === null || !hasChannels())
    throw new RedisError('UNSUPPORTED shared: it needs Web Locks and BroadcastChannel, which secure pages in browsers have')
  let member: Member
  try {
    member = new Member(locks, options)
  } catch (cause) {
    throw denied(cause) // Firefox, without cookies
  }
  await member.enter()
  return member.redis
}

const denied = (cause: unknown): RedisError => new RedisError('UNSUPPORTED shared: the browser denies this page Web Locks', { cause })

const OTHER_VERSION = new RedisError('UNSUPPORTED the tab that has the database runs another version of isodis: reload this page')

/** A tab that takes the lock waits a random moment first, so that not all tabs that notice the same freeze take it from each other. */
const JITTER_MS = 40
/** No owner is asked more than that by one tab. */
const MOST_ASKED = 2 ** 32
/** A browser ends a service worker when it likes, half a minute after its last event, whatever it does for others. */
const staysHere = (): boolean => (globalThis as { skipWaiting?: unknown }).skipWaiting === undefined

class Member implements Candidate {
  readonly redis: SharedRedis
  readonly #options: ShareOptions
  #tab = ''
  readonly #election: Election
  readonly #everyone: Channel<Notice, Notice>
  #answers: Channel<never, Answers> | null = null
  readonly #backend: SharedBackend
  readonly #watchdog: Watchdog
  readonly #stopListening: () => void
  readonly #stays = staysHere()
  /** The owner that this tab is a guest of, or asks to be. */
  #remote: Remote | null = null
  /** This tab's ownership, from the moment that the lock is won. */
  #reign: Reign | null = null
  #reigns = 0
  /** The ids of what the present owner is asked are above. */
  #joined = 0
  /** The tab that said last that it owns the database, or is about to. */
  #owner = ''
  /** This tab's role, as far as its app has been told. */
  #role: Role | null = null
  #closing: Promise<void> | null = null
  #handedOver: Promise<void> = Promise.resolve()
  #ended = false

  constructor(locks: LockManager, options: ShareOptions) {
    this.#options = options
    const { capabilities, isRepeatable } = options
    this.#backend = new SharedBackend({
      capabilities,
      isRepeatable,
      onWait: () => this.#watchdog.watch(),
      close: () => (this.#closing ??= this.#close().finally(() => (this.#closing = null))),
    })
    this.redis = new SharedRedis(this.#backend, {
      owned: () => this.#reign?.owned?.redis ?? null,
      remote: () => this.#remote,
    })
    this.#everyone = new Channel(options.name, (notice) => this.#hear(notice))
    this.#election = new Election(locks, options.name, this)
    this.#watchdog = new Watchdog(options.patience, {
      isBusy: () => this.#reign === null && (this.#backend.waits || this.#remote?.busy === true),
      ping: () => this.#everyone.send({ is: 'ping' }),
      suspect: () => this.#steal(),
    })
    this.#stopListening = onFreeze(() => this.#reign !== null && this.#everyone.send({ is: 'frozen', owner: this.#reign.id }))
  }

  /** Settles when the database can be used, here or in another tab. */
  async enter(): Promise<void> {
    await this.#appear()
    await this.#backend.ready()
    this.#role = this.redis.role
  }

  /** Tells of a change that lasts, in a turn of its own: an error of the listener's is none of ours. */
  #tellRole(): void {
    queueMicrotask(() => {
      const { role } = this.redis
      if (this.#ended || this.#role === null || role === this.#role) return
      this.#role = role
      this.#options.onRole?.(role)
    })
  }

  async #appear(): Promise<void> {
    this.#leaveOwner()
    this.#answers?.close()
    this.#tab = crypto.randomUUID() // where there are locks there is this too
    this.#answers = new Channel(`${this.#options.name}:${this.#tab}`, (answers) => this.#receive(answers))
    try {
      // Safari takes the locks of a page that it keeps for the back button. The others have seen it go: it comes back as a new tab.
      await this.#election.enter(this.#tab, () => void this.#appear())
      this.#everyone.send({ is: 'hello' })
    } catch (cause) {
      this.#end(denied(cause), false)
    }
  }

  // The owner's side.

  won(stolen: boolean): void {
    const reign = this.#newReign()
    this.#watchdog.stop()
    this.#everyone.send({ is: 'claim', owner: reign.id, wire: WIRE })
    this.#leaveOwner()
    void this.#begin(reign, stolen)
  }

  #newReign(stays = this.#stays): Reign {
    const id = `${this.#tab}:${++this.#reigns}`
    this.#owner = id
    return (this.#reign = { id, stays, owned: null, over: false, closing: false, guests: new Map(), requests: null })
  }

  async #begin(reign: Reign, stolen: boolean): Promise<void> {
    let owned: Owned
    try {
      owned = await this.#take(reign, stolen)
    } catch (error) {
      if (error instanceof TakenOverError) this.#lose(reign)
      else if (!reign.over) this.#end(error as Error, false)
      return
    }
    if (reign.over) return owned.abandon()
    // SHUTDOWN, said in any tab: the next tab starts anew.
    owned.redis.engine.onClose.add(() => this.#shutDown(owned))
    await this.#open(reign, owned)
  }

  async #take(reign: Reign, takeOver: boolean): Promise<Owned> {
    try {
      return await this.#options.open(takeOver, () => this.#lose(reign))
    } catch (error) {
      // A tab may still have the storage though it lost the database: frozen, or slow to begin what it lost meanwhile.
      const left = error instanceof LockedError && !reign.over && !takeOver && (await this.#election.isMember(error.holder))
      if (!left) throw error
      return this.#take(reign, true)
    }
  }

  async #open(reign: Reign, owned: Owned): Promise<void> {
    reign.requests = new Channel(`${this.#options.name}:${reign.id}`, ({ tab, requests }) => reign.guests.get(tab)?.guest.receive(requests))
    reign.owned = owned
    this.#tellRole()
    await this.#backend.use(owned.redis.backend)
    if (!reign.over) this.#everyone.send({ is: 'owner', owner: reign.id, wire: WIRE })
  }

  #shutDown(owned: Owned): void {
    const reign = this.#reign
    if (reign?.owned !== owned || reign.closing) return
    this.#abdicate(reign)
    this.#election.resign()
  }

  robbed(): void {
    if (this.#reign !== null) this.#lose(this.#reign)
  }

  /** Another tab has the database: this one has heard of it, or its storage refuses to be written. */
  #lose(reign: Reign): void {
    if (reign.over) return
    const { owned } = reign
    this.#abdicate(reign)
    this.#election.resign()
    void owned?.abandon()
    this.#everyone.send({ is: 'hello' })
  }

  #abdicate(reign: Reign): void {
    reign.over = true
    this.#reign = null
    this.#tellRole()
    this.#backend.drop()
    for (const { end } of reign.guests.values()) end()
    reign.guests.clear()
    reign.requests?.close()
  }

  async #admit(reign: Reign, tab: string, first: number): Promise<void> {
    const { owned, guests, id } = reign
    // A tab that joins while the owner ends waits for the next owner, or for this one if it cannot end.
    if (owned === null || reign.closing) return
    const backend = await owned.redis.backend.connect()
    if (reign.over) return backend.close()
    // A guest that took itself for the owner in between comes a second time.
    guests.get(tab)?.end()
    const guest = new Guest(id, `${this.#options.name}:${tab}`, backend, owned.redis, first)
    const forget = this.#election.whenGone(tab, () => {
      guests.delete(tab)
      guest.end()
    })
    const end = (): void => {
      forget()
      guest.end()
    }
    guests.set(tab, { guest, end })
  }

  // A guest's side.

  #hear(notice: Notice): void {
    const reign = this.#reign
    switch (notice.is) {
      case 'hello':
      case 'ping':
        if (reign === null) return
        if (notice.is === 'ping') return this.#everyone.send({ is: 'alive', owner: reign.id })
        return this.#everyone.send({ is: reign.owned === null ? 'claim' : 'owner', owner: reign.id, wire: WIRE })
      case 'join':
        if (notice.owner !== reign?.id) return
        if (notice.stays && !reign.stays) this.#handedOver = this.#handOver(reign)
        else void this.#admit(reign, notice.tab, notice.first)
        return
      case 'alive':
        if (notice.owner === this.#owner) this.#watchdog.heard()
        return
      case 'frozen':
        if (notice.owner !== this.#owner || reign !== null) return
        // What the old owner still runs will not be saved.
        this.#backend.pause()
        return this.#steal()
      case 'claim':
      case 'owner':
        if (notice.wire !== WIRE && reign === null) return this.#end(OTHER_VERSION, false)
        return this.#follow(notice.owner, notice.is === 'owner')
      case 'closing':
        // The owner is closing; it still answers what it has run.
        if (notice.owner === this.#owner && reign === null) this.#backend.pause()
    }
  }

  /** Another tab owns the database, or is about to. */
  #follow(owner: string, open: boolean): void {
    // This tab may have lost the lock and not know it yet; it will be told.
    if (this.#reign !== null) return
    this.#watchdog.loads(!open)
    if (owner !== this.#owner) this.#leaveOwner()
    this.#owner = owner
    if (!open || this.#remote !== null) return
    const { name, capabilities } = this.#options
    const first = (this.#joined += MOST_ASKED)
    this.#remote = new Remote(owner, `${name}:${owner}`, this.#tab, first, capabilities, () => this.#watchdog.watch())
    this.#everyone.send({ is: 'join', owner, tab: this.#tab, first, stays: this.#stays })
  }

  #receive({ owner, answers, safe }: Answers): void {
    const remote = this.#remote
    if (remote === null || owner !== remote.owner) return
    this.#watchdog.heard()
    // It may be gone again before it has answered: then there is another one to come.
    if (answers[0].is === 'welcome' && answers[0].id === remote.first) this.#backend.use(remote.main).catch(() => {})
    remote.receive(answers, safe)
  }

  #leaveOwner(): void {
    this.#backend.pause()
    this.#remote?.lose()
    this.#remote = null
  }

  #steal(): void {
    const suspected = this.#owner
    setTimeout(() => {
      if (this.#owner === suspected && this.#reign === null && !this.#ended) this.#election.steal()
    }, Math.random() * JITTER_MS)
  }

  // The end.

  /** The next in line shall have the database, with all that was written: it stays longer. */
  async #handOver(reign: Reign): Promise<void> {
    const { owned } = reign
    if (owned === null || reign.closing) return
    this.#refuse(reign)
    this.#backend.pause()
    const { config, onClose } = owned.redis.engine
    const over = (): void => {
      if (reign.over) return
      this.#backend.saved()
      this.#abdicate(reign)
      this.#election.resign()
      this.#everyone.send({ is: 'hello' })
    }
    onClose.add(over)
    const reply = await owned.redis.engine.close(config.isOn('appendonly') ? null : true)
    onClose.delete(over)
    if (reply instanceof ReplyError && !reign.over) await this.#goOn(reign, owned)
  }

  /** What comes now does not run. */
  #refuse(reign: Reign): void {
    reign.closing = true
    this.#everyone.send({ is: 'closing', owner: reign.id })
    for (const { guest } of reign.guests.values()) guest.refuse()
  }

  /** An engine that cannot save goes on, and its guests come back. */
  #goOn(reign: Reign, owned: Owned): Promise<void> {
    this.#abdicate(reign)
    return this.#open(this.#newReign(true), owned)
  }

  async #close(): Promise<void> {
    await this.#handedOver
    if (this.#ended) return
    const reign = this.#reign
    if (reign?.owned) {
      const { owned } = reign
      this.#refuse(reign)
      try {
        await owned.redis.close()
      } catch (error) {
        // Not if another tab has the database now.
        if (reign.over) {
          await owned.abandon()
          this.#end(error as Error, false)
        } else await this.#goOn(reign, owned)
        throw error
      }
    }
    this.#end(new RedisError(CLOSED.text), true)
  }

  #end(error: Error, closed: boolean): void {
    if (this.#ended) return
    this.#ended = true
    this.#backend.end(error, closed)
    this.#remote?.lose()
    if (this.#reign !== null) this.#abdicate(this.#reign)
    this.#watchdog.stop()
    this.#stopListening()
    this.#election.end()
    this.#everyone.close()
    this.#answers?.close()
  }
}

/** The time during which a tab owns the database. */
interface Reign {
  readonly id: string
  /** Whether it lasts, or is handed over to the first who stays longer. */
  readonly stays: boolean
  owned: Owned | null
  over: boolean
  closing: boolean
  readonly guests: Map<string, { readonly guest: Guest; readonly end: () => void }>
  /** What guests ask comes in here. */
  requests: Channel<never, Requests> | null
}
