// The contract on the Upstash adapter on the REST handler on the engine.
import { upstashOnEngine } from './backends/upstash.ts'
import { contract } from './run.ts'

contract(upstashOnEngine)
