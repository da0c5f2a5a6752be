// The entry `isodis/vectors`: vector sets, as Redis 8 has them, for the engine (`vectors`), and their commands for the client on any
// backend (`vectorsOf`). Who imports only the second ships nothing of the first.
export {
  type Numbers,
  type Similar,
  type VaddOptions,
  type VectorSetInfo,
  VectorSets,
  type VsimDetails,
  type VsimOptions,
  vectorsOf,
} from './client.ts'
export { vectors } from './module.ts'
