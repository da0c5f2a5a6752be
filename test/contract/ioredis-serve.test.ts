// The contract on the ioredis adapter on `isodis serve`.
import { ioredisOnServe } from './backends/ioredis.ts'
import { contract } from './run.ts'

contract(ioredisOnServe)
