// Redis commands for scripts: the checks that a script's commands pass, and the session they run on. It holds what one
// run may do and has done; the library `redis` and the commands EVAL and FCALL stand on it.
import type { ByteString } from '../../core/bytes.ts'
import type { Argv, Command } from '../../core/engine/command.ts'
import { arityFits, FLAG } from '../../core/engine/command.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { OUT_OF_MEMORY } from '../../core/engine/errors.ts'
import { elapsed } from '../../core/engine/ports.ts'
import { Session } from '../../core/engine/session.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import { ScriptStopped, untilZero } from './errors.ts'
import { type Machine, MAX_STRING } from './machine.ts'
import { isCounted, type Protocol, toReply } from './replies.ts'
import { NOWHERE } from './site.ts'
import { Table } from './table.ts'
import { first, type LuaFunction, type LuaValue, NONE } from './value.ts'

const UNKNOWN = new ReplyError('ERR Unknown Redis command called from script')
const NO_SCRIPT = new ReplyError('ERR This Redis command is not allowed from script')
const STALE = new ReplyError('ERR Can not execute the command on a stale replica')
const WRONG_ARITY = new ReplyError('ERR Wrong number of args calling Redis command from script')
const READ_ONLY = new ReplyError('ERR Write commands are not allowed from read-only scripts.')
const CANNOT_WAIT = new ReplyError('ERR This command cannot be waited for in a script')
const INACTIVE = new ReplyError('ERR redis.call/pcall can only be called inside a script invocation')

/** How a script may run. */
export interface Permission {
  /** It may not write: EVAL_RO, FCALL_RO, the flag `no-writes`. */
  readonly readOnly: boolean
  /** It may write although memory is full: the flag `allow-oom`. */
  readonly allowOom: boolean
  /** It may run on a replica that has no connection to its master: the flag `allow-stale`. */
  readonly allowStale: boolean
  /** In a cluster it may use keys of several slots, one after the other: the flag `allow-cross-slot-keys`. */
  readonly anySlot: boolean
  /** It may not run in a cluster: the flag `no-cluster`. */
  readonly noCluster: boolean
}
export const ORDINARY: Permission = { readOnly: false, allowOom: false, allowStale: false, anySlot: true, noCluster: false }

/** Limits on how long a script runs. One thread runs everything here: nobody can say SCRIPT KILL meanwhile. */
export interface Limits {
  /** Milliseconds after which a script that has not written ends. Default: CONFIG's `busy-reply-threshold` */
  readonly time?: number | undefined
  /** Milliseconds after which any script ends, its effects so far staying. Default: ten times `time` */
  readonly hardTime?: number | undefined
  /** Calls and turns of loops after which any script ends, for hosts whose clock stands still. Default: 10^10 */
  readonly steps?: number | undefined
}

/** With more open calls than this, the room on JS's stack is checked before a command runs: it must not fail halfway. */
const SHALLOW = 50
/** Calls that a command may need; those of `headroom` are as large as any. */
const HEADROOM = 100

/** @throws the host's own error if there is no room for so many calls more */
function headroom(calls: number, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): number {
  return calls === 0 ? a + b + c + d + e + f : headroom(calls - 1, b, c, d, e, f, a) + 1
}

/** Steps between two looks at the clock: some milliseconds. */
const SLICE = 100_000
const DEFAULT_STEPS = 1e10
const KILLED = 'Script killed by user with SCRIPT KILL...'

export class Bridge {
  readonly machine: Machine
  readonly engine: Engine
  /** As in Redis, scripts have a client of their own: what one selects ends with it. */
  readonly session: Session
  /** The client that has it run, whose rights it has. */
  caller: Session | null = null
  protocol: Protocol = 2
  /** Whether scripts may run what is not meant for them, as tests want it. */
  unrestricted = false
  /** Whether the script has run a command that writes. */
  wrote = false
  running = false
  /** When the script that runs began, by `elapsed`. */
  #started = 0
  #permission = ORDINARY
  #outOfMemory = false
  readonly #limits: Limits
  #left = 0
  #check: (left: number) => void = () => {}

  constructor(machine: Machine, engine: Engine, limits: Limits = {}) {
    this.machine = machine
    machine.onSteps = () => this.#tick()
    this.engine = engine
    this.#limits = limits
    this.session = new Session(engine, 0, { trusted: true, script: true, peer: { address: 'lua', local: '', isLocal: false } })
    this.session.mayBlock = false
  }

