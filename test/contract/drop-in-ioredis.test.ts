// The contract on an unmodified ioredis client on the engine in process.
import { dropInIoredis } from './backends/drop-in.ts'
import { contract } from './run.ts'

contract(dropInIoredis)
