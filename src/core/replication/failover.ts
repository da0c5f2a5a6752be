// FAILOVER: a replica takes over, and its master becomes its replica. Nobody writes meanwhile, so that nothing is lost.
// https://redis.io/docs/latest/commands/failover/
import type { ByteString } from '../bytes.ts'
import { integer } from '../engine/arguments.ts'
import { type Argv, type Handler, type Row, row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { SYNTAX } from '../engine/errors.ts'
import { OK, ReplyError } from '../reply.ts'
import { NO_DIALING } from './errors.ts'
import type { Pause, Replication } from './replication.ts'
import type { Replica } from './replica.ts'

const NONE_IN_PROGRESS = new ReplyError('ERR No failover in progress.')
const IN_PROGRESS = new ReplyError('ERR FAILOVER already in progress.')
const IN_CLUSTER = new ReplyError('ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.')
const ON_REPLICA = new ReplyError('ERR FAILOVER is not valid when server is a replica.')
const NO_REPLICAS = new ReplyError('ERR FAILOVER requires connected replicas.')
const BAD_TIMEOUT = new ReplyError('ERR FAILOVER timeout must be greater than 0')
const BAD_FORCE = new ReplyError('ERR FAILOVER with force option requires both a timeout and target HOST and IP.')
const NO_REPLICA = new ReplyError('ERR FAILOVER target HOST and PORT is not a replica.')
const NOT_ONLINE = new ReplyError('ERR FAILOVER target replica is not online.')

interface Target {
  readonly host: ByteString
  readonly port: number
}

interface Wanted {
  readonly to: Target | null
  readonly force: boolean
  /** In milliseconds; 0 for none. */
  readonly timeout: number
}

function options(argv: Argv): Wanted {
  let [force, timeout] = [false, 0]
  let to: Target | null = null
  for (let i = 1; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (word === 'TIMEOUT' && left >= 1 && timeout === 0) {
      timeout = integer(argv[++i])
      if (timeout <= 0) throw BAD_TIMEOUT
    } else if (word === 'TO' && left >= 2 && to === null) to = { host: argv[++i], port: integer(argv[++i]) }
    else if (word === 'FORCE' && !force) force = true
    else throw SYNTAX
  }
  return { to, force, timeout }
}

export class Failover {
  /** As INFO has it. */
  state: 'no-failover' | 'waiting-for-sync' | 'failover-in-progress' = 'no-failover'
  readonly #engine: Engine
  readonly #replication: Replication
  readonly #pause: Pause
  #wanted: Wanted | null = null
  #cancel: (() => void) | null = null
  /** Lets others write again. */
  #release: () => void = () => {}

  constructor(engine: Engine, replication: Replication, pause: Pause) {
    this.#engine = engine
    this.#replication = replication
    this.#pause = pause
    engine.onClose.add(() => this.#end())
  }

  get under(): boolean {
    return this.state !== 'no-failover'
  }

  begin(wanted: Wanted): void {
    const { log, clock, dial } = this.#engine
    const { follows, replicas, onProgress } = this.#replication
    const { to, force, timeout } = wanted
    if (this.under) throw IN_PROGRESS
    if (follows) throw ON_REPLICA
    if (replicas.length === 0) throw NO_REPLICAS
    if (force && (timeout === 0 || to === null)) throw BAD_FORCE
    if (to !== null) {
      const found = this.#find(to)
      if (found === undefined) throw NO_REPLICA
      if (!found.online) throw NOT_ONLINE
    }
    if (dial === null) throw NO_DIALING
    log('notice', `FAILOVER requested to ${to === null ? 'any replica' : `${to.host}:${to.port}`}.`)
    this.#wanted = wanted
    this.state = 'waiting-for-sync'
    void this.#pause.during(new Promise<void>((resolve) => (this.#release = resolve)), false)
    onProgress.add(this.#look)
    if (timeout > 0) this.#cancel = clock.after(timeout, this.#late, true)
    // Its reply comes first.
    clock.soon(this.#look)
  }

  #find({ host, port }: Target): Replica | undefined {
    return this.#replication.replicas.find((each) => each.port === port && each.address.toLowerCase() === host.toLowerCase())
  }

  /** Hands over once a replica has everything. */
  readonly #look = (): void => {
    if (this.state !== 'waiting-for-sync') return
    const { to } = this.#wanted!
    this.#replication.feed?.flush()
    const { offset, replicas } = this.#replication
    const found = (to === null ? replicas : [this.#find(to)]).find((each) => each?.online && each.has >= offset)
    if (found === undefined) return
    const { address, port } = found
    this.#engine.log('notice', `Failover target ${address}:${port} is synced, failing over.`)
    this.#handOver({ host: address, port })
  }

  readonly #late = (): void => {
    const { to, force } = this.#wanted!
    if (!force) return void this.abort('Replica never caught up before timeout')
    this.#engine.log('notice', `FAILOVER to ${to!.host}:${to!.port} time out exceeded, failing over.`)
    this.#handOver(to!)
  }

  /** Follows the replica that takes over, which learns that it does from the PSYNC that it gets. */
  #handOver({ host, port }: Target): void {
    this.#cancel?.()
    this.state = 'failover-in-progress'
    this.#replication.follow(this.#engine.dial!, host, port)
  }

  /** The new master has answered. */
  answered(accepts: boolean): void {
    if (this.state !== 'failover-in-progress') return
    if (accepts) this.#end()
    else this.abort('Failover target rejected psync request')
  }

  /** @param reason what the log says; @returns whether there was anything to abort */
  abort(reason: string): boolean {
    const { state } = this
    if (!this.under) return false
    const { to } = this.#wanted!
    this.#engine.log('notice', `FAILOVER to ${to === null ? 'any replica' : `${to.host}:${to.port}`} aborted: ${reason}`)
    // It is a master again before those who wait to write go on.
    if (state === 'failover-in-progress') this.#replication.lead()
    this.#end()
    return true
  }

  #end(): void {
    this.#cancel?.()
    this.#replication.onProgress.delete(this.#look)
    this.state = 'no-failover'
    this.#release()
  }
}

/** FAILOVER [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds] */
export function failoverRow(of: (engine: Engine) => Failover): Row {
  const failover: Handler = ({ engine }, argv) => {
    if (engine.slots !== null) throw IN_CLUSTER
    if (argv.length === 2 && argv[1].toUpperCase() === 'ABORT') {
      if (!of(engine).abort('Failover manually aborted')) throw NONE_IN_PROGRESS
    } else of(engine).begin(options(argv))
    return OK
  }
  return row('FAILOVER', -1, 'admin noscript stale', '', failover)
}
