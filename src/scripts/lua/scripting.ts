// The entry `isodis/lua`: Lua 5.1 for an engine, as Redis has it. Whoever does not import it ships none of it.
import type { Engine } from '../../core/engine/engine.ts'
import type { ScriptingExtension } from '../../core/engine/scripting.ts'
import { protectGlobals } from '../run.ts'
import type { FunctionExpression } from '../tree.ts'
import { Bridge, type Limits } from './bridge.ts'
import { evalRows, Scripts } from './commands/eval.ts'
import { Functions, functionRows } from './commands/functions.ts'
import { baseLibrary } from './lib/base.ts'
import { bitLibrary } from './lib/bit.ts'
import { cjsonLibrary } from './lib/cjson.ts'
import { cmsgpackLibrary } from './lib/cmsgpack.ts'
import { coroutineLibrary } from './lib/coroutine.ts'
import { loadLibrary } from './lib/load.ts'
import { mathLibrary } from './lib/math.ts'
import { osLibrary } from './lib/os.ts'
import { redisLibrary } from './lib/redis.ts'
import { stringLibrary } from './lib/string.ts'
import { structLibrary } from './lib/struct.ts'
import { tableLibrary } from './lib/table.ts'
import { type Library, Machine } from './machine.ts'

export type { Limits } from './bridge.ts'

const LIBRARIES: readonly Library[] = [
  baseLibrary,
  loadLibrary,
  stringLibrary,
  tableLibrary,
  mathLibrary,
  coroutineLibrary,
  cjsonLibrary,
  cmsgpackLibrary,
  bitLibrary,
  structLibrary,
]

/** Lua scripts with limits of their own. */
export interface Lua extends ScriptingExtension {
  /**
   * The same with other limits: `createRedis({ lua: lua.with({ time: 1000 }) })`.
   * A script runs on the only thread there is, so nobody can send SCRIPT KILL meanwhile. Instead a script that has not
   * written ends with the error of a killed script after `time`, any other after `hardTime`.
   */
  with(limits: Limits): Lua
}

function makeLua(limits: Limits): Lua {
  const engines = new WeakMap<Engine, { scripts: Scripts; functions: Functions }>()
  const rows = [...evalRows((engine) => engines.get(engine)!.scripts), ...functionRows((engine) => engines.get(engine)!.functions)]
  return {
    groups: [{ name: 'scripting', rows }],
    attach(engine) {
      const bridges = [bridgeFor(engine, limits, []), bridgeFor(engine, limits, ['breakpoint', 'debug', 'replicate_commands'])] as const
      const scripts = new Scripts(bridges[0])
      const functions = new Functions(bridges[1])
      engines.set(engine, { scripts, functions })
      return {
        libraries: () => functions.libraries.map(({ code }) => code),
        prepare: (codes) => functions.prepare(codes),
        readsOnly: (command, [, what]) =>
          (command === 'fcall' ? functions.get(what) : scripts.find(command, what))?.permission?.readOnly === true,
        counts: () => [
          ['number_of_cached_scripts', scripts.count],
          ['number_of_functions', functions.count],
          ['number_of_libraries', functions.libraries.length],
        ],
        unrestrict: (on) => {
          for (const bridge of bridges) bridge.unrestricted = on
        },
        loadTree: (sha, chunk) => scripts.loadTree(sha, chunk as FunctionExpression),
      }
    },
    with: makeLua,
  }
}

/** A Lua state. @param without what the library `redis` has not */
function bridgeFor(engine: Engine, limits: Limits, without: readonly string[]): Bridge {
  const bridge = new Bridge(new Machine(LIBRARIES), engine, limits)
  osLibrary(bridge)
  const redis = redisLibrary(bridge)
  for (const name of without) redis.set(name, undefined)
  protectGlobals(bridge.machine)
  return bridge
}

/** EVAL, FUNCTION and their like: `createRedis({ lua })`. */
export const lua: Lua = makeLua({})
