// The contract on the engine as a cluster of one node.
import { engineCluster } from './backends/engine.ts'
import { contract } from './run.ts'

contract(engineCluster)
