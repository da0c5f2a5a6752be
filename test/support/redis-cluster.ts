// A real Redis Cluster for a test file: three masters on free ports, without replicas and without persistence. It takes
// two seconds, which is how long Redis itself waits before a new cluster may be written to.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REDIS_SERVER } from './executables.ts'
import { killed, onFreePorts } from './redis-ports.ts'
import { plain, type RespClient } from './resp-client.ts'

export interface RedisCluster extends AsyncDisposable {
  readonly ports: readonly number[]
  /** Kills one node. */
  kill(port: number): Promise<void>
  stop(): Promise<void>
}

const MASTERS = 3
const SLOTS = 16_384

/** Starts a cluster. @param args options of every node, as on its command line; @throws if redis-server is not installed */
export async function startRedisCluster(args: readonly string[] = []): Promise<RedisCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'isodis-cluster-'))
  const { servers, clients: nodes, ports } = await onFreePorts(MASTERS, 2, (port, bus) => startNode(port, bus, dir, args))
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(killed))
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    for (const [i, node] of nodes.entries()) {
      const from = Math.floor((i * SLOTS) / MASTERS)
      const to = Math.floor(((i + 1) * SLOTS) / MASTERS) - 1
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', String(i + 1))
      await node.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to))
      // Every node meets every other: told by gossip alone they would take up to two seconds more.
      for (const [j, port] of ports.entries())
        if (j !== i) await node.call('CLUSTER', 'MEET', '127.0.0.1', String(port[0]), String(port[1]))
    }
    await Promise.all(nodes.map(ready))
    for (const node of nodes) node.close()
  } catch (error) {
    await stop()
    throw error
  }
  const own = ports.map(([port]) => port)
  const kill = async (port: number): Promise<void> => void (await killed(servers[own.indexOf(port)]))
  return { ports: own, kill, stop, [Symbol.asyncDispose]: stop }
}

function startNode(port: number, bus: number, dir: string, args: readonly string[]): ChildProcess {
  const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-config-file', `nodes-${port}.conf`]
  const options = [
    '--port',
    String(port),
    '--bind',
    '127.0.0.1',
    '--dir',
    dir,
    '--dbfilename',
    `${port}.rdb`,
    '--save',
    '',
    ...cluster,
    ...args,
  ]
  return spawn(REDIS_SERVER, options, { stdio: 'ignore' })
}

async function ready(node: RespClient): Promise<void> {
  for (;;) {
    const info = String(plain(await node.call('CLUSTER', 'INFO')))
    const slots = plain(await node.call('CLUSTER', 'SLOTS')) as unknown[]
    if (info.includes('cluster_state:ok') && slots.length === MASTERS) return
    await pause()
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10))
