// The engine's probe: sees every command run and tells those who keep accounts of it how long it took.
import { type Argv, type Command, FLAG, type Result } from '../engine/command.ts'
import type { Engine, Probe } from '../engine/engine.ts'
import { elapsed } from '../engine/ports.ts'
import type { Session } from '../engine/session.ts'
import { type Reply, ReplyError } from '../reply.ts'
import { AclLog } from './acl/log.ts'
import { Registry } from './acl/users.ts'
import { Histogram } from './histogram.ts'
import { Latency } from './latency.ts'
import { Rates } from './rates.ts'
import { Slowlog } from './slowlog.ts'
import { Tracking } from './tracking.ts'

export class Observer implements Probe {
  readonly slowlog = new Slowlog()
  readonly aclLog = new AclLog()
  readonly users: Registry
  readonly latency: Latency
  readonly tracking: Tracking
  readonly rates: Rates
  /** By the command's index; they last as long as the counts of calls, which CONFIG RESETSTAT makes anew. */
  readonly #histograms = new WeakMap<number[], (Histogram | undefined)[]>()
  readonly #engine: Engine
  #slow = -1
  /** In milliseconds; 0 for none. */
  #threshold = 0
  #tracks = true

  constructor(engine: Engine) {
    this.#engine = engine
    this.users = new Registry(engine, this.aclLog)
    this.latency = new Latency(engine)
    this.tracking = new Tracking(engine)
    this.rates = new Rates(engine)
    this.configured()
  }

  configured(): void {
    const { config } = this.#engine
    this.users.configured()
    this.#slow = config.number('slowlog-log-slower-than')!
    this.#threshold = config.number('latency-monitor-threshold')!
    this.#tracks = config.isOn('latency-tracking')
  }

  attempt(session: Session, command: Command, argv: Argv): Result {
    const { tracking } = this
    if (!tracking.active) return this.#timed(session, command, argv)
    return tracking.run(session, command, argv, () => this.#timed(session, command, argv))
  }

  #timed(session: Session, command: Command, argv: Argv): Result {
    const { clock } = this.#engine
    const started = elapsed(clock)
    const result = session.perform(command, argv)
    // A blocking command's waiting does not count; that of SAVE or DEBUG SLEEP does.
    if (result instanceof Promise && !(command.flags & FLAG.blocking)) return this.#whenDone(result, session, command, argv, started)
    if (result instanceof Promise) void this.#whenServed(result, session, command, argv, this.#since(started))
    else this.#done(session, command, argv, this.#since(started))
    if (result instanceof ReplyError && result.text.startsWith('WRONGPASS')) this.aclLog.failed(session, command, argv)
    return result
  }

  async #whenDone(result: Promise<Reply>, session: Session, command: Command, argv: Argv, started: number): Promise<Reply> {
    const reply = await result
    this.#done(session, command, argv, this.#since(started))
    return reply
  }

  /** As in Redis, a blocking command is counted when it is served. */
  async #whenServed(result: Promise<Reply>, session: Session, command: Command, argv: Argv, micros: number): Promise<void> {
    await result
    this.#done(session, command, argv, micros)
  }

  /** In microseconds. */
  #since(started: number): number {
    const now = elapsed(this.#engine.clock)
    if (now >= this.rates.due) this.rates.note(now)
    return Math.round((now - started) * 1000)
  }

  #done(session: Session, command: Command, argv: Argv, micros: number): void {
    if (this.#slow >= 0 && micros >= this.#slow) this.slowlog.add(session, command, argv, micros)
    if (this.#threshold > 0 && micros >= this.#threshold * 1000)
      this.latency.add(command.flags & FLAG.fast ? 'fast-command' : 'command', Math.floor(micros / 1000))
    if (this.#tracks) (this.#current()[command.index] ??= new Histogram()).add(micros)
  }

  /** How long a command took each time; undefined if it was not called. */
  histogram(command: Command): Histogram | undefined {
    return this.#current()[command.index]
  }

  #current(): (Histogram | undefined)[] {
    const { calls } = this.#engine.stats
    let found = this.#histograms.get(calls)
    if (found === undefined) this.#histograms.set(calls, (found = []))
    return found
  }
}
