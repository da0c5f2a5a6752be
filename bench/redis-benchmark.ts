// redis-benchmark against a server of this machine, and servers of ours to run it against.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Served {
  readonly port: number
  kill(): void
}

/** Starts this file again with an argument that makes it serve, and print its port: a process of its own, as redis-server is. */
export async function serveAs(...args: string[]): Promise<Served> {
  const server = spawn(process.execPath, [process.argv[1], ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(server.stdout, 'data')) as [Buffer]
  return { port: Number(line.toString()), kill: () => void server.kill() }
}

/** Commands a second. @param depth how many are sent at a time on each of 50 connections */
export function redisBenchmark(port: number, test: string, depth: number): number {
  const count = depth === 1 ? 100_000 : 600_000
  const args = ['-p', String(port), '-t', test, '-n', String(count), '-P', String(depth), '-r', '100000', '--csv']
  const csv = execFileSync('redis-benchmark', args, { encoding: 'utf8' })
  return Number(csv.trim().split('\n').at(-1)!.split(',')[1].replaceAll('"', ''))
}
