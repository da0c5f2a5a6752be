// Real redis-servers on TCP ports that are free. Which ones are is known only when a server has one: another process may take
// a port between a look at it and the start, and then the servers are started anew on others.
import type { ChildProcess } from 'node:child_process'
import { createServer } from 'node:net'
import { plain, RespClient } from './resp-client.ts'

export interface Started {
  readonly servers: ChildProcess[]
  /** A connection to each. */
  readonly clients: RespClient[]
  /** Those of each. */
  readonly ports: number[][]
}

/** Starts several servers that have some ports each. @param start starts one; its first port is the one for clients */
export async function onFreePorts(count: number, each: number, start: (...ports: number[]) => ChildProcess): Promise<Started> {
  for (;;) {
    const free = await freePorts(count * each)
    const ports = Array.from({ length: count }, (_, i) => free.slice(i * each, (i + 1) * each))
    const servers = ports.map((own) => start(...own))
    const clients = await Promise.all(servers.map((server, i) => connected(server, ports[i][0])))
    if (clients.every((client) => client !== null)) return { servers, clients, ports }
    for (const client of clients) client?.close()
    await Promise.all(servers.map(killed))
  }
}

/** Ports that are free now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
    }),
  )
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

/** @returns a connection, or null if the server ended, as it does when somebody else has its port; @throws if there is none to start */
async function connected(server: ChildProcess, port: number): Promise<RespClient | null> {
  let missing: Error | null = null
  server.once('error', (cause) => {
    missing = new Error('redis-server did not start: install it with `apt-get install redis-server`', { cause })
  })
  const gone = new Promise((resolve) => server.once('exit', resolve))
  while (server.exitCode === null && server.signalCode === null) {
    if (missing !== null) throw missing
    const client = await RespClient.connect({ port, host: '127.0.0.1' }).catch(() => null)
    if (client !== null) {
      // Somebody else's server may say nothing at all.
      const info = await Promise.race([gone, client.call('INFO', 'server').then(plain, () => '')])
      if (String(info).includes(`process_id:${server.pid}\r\n`)) return client
      client.close()
    }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return null
}

export function killed(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  child.kill('SIGKILL')
  return new Promise((resolve) => child.once('exit', resolve))
}
