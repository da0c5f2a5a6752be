// The engine behind RESP beside redis-server, under redis-benchmark, in turns.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRedis } from '../src/adapters/memory.ts'
import { serveResp } from '../src/adapters/serve/server.ts'
import { median, report } from './harness.ts'

// This file serves the engine when it is started with `serve`: a process of its own, as redis-server is.
if (process.argv[2] === 'serve') {
  const { port } = await serveResp(await createRedis(), { port: 0 })
  process.stdout.write(`${port}\n`)
} else {
  const ours = spawn(process.execPath, [process.argv[1], 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(ours.stdout, 'data')) as [Buffer]
  const port = Number(line.toString())
  const redisPort = 20_000 + (process.pid % 10_000)
  const theirs = spawn('redis-server', ['--port', String(redisPort), '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 500))

  const benchmark = (at: number, test: string, depth: number): number => {
    const count = depth === 1 ? 100_000 : 600_000
    const csv = execFileSync(
      'redis-benchmark',
      ['-p', String(at), '-t', test, '-n', String(count), '-P', String(depth), '-r', '100000', '--csv'],
      { encoding: 'utf8' },
    )
    return Number(csv.trim().split('\n').at(-1)!.split(',')[1].replaceAll('"', ''))
  }
  for (const depth of [1, 16]) {
    for (const test of ['set', 'get']) {
      const rounds = [1, 2, 3, 4, 5].map(() => ({ ours: benchmark(port, test, depth), theirs: benchmark(redisPort, test, depth) }))
      const value = median(rounds.map((round) => round.ours))
      const ratio = median(rounds.map((round) => round.ours / round.theirs))
      report({
        name: `${test.toUpperCase()} -P ${depth}`,
        value,
        unit: 'ops/s',
        peer: 'redis-server',
        ratio,
        least: depth === 1 ? 0.6 : 0.4,
      })
    }
  }
  ours.kill()
  theirs.kill()
}
