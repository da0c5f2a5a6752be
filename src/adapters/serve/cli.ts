#!/usr/bin/env node
// The command `isodis`: the engine as a server, with redis-server's options where it has them.
import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { admin } from '../../core/admin/admin.ts'
import { VERSION } from '../../core/engine/version.ts'
import type { Clock, Log, LogLevel } from '../../core/engine/ports.ts'
import { ReplyError } from '../../core/reply.ts'
import { lua } from '../../scripts/lua/scripting.ts'
import { systemClock } from '../host.ts'
import { createRedis, type EmbeddedRedis } from '../memory.ts'
import { fileStorage } from '../storage/file.ts'
import { aclFile, prepareUsers } from './acl-file.ts'
import { ISODIS_VERSION } from './isodis-version.ts'
import { describeSummary, printRdb } from './rdb-command.ts'
import { ConfigFileError, type Directive, readArguments, readConfigFile, splitWords } from './redis-conf.ts'
import { serveEngine } from './resp-server.ts'
import { createRestHandler, type RestHandler, type RestOptions } from './rest-handler.ts'
import { serveRest } from './rest-server.ts'
import { helpOf, suggestion, USAGE } from './usage.ts'

/** Redis's own: what redis-server does without a configuration file. */
const REDIS_RULES = '3600 1 300 100 60 10000'
/** What may have several words, or none. */
const MULTIPLE = new Set([
  'save',
  'bind',
  'replicaof',
  'client-output-buffer-limit',
  'latency-tracking-info-percentiles',
  'oom-score-adj-values',
  'shutdown-on-sigint',
  'shutdown-on-sigterm',
])
/** Redis does too. */
const IGNORED = new Set(['list-max-ziplist-entries', 'list-max-ziplist-value', 'lua-replicate-commands'])
/** What would change what the server is, and cannot be had: better refused than ignored. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  loadmodule: 'modules cannot be loaded: isodis has none',
  'rename-command': 'commands cannot be renamed',
}
/** What is not one of CONFIG's parameters; each takes one word. */
const OWN = new Set(['host', 'config', 'rest-port', 'token', 'read-only-token'])

const IN_USE = 'EADDRINUSE'

/** Ends with a message and where to read on. */
function fail(message: string, command = 'serve'): never {
  process.stderr.write(`isodis: ${message}\nisodis help ${command} lists the options.\n`)
  process.exit(2)
}

function portOf(text: string): number {
  const port = text === '' ? NaN : Number(text)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : fail(`"${text}" is no port`)
}

/** What is asked for of REST; undefined if nothing is. */
function restOf(own: ReadonlyMap<string, string>): { port: number; tokens: { token: string; readOnlyToken?: string } } | undefined {
  const [port, token, readOnlyToken] = ['rest-port', 'token', 'read-only-token'].map((name) => own.get(name))
  if (port === undefined) return token === undefined && readOnlyToken === undefined ? undefined : fail('--token goes with --rest-port N')
  if (!token) return fail('--rest-port needs --token WORD, which REST clients then send')
  if (readOnlyToken === '' || readOnlyToken === token) return fail('--read-only-token must be a token of its own')
  return { port: portOf(port), tokens: { token, ...(readOnlyToken === undefined ? {} : { readOnlyToken }) } }
}

interface Given {
  /** CONFIG's parameters. */
  readonly config: Record<string, string>
  /** The options that are not. */
  readonly own: ReadonlyMap<string, string>
  /** Users: name and rules. */
  readonly users: (readonly string[])[]
}

/** A parameter's name, by one of its names; undefined if there is none. */
const parameterOf = (name: string): string | undefined =>
  admin.parameters[name] ? name : Object.keys(admin.parameters).find((each) => admin.parameters[each].alias === name)

const unknownOption = (name: string): string =>
  `unknown option --${name}${suggestion(name, [...OWN, 'user', ...Object.keys(admin.parameters)], '--')}`

