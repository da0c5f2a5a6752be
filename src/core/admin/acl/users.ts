// The users of an engine: who there is, who logs in as whom, and what happens to connections whose user changes or goes.
// Nobody is limited until a rule says so: then sessions look at what they run (Session.restrict), before that at nothing.
import { type ByteString, compareBytes } from '../../bytes.ts'
import type { Engine } from '../../engine/engine.ts'
import { printed } from '../../engine/errors.ts'
import type { Session } from '../../engine/session.ts'
import type { Users } from '../../engine/users.ts'
import { ReplyError } from '../../reply.ts'
import { sha256 } from '../sha256.ts'
import { Catalogue } from './catalogue.ts'
import type { AclLog } from './log.ts'
import { hasSpaces, UNKNOWN } from './selector.ts'
import { Account, BadRule, type Surroundings } from './user.ts'

const BAD_NAME = new ReplyError("ERR Usernames can't contain spaces or null characters")
const NO_REMOVAL = new ReplyError("ERR The 'default' user cannot be removed")
const UNCHANGED = 'WARNING: ACL errors detected, no change to the previously active ACL rules was performed'

/** Where ACL LOAD and ACL SAVE find users: a file, on hosts that have files. */
export interface AclFile {
  readonly name: string
  /** @throws Error why it cannot be read */
  read(): Promise<ByteString>
  /** Replaces all that is in it. */
  write(lines: ByteString): Promise<void>
}

export class Registry implements Users {
  readonly default: Account
  /** Of ACL LOAD and ACL SAVE, if there is one. */
  file: AclFile | null = null
  readonly #engine: Engine
  readonly #around: Surroundings
  #accounts: Map<ByteString, Account>
  #catalogue: Catalogue | null = null
  /** The last value of `requirepass`: the default user's password changes with it, not otherwise. */
  #requirepass = ''
  /** Whether `define` has made the default user. */
  #defined = false

