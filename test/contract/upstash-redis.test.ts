// The contract on the Upstash adapter on the REST handler on redis-server.
import { upstashOnRedis } from './backends/upstash.ts'
import { contract } from './run.ts'

contract(upstashOnRedis)
