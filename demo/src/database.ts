// The database, which all tabs of the demo share, and what the panes know of it: its log, and its state as INFO tells it.
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import { createRedis, type LogLevel, RedisError, type Role, type SharedRedis, type Storage } from 'isodis'
import { lua } from 'isodis/lua'
import { parseStatus, type Status } from './status.ts'

export interface LogEntry {
  readonly number: number
  readonly time: Date
  readonly level: LogLevel
  readonly message: string
}

const LOG_LIMIT = 500
/** How often the state is looked at: while nothing happens, and while a save runs. */
const IDLE_MS = 400
const SAVING_MS = 40
const RULES = 'isodis-demo-save-rules'
const JOURNAL = 'isodis-demo-journal'
/** What the engine takes for a page without a journal; it goes on beside one, so that the journal can be turned off. */
const PAGE_RULES = '4 1'

/** Off, or when the journal is written to the disk: `appendfsync`. */
export type JournalMode = 'off' | 'no' | 'everysec' | 'always'

export class Database {
  readonly redis: SharedRedis
  /** What was logged while this tab ran the engine. */
  readonly log: ReadonlySignal<readonly LogEntry[]>
  readonly #status = signal<Status>(parseStatus(''))
  readonly #rules = signal('')
  readonly #journal = signal<JournalMode>('off')
  readonly #role = signal<Role>('guest')
  readonly #revision = signal(0)
  readonly #closed = signal(false)
  #seen = ''
  #timer: ReturnType<typeof setTimeout> | undefined

  private constructor(redis: SharedRedis, log: ReadonlySignal<readonly LogEntry[]>) {
    this.redis = redis
    this.log = log
  }

  /** @throws StorageError if the storage cannot be read; RdbError if what it holds is damaged */
  static async open(storage: Storage): Promise<Database> {
    const log = signal<readonly LogEntry[]>([])
    let number = 0
    const journal = localStorage.getItem(JOURNAL)
    const redis = await createRedis({
      storage,
      shared: true,
      lua,
      config: isFsync(journal) ? { appendonly: 'yes', appendfsync: journal } : {},
      log: (level, message) => {
        log.value = [...log.value.slice(-LOG_LIMIT + 1), { number: number++, time: new Date(), level, message }]
      },
    })
    const database = new Database(redis, log)
    await database.refresh()
    return database
  }

  /** As INFO told it last. */
  get status(): ReadonlySignal<Status> {
    return this.#status
  }

  /** The save rules, in Redis's form. */
  get rules(): ReadonlySignal<string> {
    return this.#rules
  }

  get journal(): ReadonlySignal<JournalMode> {
    return this.#journal
  }

  /** Whether this tab runs the engine, or another one does. */
  get role(): ReadonlySignal<Role> {
    return this.#role
  }

  /** Another number whenever data may have changed. */
  get revision(): ReadonlySignal<number> {
    return this.#revision
  }

  /** The engine has ended for good. */
  get closed(): ReadonlySignal<boolean> {
    return this.#closed
  }

  /** Looks at the state now, and again after a while. */
  async refresh(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      await this.#settle()
      const info = await this.redis.info('persistence', 'memory', 'stats', 'keyspace')
      const config = await this.redis.configGet('save', 'appendonly', 'appendfsync')
      batch(() => this.#update(parseStatus(info), config))
    } catch (error) {
      // While another tab takes over, what is under way fails.
      this.#closed.value = !(error instanceof RedisError && error.code === 'CONNECTION')
      if (this.#closed.value) return
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.refresh(), this.#status.value.saving ? SAVING_MS : IDLE_MS)
  }

  #update(status: Status, { save, appendonly, appendfsync }: Record<string, string>): void {
    const seen = `${status.changes} ${status.lastSave} ${status.keyspace} ${status.expired}`
    this.#status.value = status
    this.#rules.value = save
    const journal = appendonly === 'yes' && isFsync(appendfsync) ? appendfsync : 'off'
    // The prompt may have turned it on: without it the next start would find what was last saved and no more.
    if (journal !== this.#journal.value) localStorage.setItem(JOURNAL, journal)
    this.#journal.value = journal
    if (seen !== this.#seen) this.#revision.value++
    this.#seen = seen
  }

  /** Sets the save rules and keeps them for the next start: CONFIG SET alone lasts as long as the engine. */
  async setRules(rules: string): Promise<void> {
    await this.redis.configSet('save', rules)
    localStorage.setItem(RULES, rules)
    await this.refresh()
  }

  /** Turns the journal on or off, for the next start too. */
  async setJournal(mode: JournalMode): Promise<void> {
    await this.#applyJournal(mode)
    await this.refresh()
  }

  async #applyJournal(mode: JournalMode): Promise<void> {
    await this.redis.configSet(mode === 'off' ? { appendonly: 'no' } : { appendonly: 'yes', appendfsync: mode })
    // The next start will find the snapshot alone: it must have what only the journal had.
    if (mode === 'off') await this.redis.bgsave({ schedule: true })
  }

  /** A tab that begins to run the engine gives it the settings that were made, here or in another tab. */
  async #settle(): Promise<void> {
    // The first command waits until somebody runs the engine. PING would be refused where saving fails.
    await this.redis.echo('')
    const { role } = this.redis
    const begins = role === 'owner' && this.#role.value === 'guest'
    this.#role.value = role
    if (!begins) return
    const rules = localStorage.getItem(RULES)
    try {
      await this.redis.configSet('save', rules ?? PAGE_RULES)
    } catch {
      // What somebody has put there by hand may be anything.
      localStorage.removeItem(RULES)
    }
    const journal = localStorage.getItem(JOURNAL)
    const { appendonly } = await this.redis.configGet('appendonly')
    if (isFsync(journal) || appendonly === 'yes') await this.#applyJournal(isFsync(journal) ? journal : 'off')
  }
}

const isFsync = (text: string | null): text is Exclude<JournalMode, 'off'> => text === 'no' || text === 'everysec' || text === 'always'