/** What a file and the command line say, the later before the earlier. */
function gather(directives: readonly Directive[]): Given {
  const config: Record<string, string> = {}
  const own = new Map<string, string>()
  const users: (readonly string[])[] = []
  for (const directive of directives) {
    const { name, at } = directive
    const parameter = parameterOf(name)
    const [word] = directive.words
    // What may have several words may have them in one: --save '900 1'.
    const inOne = parameter !== undefined && MULTIPLE.has(parameter) && directive.words.length === 1
    const words = (inOne ? splitWords(word) : null) ?? directive.words
    const refuse = (reason: string): never => {
      throw at === undefined ? fail(`'${directive.line}': ${reason}`) : new ConfigFileError(directive, reason)
    }
    if (at === undefined && OWN.has(name)) {
      if (words.length !== 1) fail(`--${name} takes one argument`)
      if (name === 'config') config[words[0].split('=', 1)[0]] = words[0].slice(words[0].indexOf('=') + 1)
      else own.set(name, words[0])
      continue
    }
    if (name === 'user' && words.length > 0) {
      users.push(words)
      continue
    }
    const reason = UNSUPPORTED[name]
    if (reason !== undefined) refuse(reason)
    if (IGNORED.has(name)) continue
    if (parameter === undefined) return at === undefined ? fail(unknownOption(name)) : refuse('Bad directive or wrong number of arguments')
    if (words.length !== 1 && !MULTIPLE.has(parameter)) refuse('wrong number of arguments')
    try {
      admin.parameters[parameter].check(words.join(' '))
    } catch (error) {
      refuse(String(error))
    }
    // Each line adds a rule; without one it takes away those from before.
    const before = name === 'save' && words.join('') !== '' ? (config['save'] ?? '') : ''
    config[parameter] = `${before} ${words.join(' ')}`.trim()
  }
  return { config, own, users }
}

const clock: Clock = {
  ...systemClock,
  processor() {
    const { user, system } = process.cpuUsage()
    return { user: user / 1e6, system: system / 1e6 }
  },
}

/** By Redis's signs: debug, verbose, notice, warning. */
const SIGNS: Readonly<Record<LogLevel, string>> = { debug: '.', verbose: '-', notice: '*', warning: '#' }

/** Writes lines as redis-server does, to standard output or a file, from a level on. */
function logger(file: string | undefined, least: () => string): Log {
  const levels = Object.keys(SIGNS)
  return (level, message) => {
    if (levels.indexOf(level) < levels.indexOf(least())) return
    const line = `${process.pid}:M ${new Date().toISOString()} ${SIGNS[level]} ${message}\n`
    if (file) appendFileSync(file, line)
    else process.stdout.write(line)
  }
}

async function rdb(files: readonly string[], check: boolean): Promise<void> {
  const option = files.find((file) => file.startsWith('--'))
  if (option !== undefined) fail(`unknown option ${option}${suggestion(option, ['--check'])}`, 'rdb')
  if (files.length !== 1) fail('rdb takes one file', 'rdb')
  const write = (lines: string): Promise<void> => new Promise((resolve) => void process.stdout.write(lines, () => resolve()))
  const summary = await printRdb(files[0], check ? null : write)
  process[check ? 'stdout' : 'stderr'].write(`${describeSummary(summary)}\n`)
}

/** A file that names the process, as long as it lives. One that cannot be written is no reason not to start. */
/** No reply goes out before what it tells of is handed over, as with RESP. */
function restHandler(redis: EmbeddedRedis, tokens: RestOptions): RestHandler {
  const handler = createRestHandler(redis, tokens)
  return async (request) => {
    const response = await handler(request)
    await redis.engine.durability.handedOver()
    return response
  }
}

function writePidFile(file: string, log: Log): void {
  try {
    writeFileSync(file, `${process.pid}\n`)
    process.once('exit', () => rmSync(file, { force: true }))
  } catch (error) {
    log('verbose', `Failed to write the pidfile: ${String(error)}`)
  }
}