  /** One command of a script. An error is its reply. */
  command(argv: Argv): Reply {
    if (!this.running) return INACTIVE
    const { engine, session } = this
    if (this.machine.depth > SHALLOW) headroom(HEADROOM)
    let command: Command
    try {
      command = engine.table.find(argv)
    } catch {
      return this.#refuse(UNKNOWN)
    }
    const { flags } = command
    if (!arityFits(command, argv.length)) return this.#refuse(WRONG_ARITY, command)
    if (flags & FLAG.noscript && !this.unrestricted) return this.#refuse(NO_SCRIPT, command)
    if (engine.replication?.stale && !(flags & FLAG.stale)) return this.#refuse(STALE, command)
    const denied = this.caller?.user?.check(this.caller, command, argv, true)
    if (denied) return this.#refuse(denied, command)
    if (this.#permission.readOnly && flags & (FLAG.write | FLAG.may_replicate)) return this.#refuse(READ_ONLY, command)
    if (flags & FLAG.write) {
      const refusal = engine.writeError()
      if (refusal !== null) return this.#refuse(refusal, command)
    }
    if (this.#outOfMemory && !this.wrote && flags & FLAG.denyoom) return this.#refuse(OUT_OF_MEMORY, command)
    const misplaced = engine.slots?.ofScript(command, argv, this.#permission.anySlot)
    if (misplaced) return this.#refuse(misplaced, command)
    if (flags & FLAG.write) this.wrote = true
    session.protocol = this.protocol
    const result = session.attempt(command, argv)
    if (!(result instanceof Promise)) return result
    result.catch(() => {})
    return CANNOT_WAIT
  }

  #refuse(error: ReplyError, command?: Command): ReplyError {
    return this.engine.stats.failure(error, command, false)
  }

  /**
   * Runs a function as a script for a client: with the client's database, from the beginning of the count of steps.
   * @param label what an error calls the script: its SHA-1, or a function's name
   * @throws ReplyError the script's own error
   */
  run(caller: Session, fn: LuaFunction, label: string, permission: Permission, a?: LuaValue, b?: LuaValue): Reply {
    const { machine, session, engine } = this
    const { limit } = engine.eviction
    session.db = caller.db
    session.user = caller.user
    this.caller = caller
    this.protocol = 2
    this.wrote = false
    this.#permission = permission
    this.#outOfMemory = limit > 0 && !permission.allowOom && !engine.eviction.makeRoom()
    this.running = true
    this.#arm()
    this.#reset()
    let error: ReplyError
    try {
      const value = first(a === undefined ? fn.call(0) : fn.call(2, a, b, undefined, NONE))
      const reply = toReply(value, this.protocol)
      if (!(reply instanceof ReplyError)) return reply
      error = reply
    } catch (thrown) {
      error = this.errorReply(thrown, label)
    } finally {
      this.running = false
      machine.steps = 0
    }
    throw error
  }

  /** Counts steps from here on. */
  #arm(): void {
    this.#started = elapsed(this.engine.clock)
    this.#count(this.#checkTime)
  }

  // One function for all scripts: most end before it is called.
  readonly #checkTime = (left: number): void => {
    const { clock, config, log } = this.engine
    const time = this.#limits.time ?? (config.number('busy-reply-threshold') || Infinity)
    const spent = elapsed(clock) - this.#started
    if (left > 0 && spent <= (this.wrote ? (this.#limits.hardTime ?? 10 * time) : time)) return
    log('warning', `Lua script ended after ${spent} ms, ${this.wrote ? 'having' : 'without having'} written`)
    throw new ScriptStopped(KILLED)
  }

  /** @param check is asked now and then, with how many steps are left; @throws ScriptStopped to end */
  #count(check: (left: number) => void): void {
    this.#check = check
    this.#left = this.#limits.steps ?? DEFAULT_STEPS
    this.machine.steps = Math.min(SLICE, this.#left)
  }

  #tick(): number {
    const slice = Math.min(SLICE, this.#left)
    this.#left -= slice
    this.#check(this.#left)
    return Math.min(SLICE, this.#left)
  }

  /** Runs the code of a library, which may register functions and no more. @throws LuaError, ScriptStopped */
  load(fn: LuaFunction, time: number, timeout: string): void {
    const { machine } = this
    const start = elapsed(this.engine.clock)
    this.#count((left) => {
      if (left <= 0 || elapsed(this.engine.clock) - start > time) throw new ScriptStopped(timeout)
    })
    this.#reset()
    try {
      fn.call(0)
    } finally {
      machine.steps = 0
    }
  }

  #reset(): void {
    const { machine } = this
    machine.depth = 0
    machine.nested = 1
    machine.coroutine = null
    machine.site = NOWHERE
  }

  /** What was raised, with its code. */
  textOf(value: LuaValue): ByteString {
    if (!(value instanceof Table)) return `ERR ${untilZero(this.machine.toString(value))}`
    const err = value.get('err')
    // redis-server 7.0 crashes here; this is what later versions reply.
    return typeof err === 'string' || typeof err === 'number' ? untilZero(this.machine.toString(err)) : 'ERR unknown error'
  }

  /** An error that ended a script, as Redis words it. */
  errorReply(thrown: unknown, label: string): ReplyError {
    if (thrown instanceof ScriptStopped) {
      const site = this.machine.blamed(this.machine.site)
      return new ReplyError(`ERR ${thrown.text} script: ${label}, on ${site.source}:${site.line}.`)
    }
    const { value, site } = this.machine.caught(thrown)
    const counted = value instanceof Table && isCounted(value)
    let text = this.textOf(value)
    if (text.length > MAX_STRING) text = 'ERR error message too long'
    return new ReplyError(site === null ? text : `${text} script: ${label}, on ${site.source}:${site.line}.`, undefined, counted)
  }
}
