// A master, its replica and a Sentinel that watches them, for tests of a failover.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REDIS_SERVER } from './executables.ts'
import { killed, onFreePorts } from './redis-ports.ts'

export interface RedisSentinel extends AsyncDisposable {
  /** The Sentinel's port. */
  readonly port: number
  readonly name: string
  /** Ends the master. Its replica takes over. */
  killMaster(): Promise<void>
}

export async function startRedisSentinel(): Promise<RedisSentinel> {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-sentinel-'))
  const name = 'main'
  const start = (port: number, ...args: string[]) =>
    spawn(REDIS_SERVER, ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--dbfilename', `${port}.rdb`, '--save', '', ...args], {
      stdio: 'ignore',
    })
  const master = await onFreePorts(1, 1, (port) => start(port, '--repl-diskless-sync-delay', '0'))
  const masterPort = String(master.ports[0][0])
  const replica = await onFreePorts(1, 1, (port) => start(port, '--replicaof', '127.0.0.1', masterPort))
  await until(async () => ((await replica.clients[0].call('INFO', 'replication')).value as string).includes('master_link_status:up'))
  const sentinel = await onFreePorts(1, 1, (port) => {
    const conf = join(dir, `sentinel-${port}.conf`)
    // Nobody is away for so long, however busy the machine is.
    const lines = ['down-after-milliseconds main 600000', 'failover-timeout main 2000'].map((line) => `sentinel ${line}`)
    writeFileSync(conf, [`port ${port}`, `dir ${dir}`, `sentinel monitor ${name} 127.0.0.1 ${masterPort} 1`, ...lines, ''].join('\n'))
    return spawn(REDIS_SERVER, [conf, '--sentinel'], { stdio: 'ignore' })
  })
  const [client] = sentinel.clients
  // It learns of the replica from the master.
  await until(async () => ((await client.call('SENTINEL', 'REPLICAS', name)).value as unknown[]).length === 1)
  const all = [master, replica, sentinel]
  return {
    port: sentinel.ports[0][0],
    name,
    async killMaster() {
      await killed(master.servers[0])
      await client.call('SENTINEL', 'SET', name, 'down-after-milliseconds', '300')
    },
    async [Symbol.asyncDispose]() {
      for (const { clients } of all) for (const each of clients) each.close()
      await Promise.all(all.flatMap(({ servers }) => servers.map(killed)))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}
