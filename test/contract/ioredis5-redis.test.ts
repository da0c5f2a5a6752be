// The contract on the ioredis adapter with ioredis 5 on redis-server.
import { ioredis5OnRedis } from './backends/ioredis.ts'
import { contract } from './run.ts'

contract(ioredis5OnRedis)
