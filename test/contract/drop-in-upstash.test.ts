// The contract on an unmodified @upstash/redis client on the engine in process.
import { dropInUpstash } from './backends/drop-in.ts'
import { contract } from './run.ts'

contract(dropInUpstash)
