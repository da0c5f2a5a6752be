// The engine behind RESP beside redis-server, under redis-benchmark, in turns.
import { spawn } from 'node:child_process'
import { createRedis } from '../src/adapters/memory.ts'
import { serveResp } from '../src/adapters/serve/server.ts'
import { median, report } from './harness.ts'
import { redisBenchmark, serveAs } from './redis-benchmark.ts'

if (process.argv[2] === 'serve') {
  const { port } = await serveResp(await createRedis(), { port: 0 })
  process.stdout.write(`${port}\n`)
} else {
  const ours = await serveAs('serve')
  const redisPort = 20_000 + (process.pid % 10_000)
  const theirs = spawn('redis-server', ['--port', String(redisPort), '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' })
  await new Promise((resolve) => setTimeout(resolve, 500))

  for (const depth of [1, 16]) {
    for (const test of ['set', 'get']) {
      const rounds = [1, 2, 3, 4, 5].map(() => ({
        ours: redisBenchmark(ours.port, test, depth),
        theirs: redisBenchmark(redisPort, test, depth),
      }))
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
