// The contract on the node-redis adapter with node-redis 5 on redis-server.
import { nodeRedis5OnRedis } from './backends/node-redis.ts'
import { contract } from './run.ts'

contract(nodeRedis5OnRedis)
