// `isodis serve`: the engine behind a port, a socket and Upstash's REST protocol, until SHUTDOWN or a signal ends it.
import { totalmem } from 'node:os'
import { resolve } from 'node:path'
import { admin } from '../../core/admin/admin.ts'
import { type ByteString, decodeUtf8 } from '../../core/bytes.ts'
import type { Parameter } from '../../core/engine/config.ts'
import type { Engine, Extension } from '../../core/engine/engine.ts'
import type { Clock, Log } from '../../core/engine/ports.ts'
import { VERSION } from '../../core/engine/version.ts'
import { json } from '../../core/json/json.ts'
import { vectors } from '../../core/vectors/vectors.ts'
import { lua } from '../../scripts/lua/scripting.ts'
import { systemClock } from '../host.ts'
import { createRedis, type EmbeddedRedis } from '../memory.ts'
import { fileStorage } from '../storage/file.ts'
import { aclFile, prepareUsers } from './acl-file.ts'
import { rewriteFile } from './config-rewrite.ts'
import { dialWith } from './dial.ts'
import { IN_USE, Listeners } from './listeners.ts'
import { handedOverFirst } from './rest/handed-over.ts'
import { daemonize, endAtOnce, endOnSignals, isSupervised, logger, tellSystemd, writePidFile } from './process.ts'
import { RenamedTable } from './renamed-table.ts'
import { createRestHandler } from './rest-handler.ts'
import { serveRest } from './rest-server.ts'
import type { ServeOptions } from './serve-options.ts'
import { Tls } from './tls.ts'

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Serves; it returns once clients can connect. */
export async function serve(options: ServeOptions): Promise<void> {
  const { config, rest, files, file } = options
  let level = (): string => config['loglevel'] ?? 'notice'
  const supervised = isSupervised(config['supervised'])
  const log = logger(pathOf(config['logfile']), () => level())
  if (config['daemonize'] === 'yes' && !supervised && daemonize()) return
  const loaded = endAtOnce()
  const tls = new Tls(log)
  const given = (name: string): string => admin.parameters[name].check(config[name] ?? admin.parameters[name].default)
  if (!tls.configure(given)) throw new Error('Failed to configure TLS. Check logs for more info.')
  const redis = await start(options, log, tls)
  const { engine } = redis
  level = () => engine.config.get('loglevel')!
  // Connections are what CLIENT LIST is to tell of: the client of this process is only there for REST.
  if (rest === undefined) for (const session of [...engine.sessions.values()]) session.close()
  engine.config.parameters = Object.fromEntries(Object.entries(admin.parameters).map(settable))
  const listeners = new Listeners(engine, tls)
  const places = await listenAt(listeners, engine, options)
  engine.host = {
    file: file ?? '',
    listen: (parameters) => listeners.change(parameters),
    rewrite: file === null ? null : (all) => rewriteFile(file, engine, all),
  }
  const servers: { close(): Promise<void> }[] = [listeners]
  // SHUTDOWN ends the engine, and with it this process.
  engine.onClose.add(() => {
    void Promise.all(servers.map((server) => server.close())).then(() => {
      log('warning', 'isodis is now ready to exit, bye bye...')
      process.exit(0)
    })
  })
  follow(engine)
  loaded()
  endOnSignals(engine)
  if (config['pidfile']) writePidFile(pathOf(config['pidfile'])!, log)
  // As redis-server: whoever reads this can connect.
  logStart(log)
  log('notice', 'Server initialized')
  if (files === null) log('notice', 'Data is kept in memory only (--dir DIR keeps it)')
  for (const place of places) log('notice', `Ready to accept connections ${place}`)
  if (rest !== undefined) {
    const handler = handedOverFirst(engine, createRestHandler(redis, rest.tokens))
    const server = await serveRest(handler, { port: rest.port, host: hostOf(config['bind']) })
    servers.push(server)
    log('notice', `Ready to accept REST requests at ${server.url}`)
  }
  if (supervised) tellSystemd(log)
}

