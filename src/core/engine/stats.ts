// The counters behind INFO stats, commandstats and errorstats. CONFIG RESETSTAT sets them to zero.
import { ReplyError } from '../reply.ts'
import type { Command } from './command.ts'

/** Scripts can make up error codes without end: as in Valkey 8, those that come when there are so many are counted as one. */
const MOST_CODES = 128
const OVERFLOW = 'ERRORSTATS_OVERFLOW'

export class Stats {
  // `reset` gives them their first values too.
  declare hits: number
  declare misses: number
  declare expired: number
  /** Fields of hashes. */
  declare expiredSubkeys: number
  declare evicted: number
  /** Scripts that EVAL was called with and that were forgotten for newer ones. */
  declare evictedScripts: number
  declare connections: number
  declare rejectedConnections: number
  /** Connections that ended for sending too much at once, and for not reading what they were sent. */
  declare inputLimited: number
  declare outputLimited: number
  declare inputBytes: number
  declare outputBytes: number
  /** How often each command ran, was refused before it ran, and failed; by the command's index. */
  declare calls: number[]
  declare rejected: number[]
  declare failed: number[]
  /** How often each error code was replied. */
  declare errors: Map<string, number>

  /** @param commands how many the table has. Whoever adds some must lengthen the arrays of counts */
  constructor(commands: number) {
    this.reset(commands)
  }

  reset(commands = this.calls.length): void {
    this.hits = this.misses = this.expired = this.expiredSubkeys = this.evicted = this.evictedScripts = 0
    this.connections = this.rejectedConnections = this.inputLimited = this.outputLimited = 0
    this.inputBytes = this.outputBytes = 0
    ;[this.calls, this.rejected, this.failed] = [0, 0, 0].map(() => new Array<number>(commands).fill(0))
    this.errors = new Map()
  }

  get commands(): number {
    return this.calls.reduce((sum, calls) => sum + calls, 0)
  }

  /**
   * Counts an error.
   * @param ran whether the command itself failed, or was refused before it ran
   * @returns it as a reply; @throws what is not a reply, which is a bug
   */
  failure(error: unknown, command: Command | undefined, ran = true): ReplyError {
    if (!(error instanceof ReplyError)) throw error
    // The first word of an error's text, if it has another and is no longer than Redis looks.
    const [code] = /^[^ ]{0,30}(?= )/.exec(error.text) ?? ['ERR']
    if (!error.counted) {
      const name = this.errors.has(code) || this.errors.size < MOST_CODES ? code : OVERFLOW
      this.errors.set(name, (this.errors.get(name) ?? 0) + 1)
    }
    if (command !== undefined) (ran ? this.failed : this.rejected)[command.index]++
    return error
  }
}
