// What a read-only token may run: what the database itself calls readonly, as COMMAND INFO tells, without what it calls
// dangerous (KEYS, SORT), scripts, what waits, and SCAN, as on Upstash. So a new command needs no list here.
import type { ByteString } from '../../../core/bytes.ts'
import type { Argv, Backend } from '../../../core/client/backend.ts'
import { waits } from '../../../core/client/waits.ts'
import { type Reply, ReplyError, SetReply, Status } from '../../../core/reply.ts'
import type { Line } from '../../../core/rest/commands.ts'
import { notPermitted } from '../../../core/rest/errors.ts'

/** What touches no key, and so is not called readonly. */
const HARMLESS = new Set(['PING', 'ECHO', 'TIME'])
const REFUSED = new Set(['SCAN', 'RANDOMKEY'])
const REFUSED_CATEGORIES = ['@dangerous', '@scripting', '@admin']
// Places in COMMAND INFO's reply.
const FLAGS = 2
const CATEGORIES = 6
const SUBCOMMANDS = 9

/** By subcommand, where a command has some; `''` is the command itself. */
type Rule = ReadonlyMap<ByteString, boolean>

export class ReadOnlyCommands {
  readonly #backend: Backend
  /** Only names that the database knows get in here, so nobody can fill it. */
  readonly #rules = new Map<ByteString, Rule>()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  /** @returns the line, or an error if the token may not run it */
  async check(line: Line): Promise<Line> {
    return line instanceof ReplyError || (await this.#allows(line)) ? line : notPermitted(line[0])
  }

  async #allows(argv: Argv): Promise<boolean> {
    if (HARMLESS.has(argv[0])) return true
    if (REFUSED.has(argv[0]) || waits(argv)) return false
    const rule = this.#rules.get(argv[0]) ?? (await this.#ask(argv[0]))
    return rule.get('') ?? rule.get(`${argv[0]}|${argv[1] ?? ''}`.toLowerCase()) ?? false
  }

  async #ask(name: ByteString): Promise<Rule> {
    const [info] = itemsOf(await this.#backend.call(['COMMAND', 'INFO', name]))
    if (!Array.isArray(info)) return new Map()
    const subcommands = itemsOf(info[SUBCOMMANDS]).filter((each) => Array.isArray(each))
    const rule = new Map(
      subcommands.length === 0 ? [['', isReading(info)]] : subcommands.map((each) => [bytesOf(each[0]), isReading(each)]),
    )
    this.#rules.set(name, rule)
    return rule
  }
}

function isReading(info: readonly Reply[]): boolean {
  const categories = new Set(itemsOf(info[CATEGORIES]).map(bytesOf))
  return itemsOf(info[FLAGS]).map(bytesOf).includes('readonly') && !REFUSED_CATEGORIES.some((each) => categories.has(each))
}

function itemsOf(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? reply : reply instanceof SetReply ? reply.items : []
}

function bytesOf(reply: Reply): ByteString {
  return typeof reply === 'string' ? reply : reply instanceof Status ? reply.text : ''
}
