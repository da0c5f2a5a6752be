// A real redis-server for a test file: on a Unix socket of its own, without persistence unless asked for.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REDIS_SERVER } from './executables.ts'

export interface RedisServer extends AsyncDisposable {
  readonly path: string
  readonly dir: string
  readonly process: ChildProcess
  stop(): Promise<void>
}

/** Starts a server. @param args options as on its command line; @throws if redis-server is not installed */
export async function startRedisServer(
  args: readonly string[] = [],
  dir = mkdtempSync(join(tmpdir(), 'isodis-redis-')),
): Promise<RedisServer> {
  const path = join(dir, 'redis.sock')
  const options = ['--port', '0', '--unixsocket', path, '--dir', dir, '--save', '', '--enable-debug-command', 'yes', ...args]
  const child = spawn(REDIS_SERVER, options, { stdio: 'ignore' })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (cause) =>
      reject(new Error('redis-server did not start: install it with `apt-get install redis-server`', { cause })),
    )
    child.once('exit', (code) => reject(new Error(`redis-server ended with code ${code}: ${options.join(' ')}`)))
  })
  failed.catch(() => {})
  await Promise.race([failed, listening(path)])
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL')
    await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(null)))
    rmSync(dir, { recursive: true, force: true })
  }
  return { path, dir, process: child, stop, [Symbol.asyncDispose]: stop }
}

/** And has loaded what it has to. */
async function listening(path: string): Promise<void> {
  for (;;) {
    const connected = await new Promise<boolean>((resolve) => {
      const socket = createConnection(path, () => socket.write('PING\r\n'))
      socket.once('data', (reply) => {
        socket.destroy()
        resolve(!String(reply).startsWith('-LOADING'))
      })
      socket.once('error', () => resolve(false))
    })
    if (connected) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