async function main(): Promise<void> {
  const [command, ...args] = process.argv.slice(2)
  if (command === 'help' || [command, ...args].some((arg) => arg === '--help' || arg === '-h'))
    return void process.stdout.write(helpOf(command === 'help' ? args[0] : command))
  if (command === 'version' || [command, ...args].some((arg) => arg === '--version' || arg === '-v'))
    return void process.stdout.write(`isodis ${ISODIS_VERSION} (as Redis ${VERSION})\n`)
  const isCheck = (arg: string): boolean => arg === '--check'
  if (command === 'rdb') return rdb(args.filter((arg) => !isCheck(arg)), args.some(isCheck)) // prettier-ignore
  if (command !== 'serve') {
    const unknown = command === undefined ? '' : `\nisodis: unknown command "${command}"${suggestion(command, ['serve', 'rdb', 'help'])}\n`
    process.stderr.write(`${USAGE}${unknown}`)
    return process.exit(2)
  }
  const file = args[0] === undefined || args[0].startsWith('--') ? undefined : args[0]
  if (file?.startsWith('-') && file !== '-') fail(`unknown option ${file}: options begin with two dashes`)
  const { config, own, users } = gather([
    ...(file === undefined ? [] : readConfigFile(file)),
    ...readArguments(file === undefined ? args : args.slice(1)),
  ])
  const { unixsocket, dir, dbfilename, appenddirname, appendfilename, save, logfile } = config
  const port = portOf(config['port'] ?? '6379')
  const host = own.get('host') ?? config['bind']?.split(' ')[0].replace(/^-/, '').replace('*', '0.0.0.0')
  const rest = restOf(own)
  // Who asks for REST may have a redis-server on this machine.
  const mayMove = rest !== undefined && config['port'] === undefined
  // A socket takes the place of a port that nobody has named.
  const path = unixsocket === undefined || unixsocket === '' ? undefined : unixsocket
  const listensOnPort = path === undefined || (port !== 0 && (file !== undefined || config['port'] !== undefined))
  config['port'] = String(listensOnPort ? port : 0)
  // With a file it is what redis-server is: it keeps its data in a directory, the current one if none is named.
  const keeps = file !== undefined || dir !== undefined || dbfilename !== undefined || config['appendonly'] === 'yes'
  const storage = keeps ? fileStorage({ dir, dbfilename, appenddirname, appendfilename }) : undefined
  if (keeps) Object.assign(config, { dir: dir ?? '.', dbfilename: dbfilename ?? 'dump.rdb' })
  delete config['save']
  let level = (): string => config['loglevel'] ?? 'notice'
  const log = logger(logfile, () => level())
  if (config['pidfile']) writePidFile(config['pidfile'], log)
  const started = (): void => log('notice', `isodis, as Redis ${VERSION}, PID: ${process.pid}`)
  const rules = save ?? (keeps ? REDIS_RULES : '')
  const redis = await createRedis({ storage, save: rules, config, log, lua, admin, clock }).catch((error: unknown) => {
    started()
    log('warning', `Fatal error loading the DB, check server logs. Exiting: ${messageOf(error)}`)
    throw error
  })
  const { aclfile } = config
  await prepareUsers(redis.engine, users, aclfile ? aclFile(resolve(dir ?? '.', aclfile), aclfile) : null)
  // Connections are what CLIENT LIST is to tell of: the client of this process is only there for REST.
  if (rest === undefined) for (const session of [...redis.engine.sessions.values()]) session.close()
  level = () => redis.engine.config.get('loglevel')!
  const servers: AsyncDisposable[] = []
  const places: string[] = []
  // The socket first: who gets an answer from the port may go on to the socket, which may take longer to open.
  if (path !== undefined) {
    servers.push(await serveEngine(redis.engine, { path, mode: Number.parseInt(config['unixsocketperm'] ?? '0', 8) }))
    places.push(`unix ${path}`)
  }
  if (listensOnPort) {
    const server = await serveEngine(redis.engine, { port, host }).catch(async (error: { code?: string }) => {
      if (mayMove && error.code === IN_USE) return serveEngine(redis.engine, { port: 0, host })
      for (const each of servers) await each[Symbol.asyncDispose]()
      throw error
    })
    servers.push(server)
    places.unshift(`tcp ${host ?? '127.0.0.1'}:${server.port}`)
  }
  // As redis-server: whoever reads this can connect.
  started()
  log('notice', 'Server initialized')
  if (!keeps) log('notice', 'Data is kept in memory only (--dir DIR keeps it)')
  for (const place of places) log('notice', `Ready to accept connections ${place}`)
  const restServer = rest && (await serveRest(restHandler(redis, rest.tokens), { port: rest.port, host }))
  if (restServer !== undefined) log('notice', `Ready to accept REST requests at ${restServer.url}`)
  // SHUTDOWN ends the engine, and with it this process; a signal does the same and saves as the rules say.
  redis.engine.onClose.add(() => {
    void Promise.all([...servers.map((server) => server[Symbol.asyncDispose]()), restServer?.close()]).then(() => {
      log('warning', 'isodis is now ready to exit, bye bye...')
      process.exit(0)
    })
  })
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      log('notice', `User requested shutdown (${signal})...`)
      const how = redis.engine.config.get(`shutdown-on-${signal.toLowerCase()}`)!.split(' ')
      const saves = how.includes('save') ? true : how.includes('nosave') ? false : null
      void redis.engine.close(saves, how.includes('force')).then((reply) => {
        if (!(reply instanceof ReplyError)) return
        stopping = false
        log('warning', `Error trying to save the DB, can't exit: ${reply.text}`)
      })
    })
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

main().catch((error: unknown) => {
  const hint = (error as { code?: string }).code === IN_USE ? ' (--port and --rest-port choose other ports)' : ''
  process.stderr.write(`isodis: ${messageOf(error)}${hint}\n`)
  process.exit(1)
})
