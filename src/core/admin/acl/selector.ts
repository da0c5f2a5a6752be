// A selector: commands, keys and channels that may be used together. A user has one of its own, and further ones in
// parentheses; what any of them allows is allowed. https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
import type { ByteString } from '../../bytes.ts'
import type { Argv, Command } from '../../engine/command.ts'
import { matches } from '../../engine/glob.ts'
import type { Reply } from '../../reply.ts'
import type { Catalogue } from './catalogue.ts'
import { channelsOf, type NamedKey } from './named.ts'

/** What is wrong with a rule: a Redis text, thrown as it is. */
export const UNKNOWN = 'Unknown command or category name in ACL'
export const BAD_SYNTAX = 'Syntax error'
const AFTER_ALL_KEYS =
  "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns"
const AFTER_ALL_CHANNELS =
  "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels"
const NO_SECOND_ARGUMENT = 'Allowing first-arg of a subcommand is not supported'

/** As C's isspace, or the zero byte: names and patterns have none, so that rules can be parted by spaces. */
export const hasSpaces = (text: ByteString): boolean => /[\t-\r \0]/.test(text)

/** Why a command line is refused, the graver the higher, as Redis weighs them. */
export type Reason = 'command' | 'key' | 'channel'
const GRAVITY: Readonly<Record<Reason, number>> = { command: 1, key: 2, channel: 3 }

export interface Denial {
  readonly reason: Reason
  /** The key's or channel's position in the command line; 0 for the command. */
  readonly at: number
}

export function graver(a: Denial, b: Denial): Denial {
  return GRAVITY[b.reason] > GRAVITY[a.reason] || (b.reason === a.reason && b.at > a.at) ? b : a
}

interface Rights {
  readonly read: boolean
  readonly write: boolean
}

const hasWord = (words: readonly ByteString[], word: ByteString): boolean => words.some((each) => each.toLowerCase() === word.toLowerCase())

const COMMAND: Denial = { reason: 'command', at: 0 }

export class Selector {
  readonly #catalogue: () => Catalogue
  #allKeys = false
  #allChannels: boolean
  #allCommands = false
  #patterns = new Map<ByteString, Rights>()
  channels = new Set<ByteString>()
  /** By the command's index; `#others` holds for those that are not named, even for commands that come later. */
  #commands = new Map<number, boolean>()
  #others = false
  /** Commands that are allowed with one of these words behind them only. */
  #firstWords = new Map<number, ByteString[]>()
  /** The commands as rules, once they were asked for: to find the fewest takes long. */
  #described: string | null = null

  constructor(catalogue: () => Catalogue, allChannels: boolean) {
    this.#catalogue = catalogue
    this.#allChannels = allChannels
  }

  copy(): Selector {
    const copy = new Selector(this.#catalogue, this.#allChannels)
    copy.#allKeys = this.#allKeys
    copy.#allCommands = this.#allCommands
    copy.#patterns = new Map(this.#patterns)
    copy.channels = new Set(this.channels)
    copy.#commands = new Map(this.#commands)
    copy.#others = this.#others
    copy.#firstWords = new Map(this.#firstWords)
    copy.#described = this.#described
    return copy
  }

  /** Whether it allows everything. */
  get unlimited(): boolean {
    return this.#allKeys && this.#allChannels && this.#allCommands
  }

  get allChannels(): boolean {
    return this.#allChannels
  }

  /** Takes a rule. @throws what is wrong with it */
  apply(rule: ByteString): void {
    const word = rule.toLowerCase()
    if (word === 'allkeys' || word === '~*' || word === 'resetkeys') {
      this.#allKeys = word !== 'resetkeys'
      this.#patterns.clear()
    } else if (word === 'allchannels' || word === '&*' || word === 'resetchannels') {
      this.#allChannels = word !== 'resetchannels'
      this.channels.clear()
    } else if (word === 'allcommands' || word === '+@all') this.#everyCommand(true)
    else if (word === 'nocommands' || word === '-@all') this.#everyCommand(false)
    else if (word[0] === '~' || word[0] === '%') this.#addPattern(rule)
    else if (word[0] === '&') this.#addChannel(rule.slice(1))
    else if (word[0] === '+' || word[0] === '-') this.#changeCommands(rule.slice(1), word[0] === '+')
    else throw BAD_SYNTAX
  }

  #everyCommand(allowed: boolean): void {
    this.#described = null
    this.#allCommands = this.#others = allowed
    this.#commands.clear()
    this.#firstWords.clear()
  }

  #addPattern(rule: ByteString): void {
    if (this.#allKeys) throw AFTER_ALL_KEYS
    const found = /^(?:~|%(R|W|RW|WR)(?:~|$))([^]*)$/i.exec(rule)
    if (found === null || hasSpaces(found[2])) throw BAD_SYNTAX
    const rights = found[1]?.toUpperCase() ?? 'RW'
    const known = this.#patterns.get(found[2])
    this.#patterns.set(found[2], { read: known?.read || rights.includes('R'), write: known?.write || rights.includes('W') })
  }

  #addChannel(pattern: ByteString): void {
    if (this.#allChannels) throw AFTER_ALL_CHANNELS
    if (hasSpaces(pattern)) throw BAD_SYNTAX
    this.channels.add(pattern)
  }

