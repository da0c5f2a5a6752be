// EVAL and SCRIPT: https://redis.io/docs/latest/commands/?group=scripting
import type { ByteString } from '../../../core/bytes.ts'
import { container, type Handler, type Row, row } from '../../../core/engine/command.ts'
import { help } from '../../../core/engine/commands/help.ts'
import type { Engine } from '../../../core/engine/engine.ts'
import { OUT_OF_MEMORY } from '../../../core/engine/errors.ts'
import { feedMonitors } from '../../../core/engine/monitor.ts'
import type { Session } from '../../../core/engine/session.ts'
import { OK, type Reply, ReplyError } from '../../../core/reply.ts'
import { keysOf, NO_SCRIPT, runScript } from '../../run.ts'
import type { FunctionExpression } from '../../tree.ts'
import { type Bridge, ORDINARY, type Permission } from '../bridge.ts'
import { compileChunk } from '../compile.ts'
import type { Closure } from '../frame.ts'
import type { Machine } from '../machine.ts'
import { parse } from '../parser.ts'
import type { Table } from '../table.ts'
import { sha1 } from '../../../core/sha1.ts'
import { scriptShebang } from './shebang.ts'

const FLUSH_OPTION = new ReplyError('ERR SCRIPT FLUSH only support SYNC|ASYNC option')
const DEBUG_OPTION = new ReplyError('ERR Use SCRIPT DEBUG YES/SYNC/NO')
const NO_DEBUGGER = new ReplyError('ERR there is no script debugger')
export const NOT_BUSY = new ReplyError('NOTBUSY No scripts in execution right now.')
const NO_CLUSTER = new ReplyError("ERR Can not run script on cluster, 'no-cluster' flag is set.")
const CANNOT_WRITE = new ReplyError('ERR Can not execute a script with write flag using *_ro command.')

/** As Redis 7.4: so many scripts are known only because EVAL was called with them. */
const MOST_EVALUATED = 500

interface Script {
  readonly sha: string
  readonly text: ByteString
  readonly closure: Closure
  /** What its shebang says; null without one. */
  readonly permission: Permission | null
}

/** The scripts that an engine knows. */
export class Scripts {
  readonly bridge: Bridge
  readonly #bySha = new Map<string, Script>()
  // Asked by its text, a script need not be digested again.
  readonly #bySource = new Map<ByteString, Script>()
  /** Those that EVAL alone has brought, in the order of their last use: the first is the next to be forgotten. */
  readonly #evaluated = new Set<Script>()
  #last: Script | null = null
  /** What they take. */
  #bytes = 0

  constructor(bridge: Bridge) {
    this.bridge = bridge
  }

  get count(): number {
    return this.#bySha.size
  }

  get(sha: string): Script | undefined {
    return this.#bySha.get(sha)
  }

  /** A script that EVAL or EVALSHA is called for; undefined if it cannot run. */
  find(command: string, what: ByteString): Script | undefined {
    if (command === 'evalsha') return this.get(what.toLowerCase())
    try {
      return command === 'eval' ? this.#known(what) : undefined
    } catch {
      return undefined
    }
  }

  /** SCRIPT LOAD: the script stays until SCRIPT FLUSH. @throws ReplyError if it cannot be compiled */
  load(text: ByteString): Script {
    const script = this.#known(text)
    this.#evaluated.delete(script)
    return script
  }