  constructor(engine: Engine, log: AclLog) {
    this.#engine = engine
    this.#around = {
      catalogue: () => (this.#catalogue ??= new Catalogue(engine.table)),
      allChannels: () => engine.config.get('acl-pubsub-default') === 'allchannels',
      denied: (session, reason, context, object) => log.add(session, { reason, context, object, username: session.user!.name }),
    }
    this.default = Account.default(this.#around)
    this.#accounts = new Map([['default', this.default]])
    this.configured()
    for (const session of engine.sessions.values()) if (session.options.trusted !== true) session.user = this.default
  }

  get catalogue(): Catalogue {
    return this.#around.catalogue()
  }

  get open(): boolean {
    return this.default.nopass && this.default.enabled
  }

  get passwordless(): boolean {
    return this.default.nopass
  }

  /** By name. */
  get all(): Account[] {
    return [...this.#accounts.values()].sort((a, b) => compareBytes(a.name, b.name))
  }

  get(name: ByteString): Account | undefined {
    return this.#accounts.get(name)
  }

  has(name: ByteString): boolean {
    return this.#accounts.has(name)
  }

  login(name: ByteString, password: ByteString): Account | null {
    const account = this.#accounts.get(name)
    // Whether there is such a user is not told by how long this takes.
    const digest = sha256(password)
    return account?.accepts(digest) === true ? account : null
  }

  /** CONFIG SET was called. */
  configured(): void {
    const password = this.#engine.config.get('requirepass')
    if (password === this.#requirepass) return
    this.#requirepass = password
    this.default.set(['resetpass', password === '' ? 'nopass' : `>${password}`])
  }

  /** ACL SETUSER: all of the rules or none. @throws ReplyError */
  set(name: ByteString, rules: readonly ByteString[], self: Session): void {
    if (hasSpaces(name)) throw BAD_NAME
    const known = this.#accounts.get(name)
    const changed = known?.copy() ?? new Account(name, this.#around)
    try {
      changed.set(joinSelectors(rules))
    } catch (error) {
      throw error instanceof BadRule ? new ReplyError(`ERR Error in ACL SETUSER modifier '${printed(error.rule)}': ${error.reason}`) : error
    }
    if (known === undefined) {
      this.#accounts.set(name, changed)
      return
    }
    const listened = mayLoseChannels(known, changed)
    known.become(changed)
    for (const session of this.#sessionsOf(known)) {
      if (listened && !mayListen(session, known)) this.#end(session, self)
      else this.#review(session)
    }
  }

  /** ACL DELUSER. @returns how many there were; @throws ReplyError */
  delete(names: readonly ByteString[], self: Session): number {
    if (names.includes('default')) throw NO_REMOVAL
    return names.filter((name) => {
      const account = this.#accounts.get(name)
      if (account !== undefined) this.#remove(account, self)
      return account !== undefined
    }).length
  }

  #remove(account: Account, self: Session | null): void {
    this.#accounts.delete(account.name)
    // Its connections may still send commands before they end: those are refused.
    account.set(['reset'])
    for (const session of this.#sessionsOf(account)) {
      session.authenticated = false
      this.#review(session)
      this.#end(session, self)
    }
  }

  #sessionsOf(account: Account): Session[] {
    return [...this.#engine.sessions.values()].filter(({ user }) => user === account)
  }

  /** Its user's rights have changed: a command that waits is refused if it is no longer allowed. */
  #review(session: Session): void {
    session.restrict()
    const { waiter } = session
    if (waiter === null) return
    const refusal = session.user!.check(session, waiter.command, waiter.argv)
    if (refusal !== null) waiter.settle(refusal)
  }

  /** Closes a connection; the one that asks for it gets its reply before. What runs in process cannot be closed. */
  #end(session: Session, self: Session | null): void {
    if (session === self) session.quitting = true
    else if (session.options.onKill !== undefined) {
      session.options.onKill()
      session.close()
    }
  }

  /**
   * A user as redis.conf has it, `alice on >pass ~app:* +@read`: of what the default user may, nothing is left but this.
   * @throws Error if there is such a user, or a rule is wrong
   */
  define(name: ByteString, rules: readonly ByteString[]): Account {
    if (hasSpaces(name) || name === '') throw new Error(BAD_NAME.text.slice(4))
    const known = this.#accounts.get(name)
    if (known !== undefined && (known !== this.default || this.#defined)) {
      throw new Error(`Duplicate user found. A user can only be defined once in config files: '${name}'`)
    }
    this.#defined ||= known !== undefined
    const account = new Account(name, this.#around)
    try {
      account.set(joinSelectors(rules))
    } catch (error) {
      const reason = error instanceof BadRule ? error.reason : error instanceof ReplyError ? error.text : ''
      // The rule may be a password.
      throw new Error(`Error in the rules of user '${name}': ${reason}`, { cause: error })
    }
    if (known === undefined) this.#accounts.set(name, account)
    else this.#becomeDefault(account)
    return account
  }

  #becomeDefault(account: Account): void {
    this.default.become(account)
    for (const session of this.#sessionsOf(this.default)) this.#review(session)
  }

  /** All users, as lines of an ACL file. */
  lines(): ByteString {
    return this.all.map((account) => `${String(account)}\n`).join('')
  }

  /**
   * Takes the users of an ACL file in the place of all others, whose connections end, but for the default user's.
   * @param name the file's, for errors
   * @returns what is wrong with it, in which case nothing changes; null if nothing is
   */
  load(text: ByteString, name: string, self: Session | null): string | null {
    const errors: string[] = []
    const loaded = new Map<ByteString, Account>()
    for (const [i, line] of text.split('\n').entries()) this.#read(line, `${name}:${i + 1}`, i + 1, loaded, errors)
    if (errors.length > 0) return [...errors, UNCHANGED].join(' ')
    const old = this.all
    const byDefault = loaded.get('default') ?? Account.default(this.#around)
    for (const account of old) if (account !== this.default) this.#remove(account, self)
    this.#accounts = loaded.set('default', this.default)
    this.#becomeDefault(byDefault)
    return null
  }

  #read(text: ByteString, place: string, number: number, loaded: Map<ByteString, Account>, errors: string[]): void {
    const line = text.replace(/^[ \t\r]+|[ \t\r]+$/g, '')
    if (line === '') return
    const [keyword, name, ...words] = line.split(' ')
    if (keyword !== 'user' || name === undefined) {
      errors.push(`${place} should start with user keyword followed by the username.`)
      return
    }
    if (hasSpaces(name)) {
      errors.push(`'${place}: username '${name}' contains invalid characters.`)
      return
    }
    if (loaded.has(name)) {
      errors.push(`WARNING: Duplicate user '${name}' found on line ${number}.`)
      return
    }
    const account = new Account(name, this.#around)
    loaded.set(name, account)
    let rules: ByteString[]
    try {
      rules = joinSelectors(words)
    } catch {
      errors.push(`${place}: Unmatched parenthesis in selector definition.`)
      return
    }
    let wrong = false
    for (const rule of rules) {
      try {
        account.set([rule.replace(/^[\t\r]+|[\t\r]+$/g, '')])
      } catch (error) {
        if (!(error instanceof BadRule)) throw error
        // A command's name is no secret; other rules are not shown, and only the first of them is told.
        if (error.reason === UNKNOWN) errors.push(`${place}: Error in applying operation '${error.rule}': ${error.reason}.`)
        else if (!wrong) errors.push(`${place}: ${error.reason}.`)
        wrong ||= error.reason !== UNKNOWN
      }
    }
  }
}

/** A selector may be spread over several words: they are put together. @throws ReplyError if it does not end */
function joinSelectors(words: readonly ByteString[]): ByteString[] {
  const joined: ByteString[] = []
  let open: { rule: ByteString; start: ByteString } | null = null
  for (const word of words) {
    if (word[0] === '(' && !word.endsWith(')')) open = { rule: word, start: word }
    else if (open === null) joined.push(word)
    else {
      open.rule += ` ${word}`
      if (!word.endsWith(')')) continue
      joined.push(open.rule)
      open = null
    }
  }
  if (open !== null) throw new ReplyError(`ERR Unmatched parenthesis in acl selector starting at '${printed(open.start)}'.`)
  return joined
}

/** Whether a user had channels that it has no longer. */
function mayLoseChannels(before: Account, after: Account): boolean {
  if (after.allChannels || before.allChannels) return !after.allChannels
  const kept = after.channels
  return [...before.channels].some((pattern) => !kept.has(pattern))
}

function mayListen(session: Session, account: Account): boolean {
  return (['channels', 'patterns', 'shards'] as const).every((topic) =>
    [...session.subscriptions(topic)].every((name) => account.allowsChannel(name, topic === 'patterns')),
  )
}
