// A master, its replica and a Sentinel that watches them, for tests of a failover.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connected, freePorts, killed } from './redis-cluster.ts'

export interface RedisSentinel extends AsyncDisposable {
  /** The Sentinel's port. */
  readonly port: number
  readonly name: string
  readonly master: ChildProcess
}

/** Starts them. Once the master has been away for 300 ms its replica takes over. */
export async function startRedisSentinel(): Promise<RedisSentinel> {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-sentinel-'))
  const [port, masterPort, replicaPort] = await freePorts(3)
  const conf = join(dir, 'sentinel.conf')
  const name = 'main'
  writeFileSync(
    conf,
    `port ${port}
dir ${dir}
sentinel monitor ${name} 127.0.0.1 ${masterPort} 1
sentinel down-after-milliseconds ${name} 300
sentinel failover-timeout ${name} 2000
`,
  )
  const start = (args: readonly string[]): ChildProcess => spawn('redis-server', args, { stdio: 'ignore' })
  const server = (at: number, args: readonly string[]): ChildProcess =>
    start(['--port', String(at), '--bind', '127.0.0.1', '--dir', dir, '--dbfilename', `${at}.rdb`, '--save', '', ...args])
  const master = server(masterPort, ['--repl-diskless-sync-delay', '0'])
  const processes = [master, server(replicaPort, ['--replicaof', '127.0.0.1', String(masterPort)])]
  const stop = async (): Promise<void> => {
    await Promise.all(processes.map(killed))
    rmSync(dir, { recursive: true, force: true })
  }
  const replica = await connected(replicaPort)
  await until(async () => ((await replica.call('INFO', 'replication')).value as string).includes('master_link_status:up'))
  replica.close()
  processes.push(start([conf, '--sentinel']))
  const sentinel = await connected(port)
  // It learns of the replica from the master.
  await until(async () => ((await sentinel.call('SENTINEL', 'REPLICAS', name)).value as unknown[]).length === 1)
  sentinel.close()
  return { port, name, master, [Symbol.asyncDispose]: stop }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10))
}