/** `replicaof` in the configuration. */
function follow(engine: Engine): void {
  const [host, port] = engine.config.get('replicaof')!.split(' ')
  if (port === undefined) return
  const session = engine.connect({ trusted: true })
  void session.execute(['REPLICAOF', host, port])
  session.close()
}

/** What CONFIG SET may change in a server that listens itself. */
const settable = ([name, parameter]: [string, Parameter]): [string, Parameter] => [
  name,
  /^(port|bind|tls-.*)$/.test(name) ? { ...parameter, fixed: undefined } : parameter,
]

/** The system is told paths as text. */
const pathOf = (bytes: ByteString | undefined): string | undefined => bytes && decodeUtf8(bytes)

const logStart = (log: Log): void => log('notice', `isodis, as Redis ${VERSION}, PID: ${process.pid}`)

/** The engine, with what it has kept and the users that it is told of. */
async function start({ config: given, save, users, renamed, files }: ServeOptions, log: Log, tls: Tls): Promise<EmbeddedRedis> {
  const { requirepass, masteruser, masterauth, ...others } = given
  const config = Object.fromEntries(Object.entries(others).map(([name, bytes]) => [name, decodeUtf8(bytes)]))
  const storage = files === null ? undefined : fileStorage(files)
  const adminAs: Extension = {
    ...admin,
    attach(engine) {
      admin.attach(engine)
      engine.dial = (host, port, by) => dialWith(engine.config.isOn(`tls-${by}`) ? tls.client : undefined)(host, port, by)
      // Before a journal is read: it has the commands as they were said.
      if (renamed.length > 0) engine.table = new RenamedTable(engine.table, renamed)
    },
  }
  const redis = await createRedis({ storage, save, config, log, lua, json, vectors, admin: adminAs, clock }).catch((error: unknown) => {
    logStart(log)
    log('warning', `Fatal error loading the DB, check server logs. Exiting: ${messageOf(error)}`)
    throw error
  })
  // Passwords may be any bytes: the client's options are texts.
  for (const [name, bytes] of Object.entries({ requirepass, masteruser, masterauth })) if (bytes) redis.engine.config.set([[name, bytes]])
  const { aclfile, dir = '.' } = config
  await prepareUsers(redis.engine, users, aclfile ? aclFile(resolve(dir, aclfile), aclfile) : null)
  return redis
}

/** The address of REST: one only. */
const hostOf = (bind = ''): string => bind.split(' ')[0].replace(/^-/, '').replace('*', '0.0.0.0') || '127.0.0.1'

/** Listens on the socket and the ports. @returns where, the ports first */
async function listenAt(listeners: Listeners, engine: Engine, { config, port, mayMove, path }: ServeOptions): Promise<string[]> {
  const places: string[] = []
  // The socket first: who gets an answer from the port may go on to the socket, which may take longer to open.
  if (path !== undefined) {
    await listeners.at(path, Number.parseInt(config['unixsocketperm'] ?? '0', 8))
    places.push(`unix ${path}`)
  }
  const { bind } = config
  const tlsPort = engine.config.number('tls-port')!
  const failed = async (error: unknown, port: number, how: string): Promise<never> => {
    engine.log('warning', `Failed listening on port ${port} (${how}), aborting.`)
    await listeners.close()
    throw error
  }
  if (tlsPort !== 0) {
    await listeners.secure.on(tlsPort, bind).catch((error: unknown) => failed(error, tlsPort, 'TLS'))
    places.unshift(...listeners.secure.addresses.map((address) => `tls ${address}`))
  }
  if (port !== null) {
    const found = await listeners.plain
      .on(port, bind)
      .catch((error: { code?: string }) => (mayMove && error.code === IN_USE ? listeners.plain.on(0, bind) : failed(error, port, 'TCP')))
    engine.config.set([['port', String(found)]])
    places.unshift(...listeners.plain.addresses.map((address) => `tcp ${address}`))
  }
  if (places.length === 0) throw new Error('Configured to not listen anywhere, exiting.')
  return places
}

const clock: Clock = {
  ...systemClock,
  process() {
    const { user, system } = process.cpuUsage()
    return { id: process.pid, user: user / 1e6, system: system / 1e6, resident: process.memoryUsage.rss(), machine: totalmem() }
  },
}
