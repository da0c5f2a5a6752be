// Faults that a test asks for. They strike where a command runs, as a probe of the engine, so that every way to it meets
// them: the typed client, the drop-in clients, servers, and commands inside MULTI.
import { encodeUtf8 } from '../../core/bytes.ts'
import { unreachable } from '../../core/client/errors.ts'
import type { Argv, Command, Result } from '../../core/engine/command.ts'
import type { Engine, Probe } from '../../core/engine/engine.ts'
import type { Session } from '../../core/engine/session.ts'
import { NO_REPLY, type Reply, ReplyError } from '../../core/reply.ts'

/** Which commands a fault strikes, and how often. */
export interface FaultOptions {
  /** The command that it strikes, such as `SET`, `CONFIG` or `config|get`. Default: any but those that only set up a connection or a transaction */
  readonly command?: string | undefined
  /** How many times it strikes. Default: once */
  readonly times?: number | undefined
}
/** For `drop`. */
export interface DropOptions extends FaultOptions {
  /** Whether the command still runs and only its reply is lost. Default: false */
  readonly after?: boolean | undefined
}

/** A fault, as `fail`, `drop` and `delay` return it. */
export interface Fault {
  /** How many times it has struck so far. */
  readonly struck: number
  /** Removes it: it does not strike again. */
  cancel(): void
}

type Strike = (run: () => Result, session: Session, command: Command) => Result

/** What a client says to be let in, and what only brackets commands. */
const SPARED = new Set(['hello', 'auth', 'select', 'client', 'info', 'reset', 'quit', 'multi', 'exec', 'discard', 'watch', 'unwatch'])
const LOST = unreachable(new Error('The connection was dropped'))

/** Faults that strike commands, in the order in which they were made. */
export class Faults implements Probe {
  readonly #engine: Engine
  /** The probe that was there before. */
  readonly #next: Probe | null
  #planned: Planned[] = []
  /** Replies that are being held back. */
  readonly #held = new Set<() => void>()

  constructor(engine: Engine) {
    this.#engine = engine
    this.#next = engine.probe
    engine.probe = this
    engine.onClose.add(() => this.clear())
  }

  /**
   * The next command fails with an error and changes nothing.
   * @param error Redis's text, such as `OOM command not allowed when used memory > 'maxmemory'.`
   */
  fail(error: string, options?: FaultOptions): Fault {
    const reply = new ReplyError(encodeUtf8(error))
    return this.#plan(options, (_run, { engine }, command) => engine.stats.failure(reply, command))
  }

  /**
   * The connection is lost at the next command. A drop-in client sees it closed and reconnects as configured; the typed
   * client's command fails with the code CONNECTION.
   */
  drop(options: DropOptions = {}): Fault {
    return this.#plan(options, (run, session) => {
      if (!options.after) return lose(session)
      const result = run()
      return result instanceof Promise ? result.then(() => lose(session)) : lose(session)
    })
  }

  /** The next command runs at once, but its reply comes `milliseconds` later, by the test's clock. */
  delay(milliseconds: number, options?: FaultOptions): Fault {
    return this.#plan(options, (run) => this.#hold(run(), milliseconds))
  }

  /** Drops all connections now: those of drop-in clients and servers, and the typed client's blocked and subscribed ones. */
  disconnect(): void {
    for (const session of [...this.#engine.sessions.values()]) if (session.options.onKill !== undefined) lose(session)
  }

  /** Removes all faults; replies that are held back are delivered. */
  clear(): void {
    this.#planned = []
    for (const release of [...this.#held]) release()
  }

  /** @internal Runs a command, or has a fault strike. What a script calls is the script's own business. */
  attempt(session: Session, command: Command, argv: Argv): Result {
    const run = (): Result => (this.#next === null ? session.perform(command, argv) : this.#next.attempt(session, command, argv))
    const fault = session.options.script ? undefined : this.#planned.find((each) => each.strikes(command))
    if (fault === undefined) return run()
    if (--fault.left === 0) fault.cancel()
    fault.struck++
    return fault.strike(run, session, command)
  }

  /** @internal */
  configured(): void {
    this.#next?.configured()
  }

  #plan({ command, times = 1 }: FaultOptions = {}, strike: Strike): Fault {
    if (!(times >= 1)) throw new RangeError(`a fault cannot strike ${times} times`)
    const name = command?.toLowerCase()
    if (name !== undefined && this.#engine.table.get(name.split('|', 1)[0]) === undefined)
      throw new RangeError(`unknown command '${command}'`)
    const strikes = (found: Command): boolean =>
      name === undefined ? !SPARED.has(found.name.split('|', 1)[0]) : found.name === name || found.name.startsWith(`${name}|`)
    const fault: Planned = {
      left: times,
      struck: 0,
      strikes,
      strike,
      cancel: () => {
        this.#planned = this.#planned.filter((each) => each !== fault)
      },
    }
    this.#planned.push(fault)
    return fault
  }

  #hold(result: Result, milliseconds: number): Promise<Reply> {
    return new Promise((resolve) => {
      const release = (): void => {
        cancel?.()
        this.#held.delete(release)
        resolve(result)
      }
      const cancel = this.#engine.clock.after(milliseconds, release)
      this.#held.add(release)
    })
  }
}

interface Planned extends Fault {
  left: number
  struck: number
  readonly strikes: (command: Command) => boolean
  readonly strike: Strike
}

/** A connection is gone, and with it what it watched and queued. */
function lose(session: Session): Reply {
  const { onKill } = session.options
  if (onKill !== undefined) {
    onKill()
    session.close()
    return NO_REPLY
  }
  session.transaction.discard()
  session.restrict()
  return LOST
}
