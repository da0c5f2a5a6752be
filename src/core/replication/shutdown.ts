// The end of a server that has replicas: nobody writes until they have everything, or have had enough time for it.
// https://redis.io/docs/latest/commands/shutdown/
import type { CommandTable, Handler, Row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { OK, type Reply } from '../reply.ts'
import { SHUTDOWN_FAILED } from './errors.ts'
import type { Pause, Replication } from './replication.ts'

const SECOND_MS = 1000

export class Shutdown {
  /** Whether it is under way. */
  begun = false
  /** How long replicas are waited for, in milliseconds since 1970; 0 if they are not. */
  until = 0
  /** How many clients have asked for it and wait. */
  clients = 0
  readonly #engine: Engine
  readonly #replication: Replication
  readonly #pause: Pause
  /** Ends the waiting. Null while there is none. */
  #settle: ((aborted: boolean) => void) | null = null

  constructor(engine: Engine, replication: Replication, pause: Pause) {
    this.#engine = engine
    this.#replication = replication
    this.#pause = pause
  }

  /** Runs what ends the engine, once it may. */
  run(end: () => Promise<Reply>, now: boolean): Promise<Reply> {
    if (this.#replication.replicas.length === 0) return end()
    return this.#pause.during(this.#run(end, now), false)
  }

  async #run(end: () => Promise<Reply>, now: boolean): Promise<Reply> {
    const { feed, replicas } = this.#replication
    feed!.flush()
    const { offset } = this.#replication
    const late = (): typeof replicas => this.#replication.replicas.filter(({ has }) => has < offset)
    this.begun = true
    try {
      if (!now && late().length > 0 && (await this.#wait(() => late().length === 0))) return SHUTDOWN_FAILED
      const lagging = late()
      for (const { address, port, has, online } of lagging)
        this.#log(
          'warning',
          `Lagging replica ${address}:${port} is ${offset - has} bytes behind, state=${online ? 'online' : 'send_bulk'}.`,
        )
      const all = this.#replication.replicas.length
      if (all > 0) this.#log('notice', `${all - lagging.length} of ${all} replicas are in sync when shutting down.`)
      return await end()
    } finally {
      this.begun = false
    }
  }

  get #log(): Engine['log'] {
    return this.#engine.log
  }

  /** @returns whether it was told not to end after all */
  #wait(ready: () => boolean): Promise<boolean> {
    const { clock, config } = this.#engine
    const { onProgress, feed, follows } = this.#replication
    const late = (config.number('shutdown-timeout') ?? 0) * SECOND_MS
    return new Promise((resolve) => {
      // Without timers nobody waits.
      const cancel = late > 0 ? clock.after(late, () => this.#settle!(false), true) : null
      if (cancel === null) return resolve(false)
      const look = (): void => {
        if (ready()) this.#settle!(false)
      }
      this.#settle = (aborted) => {
        cancel()
        onProgress.delete(look)
        this.#settle = null
        this.until = 0
        resolve(aborted)
      }
      this.until = clock.now() + late
      this.#log('notice', 'Waiting for replicas before shutting down.')
      onProgress.add(look)
      // A replica's own replicas are asked by its master.
      if (!follows) feed!.say('REPLCONF', 'GETACK', '*')
    })
  }

  /** SHUTDOWN ABORT. @returns whether there was anything to abort */
  abort(): boolean {
    if (this.#settle === null) return false
    this.#log('notice', 'Shutdown manually aborted.')
    this.#settle(true)
    return true
  }
}

/** SHUTDOWN, which can be told not to end after all. */
export function shutdownRow(table: CommandTable, of: (engine: Engine) => Shutdown): Row {
  const known = table.get('shutdown')!
  const handler: Handler = (db, argv, session) => {
    const shutdown = of(db.engine)
    if (argv.length === 2 && argv[1].toUpperCase() === 'ABORT' && shutdown.abort()) return OK
    const reply = known.handler(db, argv, session) as Promise<Reply>
    shutdown.clients++
    return reply.finally(() => shutdown.clients--)
  }
  return { ...known, handler }
}
