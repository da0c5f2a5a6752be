// Scripts of isodis/scripts: a small one (get, compare, set), awaited, on the engine and without promises, beside EVALSHA
// through ioredis on a local redis-server and ioredis-mock's EVAL, and what it costs to define one.
import { Redis as IORedis } from 'ioredis'
import IORedisMock from 'ioredis-mock'
import { createRedis } from '../src/adapters/memory.ts'
import { defineScript } from '../src/scripts/builder/define.ts'
import { scripts } from '../src/scripts/engine.ts'
import { startRedisServer } from '../test/support/redis-server.ts'
import { report, speeds } from './harness.ts'

const define = () =>
  defineScript({ name: 'raise', keys: { best: 'string' }, args: { score: 'integer' }, returns: 'boolean' }, ($, { best }, { score }) => {
    $.if(best.get().orElse('0').toNumber().orElse(0).ge(score), () => $.return(false))
    best.set(score)
    return true
  })
const raise = define()

const server = await startRedisServer()
const ioredis = new IORedis({ path: server.path })
const mock = new IORedisMock()
const redis = await createRedis({ scripts })
const run = redis.script(raise)
const sync = redis.sync.script(raise)
await ioredis.script('LOAD', raise.toLua())
let sink: unknown
let score = 0

const loop = (name: string, step: () => Promise<unknown>) => ({
  name,
  run: async (count: number) => {
    for (let i = 0; i < count; i++) sink = await step()
  },
})
const all = await speeds([
  loop('isodis', () => run({ best: 'best' }, { score: ++score })),
  loop('ioredis', () => ioredis.evalsha(raise.sha, 1, 'best', ++score)),
  loop('mock', () => mock.eval(raise.toLua(), 1, 'best', ++score)),
  {
    name: 'sync',
    run: (count) => {
      for (let i = 0; i < count; i++) sink = sync({ best: 'best' }, { score: ++score })
    },
  },
  {
    name: 'define',
    run: (count) => {
      for (let i = 0; i < count; i++) sink = define()
    },
  },
])
const speed = (name: string): number => all.get(name)!
const peer = 'EVALSHA through ioredis on redis-server'
report(
  {
    name: 'a small script (get, compare, set), awaited',
    value: speed('isodis'),
    unit: 'ops/s',
    peer,
    ratio: speed('isodis') / speed('ioredis'),
    least: 15,
  },
  {
    name: 'the same',
    value: speed('isodis'),
    unit: 'ops/s',
    peer: "ioredis-mock's EVAL",
    ratio: speed('isodis') / speed('mock'),
    least: 200,
  },
  { name: 'the same, sync', value: speed('sync'), unit: 'ops/s', peer, ratio: speed('sync') / speed('ioredis') },
  { name: 'defining it', value: speed('define'), unit: 'scripts/s' },
)

ioredis.disconnect()
mock.disconnect()
await server.stop()
process.exit(sink === undefined ? 1 : 0)
