// What `isodis serve` is told, by a redis.conf and by the command line, in redis-server's words where it has them: read and checked.
import { resolve } from 'node:path'
import { admin } from '../../core/admin/admin.ts'
import { type ByteString, decodeUtf8, encodeUtf8 } from '../../core/bytes.ts'
import { splitWords } from '../../core/words.ts'
import type { FileStorageOptions } from '../storage/file.ts'
import { ConfigFileError, type Directive, readArguments, readConfigFile } from './redis-conf.ts'
import { fail, suggestion } from './usage.ts'

export const DEFAULT_PORT = '6379'
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
/** What is not one of CONFIG's parameters; each takes one word. */
const OWN = new Set(['host', 'config', 'rest-port', 'token', 'read-only-token'])

export interface ServeOptions {
  /** CONFIG's parameters, but for the save rules. */
  readonly config: Record<string, ByteString>
  /** When to save. */
  readonly save: string
  /** Users: name and rules. */
  readonly users: readonly (readonly ByteString[])[]
  /** Commands: name and new name, `""` to have it no more. */
  readonly renamed: readonly (readonly ByteString[])[]
  /** The redis.conf that CONFIG REWRITE writes. */
  readonly file: string | null
  /** Where the data is kept; null for memory only. */
  readonly files: FileStorageOptions | null
  /** The TCP port; null for none. */
  readonly port: number | null
  /** Whether any free port will do where that one is taken. */
  readonly mayMove: boolean
  /** A Unix socket. */
  readonly path: string | undefined
  readonly rest: { readonly port: number; readonly tokens: { readonly token: string; readonly readOnlyToken?: string } } | undefined
}

/** @param args what stands behind `isodis serve`: perhaps a file, then options */
export function serveOptions(args: readonly string[]): ServeOptions {
  const file = args[0] === undefined || args[0].startsWith('--') ? undefined : args[0]
  if (file?.startsWith('-') && file !== '-') fail(`unknown option ${file}: options begin with two dashes`)
  const given = gather([...(file === undefined ? [] : readConfigFile(file)), ...readArguments(file === undefined ? args : args.slice(1))])
  const { save, ...config } = given.config
  const { unixsocket, dir, dbfilename, appenddirname, appendfilename } = config
  if (config['cluster-enabled'] === 'yes' && config['replicaof']) fail('replicaof directive not allowed in cluster mode')
  const port = portOf(config['port'] ?? DEFAULT_PORT)
  const rest = restOf(given.own)
  const path = unixsocket === '' ? undefined : unixsocket
  // A socket takes the place of a port that nobody has named.
  // 0 is any free one, unless there is something else to listen at.
  const hasTls = Number(config['tls-port'] ?? 0) !== 0
  const listensOnPort = path === undefined ? port !== 0 || !hasTls : port !== 0 && (file !== undefined || config['port'] !== undefined)
  // With a file it is what redis-server is: it keeps its data in a directory, the current one if none is named.
  const keeps = file !== undefined || dir !== undefined || dbfilename !== undefined || config['appendonly'] === 'yes'
  const texts = Object.entries({ dir, dbfilename, appenddirname, appendfilename }).map(([name, bytes]) => [
    name,
    bytes && decodeUtf8(bytes),
  ])
  return {
    config: {
      ...config,
      ...(keeps && { dir: encodeUtf8(resolve(decodeUtf8(dir ?? '.'))), dbfilename: dbfilename ?? 'dump.rdb' }),
      port: String(listensOnPort ? port : 0),
      bind: given.own.get('host') ?? config['bind'] ?? '127.0.0.1',
    },
    save: save ?? (keeps ? REDIS_RULES : ''),
    users: given.users,
    renamed: given.renamed,
    file: file === undefined || file === '-' ? null : resolve(file),
    files: keeps ? (Object.fromEntries(texts) as FileStorageOptions) : null,
    port: listensOnPort ? port : null,
    // Who asks for REST may have a redis-server on this machine.
    mayMove: rest !== undefined && config['port'] === undefined,
    path: path && decodeUtf8(path),
    rest,
  }
}

function portOf(text: string): number {
  const port = text === '' ? NaN : Number(text)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : fail(`"${text}" is no port`)
}

/** What is asked for of REST; undefined if nothing is. */
function restOf(own: ReadonlyMap<string, string>): ServeOptions['rest'] {
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
  readonly users: (readonly ByteString[])[]
  readonly renamed: (readonly ByteString[])[]
}

/** A parameter's name, by one of its names; undefined if there is none. */
export const parameterOf = (name: string): string | undefined =>
  Object.hasOwn(admin.parameters, name) ? name : Object.keys(admin.parameters).find((each) => admin.parameters[each].alias === name)

const unknownOption = (name: string): string =>
  `unknown option --${name}${suggestion(name, [...OWN, 'user', ...Object.keys(admin.parameters)], '--')}`

/** The words of a parameter. Where there may be several, they may be quoted as one: --save '900 1'. */
export function wordsOf(parameter: string, words: readonly ByteString[]): readonly ByteString[] {
  return (MULTIPLE.has(parameter) && words.length === 1 ? splitWords(words[0]) : null) ?? words
}

/**
 * The value of a parameter with one more line that tells of it.
 * @param before what the lines before have told
 */
export function withLine(parameter: string, words: readonly ByteString[], before = ''): ByteString {
  const value = words.join(' ')
  // Each line adds a rule; one without rules takes away those from before. Limits are of some clients each.
  const adds = parameter === 'client-output-buffer-limit' || (parameter === 'save' && value !== '')
  return adds && before !== '' ? `${before} ${value}` : value
}

/** What a file and the command line say together. Of two directives that say the same, the later counts. */
function gather(directives: readonly Directive[]): Given {
  const config: Record<string, ByteString> = {}
  const own = new Map<string, string>()
  const users: (readonly ByteString[])[] = []
  const renamed: (readonly ByteString[])[] = []
  for (const directive of directives) {
    const { name, at } = directive
    const parameter = parameterOf(name)
    const words = parameter === undefined ? directive.words : wordsOf(parameter, directive.words)
    const refuse = (reason: string): never => {
      throw at === undefined ? fail(`'${decodeUtf8(directive.line)}': ${reason}`) : new ConfigFileError(directive, reason)
    }
    if (at === undefined && OWN.has(name)) {
      if (words.length !== 1) fail(`--${name} takes one argument`)
      if (name === 'config') config[words[0].split('=', 1)[0]] = words[0].slice(words[0].indexOf('=') + 1)
      else own.set(name, decodeUtf8(words[0]))
      continue
    }
    if (name === 'user' && words.length > 0) {
      users.push(words)
      continue
    }
    if (name === 'rename-command' && words.length === 2) {
      renamed.push(words)
      continue
    }
    // It would change what the server is: better refused than ignored.
    if (name === 'loadmodule') refuse('modules cannot be loaded: isodis has none')
    if (IGNORED.has(name)) continue
    if (parameter === undefined) return at === undefined ? fail(unknownOption(name)) : refuse('Bad directive or wrong number of arguments')
    if (words.length !== 1 && !MULTIPLE.has(parameter)) refuse('wrong number of arguments')
    try {
      admin.parameters[parameter].check(words.join(' '))
    } catch (error) {
      refuse(String(error))
    }
    config[parameter] = withLine(parameter, words, config[parameter])
  }
  return { config, own, users, renamed }
}
