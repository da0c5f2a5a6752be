// The contract on the node-redis adapter on a Redis Cluster.
import { nodeRedisCluster } from './backends/node-redis.ts'
import { contract } from './run.ts'

contract(nodeRedisCluster)
