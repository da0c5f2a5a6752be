// The contract on the node-redis adapter on redis-server.
import { nodeRedisOnRedis } from './backends/node-redis.ts'
import { contract } from './run.ts'

contract(nodeRedisOnRedis)
