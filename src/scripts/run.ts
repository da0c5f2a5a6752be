// The door for trees that do not come from EVAL: a runner compiles a tree and runs it on an engine as a script, with
// the libraries it is given and no parser. Import the libraries that a script uses from lua/lib/*.ts, nothing else:
//
//   const runner = new TreeRunner(engine, [baseLibrary, cjsonLibrary])      // once an engine
//   const script = runner.compile(tree, '@pick_task')                       // once a script; the chunk's name for messages
//   const reply = runner.run(session, script, keys, argv, { label: 'pick_task' })
//
// KEYS and ARGV are globals, as in EVAL. The library `redis` is always there. A reply is EVAL's, an error is a
// ReplyError in Redis's words: `ERR pick_task:3: ... script: LABEL, on @pick_task:3.`
import type { ByteString } from '../core/bytes.ts'
import type { Engine } from '../core/engine/engine.ts'
import type { Session } from '../core/engine/session.ts'
import type { Reply } from '../core/reply.ts'
import { Bridge, type Limits, ORDINARY, type Permission } from './lua/bridge.ts'
import { compileChunk } from './lua/compile.ts'
import type { Closure } from './lua/frame.ts'
import { redisLibrary } from './lua/lib/redis.ts'
import { type Library, Machine } from './lua/machine.ts'
import { Table } from './lua/table.ts'
import { Builtin } from './lua/value.ts'
import type { FunctionExpression } from './tree.ts'

export type { Library } from './lua/machine.ts'

export interface RunOptions extends Partial<Permission> {
  /** What errors call the script. Default: `tree` */
  label?: string
}

export class TreeRunner {
  readonly bridge: Bridge
  readonly #machine: Machine

  constructor(engine: Engine, libraries: readonly Library[] = [], limits: Limits = {}) {
    this.#machine = new Machine(libraries)
    this.bridge = new Bridge(this.#machine, engine, limits)
    redisLibrary(this.bridge)
    protectGlobals(this.#machine)
  }

  /**
   * A script made ready to run again and again.
   * @param chunk its main function: no parameters
   * @param source its name as Lua's chunks have it: `@name`
   */
  compile(chunk: FunctionExpression, source = '@user_script'): Closure {
    return compileChunk(this.#machine, chunk, source)
  }

  /** Runs a script at once, for a client. @returns its reply; an error is a reply too */
  run(session: Session, script: Closure, keys: readonly ByteString[], argv: readonly ByteString[], options: RunOptions = {}): Reply {
    const { engine } = this.bridge
    engine.begin()
    const reply = runScript(this.bridge, session, script, options.label ?? 'tree', [...keys], [...argv], { ...ORDINARY, ...options })
    engine.end()
    return reply
  }
}

/** Runs a function with the globals KEYS and ARGV, whose arrays become the tables', within a command that has begun. */
export function runScript(
  bridge: Bridge,
  session: Session,
  script: Closure,
  label: string,
  keys: ByteString[],
  argv: ByteString[],
  permission: Permission,
): Reply {
  const { globals } = bridge.machine
  globals.set('KEYS', Table.grown(keys))
  globals.set('ARGV', Table.grown(argv))
  return bridge.run(session, script, label, permission)
}

/** Scripts share the globals: they may not change them, nor use one that is not there. */
export function protectGlobals(machine: Machine): void {
  machine.onMissing = (name, site) => machine.fail(site, `Script attempted to access nonexistent global variable '${name}'`)
  const metatable = new Table()
  metatable.set('__index', new Builtin((_n, _globals, name) => machine.missing(machine.toString(name), machine.site)))
  machine.globals.metatable = metatable
  machine.protect()
}
