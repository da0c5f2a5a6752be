// One user: who it is, what it may do, and how that is said in rules.
import { type ByteString, equalInConstantTime } from '../../bytes.ts'
import { type Argv, type Command, FLAG } from '../../engine/command.ts'
import type { Session } from '../../engine/session.ts'
import type { User } from '../../engine/users.ts'
import { MapReply, type Reply, ReplyError, SetReply } from '../../reply.ts'
import { sha256 } from '../sha256.ts'
import type { Catalogue } from './catalogue.ts'
import type { Context } from './log.ts'
import { Names } from './named.ts'
import { BAD_SYNTAX, type Denial, graver, type Reason, Selector } from './selector.ts'

const NO_SUCH_PASSWORD = 'The password you are trying to remove from the user does not exist'
const BAD_HASH = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters'

const KEYS_AND_CHANNELS = 'NOPERM this user has no permissions to access one of the'
const TEXTS: Readonly<Record<Reason, string>> = {
  command: '',
  key: `${KEYS_AND_CHANNELS} keys used as arguments`,
  channel: `${KEYS_AND_CHANNELS} channels used as arguments`,
}
const IN_EXEC =
  'NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason:'
const EXEC_TEXTS: Readonly<Record<Reason, string>> = {
  command: `${IN_EXEC} no permission to execute the command or subcommand`,
  key: `${IN_EXEC} no permission to touch the specified keys`,
  channel: `${IN_EXEC} no permission to access one of the channels used as arguments`,
}
const IN_SCRIPT = "ERR The user executing the script can't"
const SCRIPT_TEXTS: Readonly<Record<Reason, string>> = {
  command: `${IN_SCRIPT} run this command or subcommand`,
  key: `${IN_SCRIPT} access at least one of the keys mentioned in the command arguments`,
  channel: `${IN_SCRIPT} publish to the channel mentioned in the command`,
}

/** What users of one engine share. */
export interface Surroundings {
  readonly catalogue: () => Catalogue
  /** Whether new users and selectors have all channels: `acl-pubsub-default`. */
  readonly allChannels: () => boolean
  /** Somebody was refused. */
  readonly denied: (session: Session, reason: Reason, context: Context, object: ByteString) => void
}

export class Account implements User {
  readonly name: ByteString
  limited = true
  nopass = false
  enabled = false
  #sanitize: 'skip-sanitize-payload' | 'sanitize-payload' | null = null
  /** Digests. */
  #passwords: string[] = []
  /** The first is the user's own. */
  #selectors: Selector[]
  readonly #names = new Names()
  readonly #around: Surroundings

  constructor(name: ByteString, around: Surroundings) {
    this.name = name
    this.#around = around
    this.#selectors = [this.#newSelector()]
  }

  /** What Redis starts with: no password, and every right. */
  static default(around: Surroundings): Account {
    const made = new Account('default', around)
    for (const rule of ['+@all', '~*', '&*', 'on', 'nopass']) made.#apply(rule)
    made.#changed()
    return made
  }

  copy(): Account {
    const copy = new Account(this.name, this.#around)
    copy.become(this)
    return copy
  }

  /** Takes over another's rules. */
  become(other: Account): void {
    this.nopass = other.nopass
    this.enabled = other.enabled
    this.#sanitize = other.#sanitize
    this.#passwords = [...other.#passwords]
    this.#selectors = other.#selectors.map((each) => each.copy())
    this.#changed()
  }

  #newSelector(): Selector {
    return new Selector(this.#around.catalogue, this.#around.allChannels())
  }

  #changed(): void {
    this.limited = !this.#selectors.some(({ unlimited }) => unlimited)
  }

  /** Takes rules one after another. @throws with the rule and what is wrong with it: those before it hold */
  set(rules: readonly ByteString[]): void {
    try {
      for (const rule of rules) {
        try {
          this.#apply(rule)
        } catch (reason) {
          if (typeof reason !== 'string') throw reason
          throw new BadRule(rule, reason)
        }
      }
    } finally {
      this.#changed()
    }
  }

