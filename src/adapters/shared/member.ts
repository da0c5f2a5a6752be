// A tab that shares a database: it waits for its turn to own it, and is a guest of the tab that does until then.
import type { Argv, Capabilities } from '../../core/client/backend.ts'
import { RedisError } from '../../core/client/errors.ts'
import { TakenOverError } from '../../core/persistence/storage.ts'
import { CLOSED, ReplyError } from '../../core/reply.ts'
import type { LockManager } from '../storage/web-lock.ts'
import { Channel } from './channels.ts'
import { type Candidate, Election } from './election.ts'
import { onFreeze } from './page-freeze.ts'
import { type OpenEngine, type Owned, Reign } from './reign.ts'
import { Remote } from './remote.ts'
import { SharedBackend } from './shared-backend.ts'
import { type Role, SharedRedis } from './shared-redis.ts'
import { Watchdog } from './watchdog.ts'
import { type Answers, type Notice, WIRE } from './wire.ts'

export interface ShareOptions {
  /** What the tabs that share it have in common. */
  readonly name: string
  readonly capabilities: Capabilities
  readonly isRepeatable: (argv: Argv) => boolean
  /** Milliseconds until an owner that does not answer loses the database. */
  readonly patience: number
  /** Hears of every change of the role after the first. */
  readonly onRole?: ((role: Role) => void) | undefined
  /** Makes the engine in this tab. */
  readonly open: OpenEngine
}

export const denied = (cause: unknown): RedisError =>
  new RedisError('UNSUPPORTED shared: the browser denies this page Web Locks', { cause })

const OTHER_VERSION = new RedisError('UNSUPPORTED the tab that has the database runs another version of isodis: reload this page')

/** A tab that takes the lock waits a random moment first, so that not all tabs that notice the same freeze take it from each other. */
const JITTER_MS = 40
/** A tab asks one owner fewer things than that. */
const IDS_PER_OWNER = 2 ** 32

/** What this tab does. `owner` is the tab that said last that it owns the database, or is about to. */
type Part =
  /** It waits for an owner that can be asked. */
  | { readonly is: 'waiting'; readonly owner: string }
  /** It has the owner run its commands, or asks to be let in. */
  | { readonly is: 'guest'; readonly owner: string; readonly remote: Remote }
  /** It has won the lock. */
  | { readonly is: 'owner'; readonly owner: string; readonly reign: Reign }

export class Member implements Candidate {
  readonly redis: SharedRedis
  readonly #options: ShareOptions
  #tab = ''
  readonly #election: Election
  readonly #everyone: Channel<Notice, Notice>
  #answers: Channel<never, Answers> | null = null
  readonly #backend: SharedBackend
  readonly #watchdog: Watchdog
  readonly #stopListening: () => void
  /** Whether this is no service worker: a browser ends those half a minute after their last event, whatever they do for other tabs. */
  readonly #stays = (globalThis as { skipWaiting?: unknown }).skipWaiting === undefined
  #part: Part = { is: 'waiting', owner: '' }
  #reigns = 0
  /** What the present owner is asked has ids above this, so that late answers of one before are not taken for its own. */
  #joined = 0
  /** This tab's role, as far as its app has been told. */
  #role: Role | null = null
  #closing: Promise<void> | null = null
  #handedOver: Promise<void> | null = null
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

