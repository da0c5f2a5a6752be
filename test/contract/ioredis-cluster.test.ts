// The contract on the ioredis adapter on a Redis Cluster.
import { ioredisCluster } from './backends/ioredis.ts'
import { contract } from './run.ts'

contract(ioredisCluster)