  #changeCommands(name: ByteString, allowed: boolean): void {
    this.#described = null
    if (name[0] === '@') {
      const members = this.#catalogue().members(name.slice(1))
      if (members === undefined) throw UNKNOWN
      for (const command of members) this.#change(command, allowed)
      return
    }
    const bar = name.lastIndexOf('|')
    if (bar < 0 || !allowed) return this.#change(this.#known(name), allowed)
    const command = this.#known(name.slice(0, bar))
    const behind = name.slice(bar + 1)
    if (command.name.includes('|')) throw NO_SECOND_ARGUMENT
    if (behind === '') throw BAD_SYNTAX
    if (command.subcommands !== null) return this.#change(this.#known(name), true)
    const words = this.#firstWords.get(command.index) ?? []
    if (!hasWord(words, behind)) this.#firstWords.set(command.index, [...words, behind])
  }

  #known(name: ByteString): Command {
    const command = this.#catalogue().table.named(name)
    if (command === undefined) throw UNKNOWN
    return command
  }

  /** A container's subcommands go with it. */
  #change(command: Command, allowed: boolean): void {
    for (const { index } of [command, ...(command.subcommands?.values() ?? [])]) this.#commands.set(index, allowed)
    if (!allowed) this.#allCommands = false
    this.#firstWords.delete(command.index)
  }

  #has({ index }: Command): boolean {
    return this.#commands.get(index) ?? this.#others
  }

  /** @returns why a command line is not allowed; null if it is */
  denial(command: Command, argv: Argv, keysOf: () => readonly NamedKey[]): Denial | null {
    if (!this.#allowsCommand(command, argv)) return COMMAND
    if (!this.#allKeys && command.keys !== '') {
      const key = keysOf().find((each) => !this.#allowsKey(each))
      if (key !== undefined) return { reason: 'key', at: key.at }
    }
    if (this.#allChannels) return null
    const channel = channelsOf(command, argv).find((each) => !this.allowsChannel(each.channel, each.isPattern))
    return channel === undefined ? null : { reason: 'channel', at: channel.at }
  }

  #allowsCommand(command: Command, argv: Argv): boolean {
    if (this.#allCommands || this.#has(command)) return true
    return argv.length > 1 && hasWord(this.#firstWords.get(command.index) ?? [], argv[1])
  }

  #allowsKey({ key, reads, writes }: NamedKey): boolean {
    for (const [pattern, { read, write }] of this.#patterns) {
      if ((read || !reads) && (write || !writes) && matches(pattern, key)) return true
    }
    return false
  }

  /** A pattern to listen to must be among those that are allowed, to the letter. */
  allowsChannel(channel: ByteString, isPattern: boolean): boolean {
    if (isPattern) return this.channels.has(channel)
    for (const pattern of this.channels) if (matches(pattern, channel)) return true
    return false
  }

  /** Whether every key may be read. */
  get readsEverything(): boolean {
    return this.#allKeys || this.#patterns.get('*')?.read === true
  }

  get #keyRules(): string {
    if (this.#allKeys) return '~*'
    return Array.from(this.#patterns, ([pattern, { read, write }]) => `${read ? (write ? '~' : '%R~') : '%W~'}${pattern}`).join(' ')
  }

  get #channelRules(): string {
    return this.#allChannels ? '&*' : Array.from(this.channels, (pattern) => `&${pattern}`).join(' ')
  }

  /** As ACL GETUSER shows it. */
  fields(): Reply[] {
    return ['commands', this.#commandRules, 'keys', this.#keyRules, 'channels', this.#channelRules]
  }

  /** As ACL LIST shows it: rules that make it again. */
  toString(): string {
    const channels = this.#allChannels ? this.#channelRules : `resetchannels ${this.#channelRules}`
    return [this.#keyRules, channels.trim(), this.#commandRules].filter((rules) => rules !== '').join(' ')
  }

  get #commandRules(): string {
    return (this.#described ??= this.#describeAll())
  }

  /**
   * The fewest rules, more or less, that allow the same commands: all or none, then the categories that come nearest, then
   * single commands.
   */
  #describeAll(): string {
    const { table, names } = this.#catalogue()
    const plus = !this.#others
    const rules = [plus ? '-@all' : '+@all']
    const made = new Selector(this.#catalogue, false)
    made.#everyCommand(!plus)
    // What is not described yet.
    const rest = this.copy()
    const left = new Set(names)
    for (let best = this.#nearest(left, rest); best !== undefined; best = this.#nearest(left, rest)) {
      left.delete(best)
      rules.push(`${plus ? '+' : '-'}@${best}`)
      made.#changeCommands(`@${best}`, plus)
      rest.#changeCommands(`@${best}`, !plus)
    }
    for (const command of table.commands) if (!command.name.includes('|')) this.#describe(command, made, rules)
    return rules.join(' ')
  }

  #describe(command: Command, made: Selector, rules: string[]): void {
    const allowed = this.#has(command)
    if (made.#has(command) !== allowed) {
      rules.push(`${allowed ? '+' : '-'}${command.name}`)
      made.#change(command, allowed)
    }
    for (const each of command.subcommands?.values() ?? []) this.#describe(each, made, rules)
    if (!allowed) for (const word of this.#firstWords.get(command.index) ?? []) rules.push(`+${command.name}|${word}`)
  }

  /** The category that covers the most commands rightly and the fewest wrongly; undefined if none does more good than harm. */
  #nearest(categories: ReadonlySet<string>, rest: Selector): string | undefined {
    let best: { name: string; wrong: number; right: number } | undefined
    for (const name of categories) {
      const members = this.#catalogue().members(name)!
      const like = members.filter((command) => rest.#has(command) !== this.#others).length
      const found = { name, right: like, wrong: members.length - like }
      if (found.right <= found.wrong) continue
      if (best === undefined || found.wrong < best.wrong || (found.wrong === best.wrong && found.right > best.right)) best = found
    }
    return best?.name
  }
}
