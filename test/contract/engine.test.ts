// The contract on the engine.
import { engine } from './backends/engine.ts'
import { contract } from './run.ts'

contract(engine)