  /** EVAL. @throws ReplyError if it cannot be compiled */
  evaluate(text: ByteString): Script {
    const script = this.#known(text)
    this.#used(script)
    for (const oldest of this.#evaluated) {
      if (this.#evaluated.size <= MOST_EVALUATED) break
      this.#evaluated.delete(oldest)
      this.#bySha.delete(oldest.sha)
      this.#bySource.delete(oldest.text)
      this.#takes(-sizeOfScript(oldest.text))
      this.bridge.engine.stats.evictedScripts++
    }
    return script
  }

  /** EVALSHA. */
  getUsed(sha: string): Script | undefined {
    const script = this.get(sha)
    if (script !== undefined) this.#used(script)
    return script
  }

  #used(script: Script): void {
    if (script === this.#last) return
    this.#last = script
    if (this.#evaluated.delete(script)) this.#evaluated.add(script)
  }

  /** A script by its text. */
  #known(text: ByteString): Script {
    const known = this.#bySource.get(text)
    if (known !== undefined) return known
    const { source, permission } = scriptShebang(text)
    const closure = compileSource(this.bridge.machine, source, '@user_script', 'script (new function)')
    const script = { sha: sha1(text), text, permission, closure }
    // What came as a tree stays.
    if (!this.#bySha.has(script.sha)) this.#evaluated.add(script)
    this.#bySha.set(script.sha, script)
    this.#bySource.set(text, script)
    this.#takes(sizeOfScript(text))
    return script
  }

  #takes(bytes: number): void {
    this.#bytes += bytes
    this.bridge.engine.memory.beside += bytes
  }

  /** A script that comes as a tree: its text need not be parsed. */
  loadTree(sha: string, chunk: FunctionExpression): void {
    if (this.#bySha.has(sha)) return
    this.#bySha.set(sha, { sha, text: '', permission: null, closure: compileChunk(this.bridge.machine, chunk, '@user_script') })
  }

  clear(): void {
    this.#bySha.clear()
    this.#bySource.clear()
    this.#evaluated.clear()
    this.#takes(-this.#bytes)
    this.#last = null
  }

  run(session: Session, script: Script, { keys, rest }: ReturnType<typeof keysOf>, readOnly: boolean): Reply {
    const permission = effective(this.bridge.engine, script.permission, readOnly)
    return runScript(this.bridge, session, script.closure, script.sha, keys, rest, permission)
  }
}

/** Bytes of a script: its text, and about as many closures as it has words and signs. */
export const sizeOfScript = (text: ByteString): number => 1000 + text.length + 170 * (text.match(/\w+|[^\s\w]/g) ?? []).length

/** @param what is compiled, for the error; @throws ReplyError */
export function compileSource(machine: Machine, source: ByteString, chunk: string, what: string, globals?: Table): Closure {
  try {
    return compileChunk(machine, parse(source, chunk), chunk, globals)
  } catch (error) {
    throw new ReplyError(`ERR Error compiling ${what}: ${machine.toString(machine.caught(error).value)}`)
  }
}

/** What a script may do that was called by a command that may write, or not. @throws ReplyError if it must not run so */
export function effective(engine: Engine, permission: Permission | null, readOnly: boolean): Permission {
  if (permission?.noCluster && engine.slots !== null) throw NO_CLUSTER
  if (permission && !permission.allowOom && engine.eviction.limit > 0 && !engine.eviction.makeRoom()) throw OUT_OF_MEMORY
  if (permission && !permission.readOnly) {
    const refusal = engine.writeError()
    if (refusal !== null) throw refusal
    if (readOnly) throw CANNOT_WRITE
  }
  const stale = engine.replication?.stale
  if (stale && !permission?.allowStale) throw stale
  return permission ?? (readOnly ? { ...ORDINARY, readOnly } : ORDINARY)
}

/** @param of the scripts of an engine */
export function evalRows(of: (engine: Engine) => Scripts): Row[] {
  const evaluate =
    (readOnly: boolean): Handler =>
    ({ engine }, argv, session) => {
      feedMonitors(session, argv)
      const words = keysOf(argv)
      const scripts = of(engine)
      return scripts.run(session, scripts.evaluate(argv[1]), words, readOnly)
    }
  const evaluateSha =
    (readOnly: boolean): Handler =>
    ({ engine }, argv, session) => {
      feedMonitors(session, argv)
      const scripts = of(engine)
      const sha = argv[1].toLowerCase()
      if (sha.length !== 40) throw NO_SCRIPT
      const words = keysOf(argv)
      const script = scripts.getUsed(sha)
      if (script === undefined) throw NO_SCRIPT
      return scripts.run(session, script, words, readOnly)
    }
  return [
    row('EVAL', -3, 'noscript stale skip_monitor no_mandatory_keys may_replicate', '#2 RW access update', evaluate(false)),
    row('EVAL_RO', -3, 'readonly noscript stale skip_monitor no_mandatory_keys', '#2 RO access', evaluate(true)),
    row('EVALSHA', -3, 'noscript stale skip_monitor no_mandatory_keys may_replicate', '#2 RW access update', evaluateSha(false)),
    row('EVALSHA_RO', -3, 'readonly noscript stale skip_monitor no_mandatory_keys', '#2 RO access', evaluateSha(true)),
    container('SCRIPT', -2, '', [
      row('SCRIPT|DEBUG', 3, 'noscript', '', (_db, argv) => {
        const mode = argv[2].toUpperCase()
        if (mode === 'YES' || mode === 'SYNC') throw NO_DEBUGGER
        if (mode !== 'NO') throw DEBUG_OPTION
        return OK
      }),
      row('SCRIPT|EXISTS', -3, 'noscript request_policy:all_shards response_policy:agg_logical_and', '', ({ engine }, argv) =>
        argv.slice(2).map((sha) => (of(engine).get(sha.toLowerCase()) === undefined ? 0 : 1)),
      ),
      row('SCRIPT|FLUSH', -2, 'noscript request_policy:all_nodes response_policy:all_succeeded', '', ({ engine }, argv) => {
        if (argv.length > 3 || (argv.length === 3 && !/^a?sync$/i.test(argv[2]))) throw FLUSH_OPTION
        of(engine).clear()
        return OK
      }),
      // A script runs to its end before any other command is heard: there is never one to be killed.
      row('SCRIPT|KILL', 2, 'noscript allow_busy request_policy:all_shards response_policy:one_succeeded', '', () => {
        throw NOT_BUSY
      }),
      row(
        'SCRIPT|LOAD',
        3,
        'noscript stale request_policy:all_nodes response_policy:all_succeeded',
        '',
        ({ engine }, argv) => of(engine).load(argv[2]).sha,
      ),
      help('SCRIPT'),
    ]),
  ]
}
