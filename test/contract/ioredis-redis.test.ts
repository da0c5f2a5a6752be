// The contract on the ioredis adapter on redis-server.
import { ioredisOnRedis } from './backends/ioredis.ts'
import { contract } from './run.ts'

contract(ioredisOnRedis)
