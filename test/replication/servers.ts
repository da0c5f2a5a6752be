// Masters and replicas for tests: engines and real redis-servers on ports of their own.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { admin } from '../../src/core/admin/admin.ts'
import { serveEngine } from '../../src/adapters/serve/resp-server.ts'
import type { Engine } from '../../src/core/engine/engine.ts'
import { lua } from '../../src/scripts/lua/scripting.ts'
import { newEngine } from '../support/engine-server.ts'
import { REDIS_SERVER } from '../support/executables.ts'
import { killed, onFreePorts } from '../support/redis-ports.ts'
import { plain, RespClient } from '../support/resp-client.ts'

export interface Server extends AsyncDisposable {
  readonly port: number
  readonly client: RespClient
  /** Of one in this process. */
  readonly engine?: Engine
  stop(): Promise<void>
}

/** @param config parameters and their values */
export async function startEngine(...config: string[]): Promise<Server & { readonly engine: Engine }> {
  const engine = newEngine(lua)
  admin.attach(engine)
  for (let i = 0; i < config.length; i += 2) engine.config.set([[config[i], config[i + 1]]])
  const server = await serveEngine(engine, { port: 0 })
  engine.config.note('port', String(server.port))
  const client = await RespClient.connect({ port: server.port, host: '127.0.0.1' })
  const stop = async (): Promise<void> => {
    client.close()
    await engine.close()
    await server.close()
  }
  return { port: server.port, client, engine, stop, [Symbol.asyncDispose]: stop }
}

/** @param config parameters and their values */
export async function startRedis(...config: string[]): Promise<Server> {
  // A replica may put the file that it gets there.
  const dir = mkdtempSync(join(tmpdir(), 'isodis-replication-'))
  const options = config.map((word, i) => (i % 2 === 0 ? `--${word}` : word))
  const { servers, clients, ports } = await onFreePorts(1, 1, (port) =>
    spawn(
      REDIS_SERVER,
      ['--port', String(port), '--dir', dir, '--save', '', '--repl-diskless-sync-delay', '0', '--enable-debug-command', 'yes', ...options],
      {
        stdio: 'ignore',
      },
    ),
  )
  const stop = async (): Promise<void> => {
    clients[0].close()
    await killed(servers[0])
    rmSync(dir, { recursive: true, force: true })
  }
  return { port: ports[0][0], client: clients[0], stop, [Symbol.asyncDispose]: stop }
}

export const start = { engine: startEngine, redis: startRedis }

/** Waits until a server's `INFO replication` says this. */
export async function until(server: Server, text: RegExp): Promise<string> {
  for (;;) {
    const info = String(plain(await server.client.call('INFO', 'replication')))
    if (text.test(info)) return info
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Has one follow another, and waits until it has its data. */
export async function follow(replica: Server, master: Server): Promise<void> {
  await replica.client.call('REPLICAOF', '127.0.0.1', String(master.port))
  await until(replica, /master_link_status:up/)
  await until(master, /state=online/)
}

/** What a server replies, in plain values. */
export const ask = async ({ client }: Server, ...argv: string[]): Promise<unknown> => plain(await client.call(...argv))

/** Waits until all replicas have what a master was told up to now. */
export async function caughtUp(master: Server, replicas = 1): Promise<void> {
  if (Number(await ask(master, 'WAIT', String(replicas), '20000')) < replicas) throw new Error('a replica does not keep up')
}
