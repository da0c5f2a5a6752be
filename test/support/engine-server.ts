// The engine behind a Unix socket, for tests that speak RESP to it.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/host.ts'
import { serveEngine } from '../../src/adapters/serve/resp-server.ts'
import { CommandTable } from '../../src/core/engine/command.ts'
import { groups } from '../../src/core/engine/commands/index.ts'
import { Engine } from '../../src/core/engine/engine.ts'
import type { ScriptingExtension } from '../../src/core/engine/scripting.ts'
import { dump } from '../../src/core/persistence/commands-dump.ts'

export interface EngineServer extends AsyncDisposable {
  readonly path: string
  readonly engine: Engine
  stop(): Promise<void>
}

/** @param given stays open when the server stops */
export async function startEngineServer(given?: Engine): Promise<EngineServer> {
  const engine = given ?? newEngine()
  const dir = mkdtempSync(join(tmpdir(), 'isodis-engine-'))
  const path = join(dir, 'engine.sock')
  const server = await serveEngine(engine, { path })
  const stop = async (): Promise<void> => {
    await server.close()
    if (given === undefined) await engine.close()
    rmSync(dir, { recursive: true, force: true })
  }
  return { path, engine, stop, [Symbol.asyncDispose]: stop }
}

/** @param lua scripts, if it is to have them */
export function newEngine(lua?: ScriptingExtension): Engine {
  const table = new CommandTable([...groups, dump, ...(lua?.groups ?? [])])
  const engine = new Engine({ table, clock: systemClock, random: Math.random, log: () => {} })
  if (lua !== undefined) engine.scripting = lua.attach(engine)
  return engine
}