  /** This tab's reign, if it is the owner. */
  get #reign(): Reign | null {
    return this.#part.is === 'owner' ? this.#part.reign : null
  }

  /** The owner, if this tab is a guest. */
  get #remote(): Remote | null {
    return this.#part.is === 'guest' ? this.#part.remote : null
  }

  /** Settles when the database can be used, here or in another tab. */
  async enter(): Promise<void> {
    await this.#appear()
    await this.#backend.ready()
    this.#role = this.redis.role
  }

  /** Tells the app of a change that lasts, in a microtask of its own: an error that its listener throws is not caught here. */
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
    this.#leaveOwner()
    const reign = this.#newReign(this.#stays)
    this.#watchdog.stop()
    reign.announce()
    void this.#begin(reign, stolen)
  }

  #newReign(stays: boolean): Reign {
    const id = `${this.#tab}:${++this.#reigns}`
    const reign = new Reign(id, stays, { name: this.#options.name, election: this.#election, everyone: this.#everyone })
    this.#part = { is: 'owner', owner: id, reign }
    return reign
  }

  async #begin(reign: Reign, stolen: boolean): Promise<void> {
    let owned: Owned
    try {
      owned = await reign.makeEngine(this.#options.open, stolen, () => this.#lose(reign))
    } catch (error) {
      if (error instanceof TakenOverError) this.#lose(reign)
      else if (reign.phase !== 'over') this.#end(error as Error, false)
      return
    }
    if (reign.phase === 'over') return owned.abandon()
    owned.redis.engine.onClose.add(() => this.#shutDown(owned))
    await this.#open(reign, owned)
  }

  async #open(reign: Reign, owned: Owned): Promise<void> {
    reign.open(owned)
    this.#tellRole()
    await this.#backend.use(owned.redis.backend)
    if (reign.phase !== 'over') reign.announce()
  }

  /** SHUTDOWN was said, in any tab: the next in line starts anew. */
  #shutDown(owned: Owned): void {
    const reign = this.#reign
    if (reign?.owned === owned && reign.phase === 'open') this.#resign(reign)
  }

  robbed(): void {
    if (this.#reign !== null) this.#lose(this.#reign)
  }

  /** Another tab has the database: this one has heard of it, or its storage refuses to be written. */
  #lose(reign: Reign): void {
    if (reign.phase === 'over') return
    this.#resign(reign)
    void reign.owned?.abandon()
    this.#everyone.send({ is: 'hello' })
  }

  /** Ends the reign, and gives the lock to the next in line. */
  #resign(reign: Reign): void {
    this.#endReign(reign)
    this.#election.resign()
  }

  /** Ends the reign. The lock stays with this tab. */
  #endReign(reign: Reign): void {
    this.#part = { is: 'waiting', owner: reign.id }
    this.#tellRole()
    this.#backend.drop()
    reign.end()
  }

  // What other tabs say.

  #hear(notice: Notice): void {
    const reign = this.#reign
    switch (notice.is) {
      case 'hello':
        if (reign !== null) reign.announce()
        return
      case 'ping':
        if (reign !== null) this.#everyone.send({ is: 'alive', owner: reign.id })
        return
      case 'join':
        // A tab that joins while the owner ends waits for the next owner, or for this one if it cannot end.
        if (notice.owner !== reign?.id || reign.phase !== 'open') return
        if (notice.stays && !reign.stays) this.#handedOver = this.#handOver(reign, reign.owned!)
        else void reign.admit(notice.tab, notice.first)
        return
      case 'alive':
        if (notice.owner === this.#part.owner) this.#watchdog.heard()
        return
      case 'claim':
      case 'owner':
        if (notice.wire !== WIRE && reign === null) return this.#end(OTHER_VERSION, false)
        return this.#follow(notice.owner, notice.is === 'owner')
      case 'closing':
      case 'frozen':
        if (notice.owner !== this.#part.owner || reign !== null) return
        // What it has run it still answers. What it would run from now on may not be saved.
        this.#backend.pause()
        if (notice.is === 'frozen') this.#steal()
    }
  }

  /** Another tab owns the database, or is about to. */
  #follow(owner: string, open: boolean): void {
    // This tab may have lost the lock and not know it yet; it will be told.
    if (this.#reign !== null) return
    this.#watchdog.loads(!open)
    if (owner !== this.#part.owner) this.#leaveOwner(owner)
    if (!open || this.#remote !== null) return
    const { name, capabilities } = this.#options
    const first = (this.#joined += IDS_PER_OWNER)
    const remote = new Remote(`${name}:${owner}`, this.#tab, first, capabilities, () => this.#watchdog.watch())
    this.#part = { is: 'guest', owner, remote }
    this.#everyone.send({ is: 'join', owner, tab: this.#tab, first, stays: this.#stays })
  }

  #receive({ owner, answers, safe }: Answers): void {
    const remote = this.#remote
    if (remote === null || owner !== this.#part.owner) return
    this.#watchdog.heard()
    // It may be gone again before it has answered: then there is another one to come.
    if (answers[0].is === 'welcome' && answers[0].id === remote.first) this.#backend.use(remote.main).catch(() => {})
    remote.receive(answers, safe)
  }

  /** @param next the one to wait for */
  #leaveOwner(next = this.#part.owner): void {
    this.#backend.pause()
    this.#remote?.lose()
    if (this.#reign === null) this.#part = { is: 'waiting', owner: next }
  }

  #steal(): void {
    const { owner } = this.#part
    setTimeout(() => {
      if (this.#part.owner === owner && this.#reign === null && !this.#ended) this.#election.steal()
    }, Math.random() * JITTER_MS)
  }

  // The end.

  /** This tab is a service worker, and a page has come, which stays longer: saves, and gives the database to the next in line. */
  async #handOver(reign: Reign, owned: Owned): Promise<void> {
    reign.refuse()
    this.#backend.pause()
    const { config, onClose } = owned.redis.engine
    const over = (): void => {
      if (reign.phase === 'over') return
      this.#backend.saved()
      this.#resign(reign)
      this.#everyone.send({ is: 'hello' })
    }
    onClose.add(over)
    const reply = await owned.redis.engine.close(config.isOn('appendonly') ? null : true)
    onClose.delete(over)
    if (reply instanceof ReplyError && reign.phase !== 'over') await this.#goOn(reign, owned)
  }

  /** Goes on as the owner, with a new reign that its guests join: the engine could not save, and so did not end. */
  #goOn(reign: Reign, owned: Owned): Promise<void> {
    this.#endReign(reign)
    return this.#open(this.#newReign(true), owned)
  }

  async #close(): Promise<void> {
    await this.#handedOver
    if (this.#ended) return
    const reign = this.#reign
    if (reign?.owned) {
      const { owned } = reign
      reign.refuse()
      try {
        await owned.redis.close()
      } catch (error) {
        // Not if another tab has the database now.
        if (reign.phase === 'over') {
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
    if (this.#reign !== null) this.#endReign(this.#reign)
    this.#watchdog.stop()
    this.#stopListening()
    this.#election.end()
    this.#everyone.close()
    this.#answers?.close()
  }
}