  #apply(rule: ByteString): void {
    const word = rule.toLowerCase()
    if (word === '') return
    if (word === 'on' || word === 'off') this.enabled = word === 'on'
    else if (word === 'skip-sanitize-payload' || word === 'sanitize-payload') this.#sanitize = word
    else if (word === 'nopass' || word === 'resetpass') {
      this.nopass = word === 'nopass'
      this.#passwords = []
    } else if (/[>#<!]/.test(word[0])) this.#changePasswords(rule)
    else if (word[0] === '(' && word.endsWith(')')) this.#addSelector(rule.slice(1, -1))
    else if (word === 'clearselectors') this.#selectors.length = 1
    else if (word === 'reset') {
      for (const each of ['resetpass', 'off', 'sanitize-payload', 'clearselectors']) this.#apply(each)
      this.#selectors = [this.#newSelector()]
    } else this.#selectors[0].apply(rule)
  }

  #changePasswords(rule: ByteString): void {
    const isHash = rule[0] === '#' || rule[0] === '!'
    const given = rule.slice(1)
    if (isHash && !/^[\da-f]{64}$/.test(given)) throw BAD_HASH
    const digest = isHash ? given : sha256(given)
    const isKnown = this.#passwords.includes(digest)
    if (rule[0] === '>' || rule[0] === '#') {
      if (!isKnown) this.#passwords.push(digest)
      this.nopass = false
    } else if (!isKnown) throw NO_SUCH_PASSWORD
    else this.#passwords = this.#passwords.filter((each) => each !== digest)
  }

  #addSelector(rules: ByteString): void {
    const selector = this.#newSelector()
    if (/["']/.test(rules)) throw BAD_SYNTAX
    for (const rule of rules.split(/\s+/)) if (rule !== '') selector.apply(rule)
    this.#selectors.push(selector)
  }

  /** Whether a password lets in, by its digest. Every one is compared, whichever fits. */
  accepts(digest: string): boolean {
    return this.#passwords.reduce((fits, each) => equalInConstantTime(digest, each) || fits, this.nopass) && this.enabled
  }

  check(session: Session | null, command: Command, argv: Argv, inScript = false): ReplyError | null {
    if (!this.limited) return null
    const denial = this.denial(command, argv)
    if (denial === null) return null
    const { reason, at } = denial
    const inMulti = session !== null && (session.inExec || session.transaction.open)
    const context = inScript ? 'lua' : inMulti ? 'multi' : 'toplevel'
    if (session !== null) this.#around.denied(session, reason, context, at === 0 ? command.name : argv[at])
    if (inScript) return new ReplyError(SCRIPT_TEXTS[reason])
    if (session?.inExec) return new ReplyError(EXEC_TEXTS[reason])
    return new ReplyError(TEXTS[reason] || `NOPERM this user has no permissions to run the '${command.name}' command`)
  }

  /** @returns why a command line is not allowed; null if it is */
  denial(command: Command, argv: Argv): Denial | null {
    // Anybody may log in, and go.
    if (command.flags & FLAG.no_auth) return null
    let found: Denial = { reason: 'command', at: 0 }
    const keys = (): ReturnType<Names['keys']> => this.#names.keys(command, argv)
    for (const selector of this.#selectors) {
      const denial = selector.denial(command, argv, keys)
      if (denial === null) return null
      found = graver(found, denial)
    }
    return found
  }

  /** Whether a selector that allows a command line also lets every key be read. */
  mayReadEverything(command: Command, argv: Argv): boolean {
    const keys = (): ReturnType<Names['keys']> => this.#names.keys(command, argv)
    return this.#selectors.some((each) => each.readsEverything && each.denial(command, argv, keys) === null)
  }

  get allChannels(): boolean {
    return this.#selectors.some(({ allChannels }) => allChannels)
  }

  /** The patterns of channels that it may use. */
  get channels(): Set<ByteString> {
    return new Set(this.#selectors.flatMap(({ channels }) => [...channels]))
  }

  allowsChannel(channel: ByteString, isPattern: boolean): boolean {
    return this.#selectors.some((each) => each.allChannels || each.allowsChannel(channel, isPattern))
  }

  get #flags(): string[] {
    return [this.enabled ? 'on' : 'off', ...(this.nopass ? ['nopass'] : []), ...(this.#sanitize === null ? [] : [this.#sanitize])]
  }

  /** As ACL GETUSER shows it. */
  fields(): Reply {
    const [own, ...others] = this.#selectors
    return new MapReply([
      ...['flags', new SetReply(this.#flags), 'passwords', [...this.#passwords]],
      ...own.fields(),
      ...['selectors', others.map((each) => new MapReply(each.fields()))],
    ])
  }

  /** As ACL LIST shows it: a line that makes the user again. */
  toString(): string {
    const [own, ...others] = this.#selectors
    const passwords = this.#passwords.map((digest) => `#${digest}`)
    return ['user', this.name, ...this.#flags, ...passwords, String(own), ...others.map((each) => `(${String(each)})`)].join(' ')
  }
}

/** A rule that cannot be taken. */
export class BadRule {
  readonly rule: ByteString
  readonly reason: string

  constructor(rule: ByteString, reason: string) {
    this.rule = rule
    this.reason = reason
  }
}
