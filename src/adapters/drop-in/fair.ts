// Replies of an engine in the same process come in a microtask, which is fast; but code that awaits commands in a loop
// until a timer says stop would never end. So after so many in a row the process's timers and sockets get their turn.
import { microtask } from '../../core/engine/ports.ts'
import { systemClock } from '../host.ts'

const RUN_LENGTH = 64

export class Fair {
  #run = 0
  /** What has to wait until the others had their turn. */
  #waiting: (() => void)[] = []

  /** Runs things later, in the order they come: in a microtask, or now and then after everything else that waits. */
  soon(run: () => void): void {
    if (++this.#run < RUN_LENGTH) return microtask(systemClock, run)
    if (this.#waiting.push(run) > 1) return
    systemClock.soon(() => {
      this.#run = 0
      for (const each of this.#waiting.splice(0)) each()
    })
  }
}
