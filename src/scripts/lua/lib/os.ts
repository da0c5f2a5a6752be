// The library `os`: since 7.4 Redis lets scripts have its clock, to tell how long something takes, and nothing else of it.
import { elapsed } from '../../../core/engine/ports.ts'
import type { Bridge } from '../bridge.ts'

export function osLibrary({ machine, engine }: Bridge): void {
  machine.library('os', { clock: () => elapsed(engine.clock) / 1000 })
}
