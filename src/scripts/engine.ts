// The entry `isodis/scripts/engine`: scripts of isodis/scripts on an engine, which runs their trees. It has no parser: Lua as
// text needs isodis/lua, which runs trees too.
import type { ByteString } from '../core/bytes.ts'
import { type Group, row } from '../core/engine/command.ts'
import type { Engine } from '../core/engine/engine.ts'
import { feedMonitors } from '../core/engine/monitor.ts'
import type { Scripting, ScriptingExtension } from '../core/engine/scripting.ts'
import { Bridge, type Limits, ORDINARY } from './lua/bridge.ts'
import { compileChunk } from './lua/compile.ts'
import type { Closure } from './lua/frame.ts'
import { baseLibrary } from './lua/lib/base.ts'
import { cjsonLibrary } from './lua/lib/cjson.ts'
import { mathLibrary } from './lua/lib/math.ts'
import { redisLibrary } from './lua/lib/redis.ts'
import { stringLibrary } from './lua/lib/string.ts'
import { tableLibrary } from './lua/lib/table.ts'
import { Machine } from './lua/machine.ts'
import { keysOf, NO_SCRIPT, protectGlobals, runScript } from './run.ts'
import type { FunctionExpression } from './tree.ts'

export type { Limits } from './lua/bridge.ts'

/** Scripts with limits of their own. */
export interface TreeScripts extends ScriptingExtension {
  /**
   * The same with other limits: `createRedis({ scripts: scripts.with({ time: 1000 }) })`. A script that has not written ends
   * with the error of a killed script after `time`, any other after `hardTime`.
   */
  with(limits: Limits): TreeScripts
}

function makeScripts(limits: Limits): TreeScripts {
  const engines = new WeakMap<Engine, { bridge: Bridge; closures: Map<ByteString, Closure> }>()
  const evalsha = row(
    'EVALSHA',
    -3,
    'noscript stale skip_monitor no_mandatory_keys may_replicate',
    '#2 RW access update',
    ({ engine }, argv, session) => {
      feedMonitors(session, argv)
      const { bridge, closures } = engines.get(engine)!
      const { keys, rest } = keysOf(argv)
      const closure = closures.get(argv[1])
      if (closure === undefined) throw NO_SCRIPT
      return runScript(bridge, session, closure, argv[1], keys, rest, ORDINARY)
    },
  )
  const groups: readonly Group[] = [{ name: 'scripting', rows: [evalsha] }]
  return {
    groups,
    attach(engine): Scripting {
      const bridge = new Bridge(new Machine([baseLibrary, cjsonLibrary, stringLibrary, tableLibrary, mathLibrary]), engine, limits)
      redisLibrary(bridge)
      protectGlobals(bridge.machine)
      const closures = new Map<ByteString, Closure>()
      engines.set(engine, { bridge, closures })
      return {
        ...engine.scripting,
        loadTree(sha, chunk) {
          if (!closures.has(sha)) closures.set(sha, compileChunk(bridge.machine, chunk as FunctionExpression, '@user_script'))
        },
      }
    },
    with: makeScripts,
  }
}

/** Lets an engine run the scripts of `defineScript`: `createRedis({ scripts })`. */
export const scripts: TreeScripts = makeScripts({})
