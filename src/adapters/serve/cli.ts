#!/usr/bin/env node
// The command `isodis`: the engine as a server, with redis-server's options where it has them.
import { parseArgs } from 'node:util'
import { admin } from '../../core/admin/admin.ts'
import { lua } from '../../scripts/lua/scripting.ts'
import { createRedis } from '../memory.ts'
import { fileStorage } from '../storage/file.ts'
import { describeSummary, printRdb } from './rdb-command.ts'
import { serveEngine } from './resp-server.ts'
import { createRestHandler } from './rest-handler.ts'
import { serveRest } from './rest-server.ts'

const USAGE = `Usage: isodis serve [options]
       isodis rdb FILE [--check]

  rdb prints a dump.rdb as lines of JSON, one a key; with --check it only says whether the file is whole.

  --port N            TCP port; default 6379, 0 for any free one
  --host HOST         address to listen on; default 127.0.0.1, this machine only
  --unixsocket PATH   listen on a Unix socket instead
  --requirepass P     password that clients must give
  --save RULES        save rules such as "3600 1 300 100 60 10000"; default none, or Redis's own with --dir
  --dir D             keep a snapshot in this directory
  --dbfilename F      the snapshot's file name; default dump.rdb
  --appendonly yes    keep a journal too, in the directory
  --appendfsync WHEN  when the journal must be on the disk: always, everysec (the default) or no
  --config NAME=VALUE any other parameter of CONFIG; may be repeated
  --rest-port N       also speak Upstash's REST protocol on this port, at the same host
  --token T           what REST clients must know; needed with --rest-port
  --read-only-token T lets REST clients in for reading only
`
/** Redis's own: what redis-server does without a configuration file. */
const REDIS_RULES = '3600 1 300 100 60 10000'

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  unixsocket: { type: 'string' },
  requirepass: { type: 'string' },
  save: { type: 'string' },
  dir: { type: 'string' },
  dbfilename: { type: 'string' },
  appendonly: { type: 'string' },
  appendfsync: { type: 'string' },
  config: { type: 'string', multiple: true },
  check: { type: 'boolean' },
  'rest-port': { type: 'string' },
  token: { type: 'string' },
  'read-only-token': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const

function parse(): ReturnType<typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>> {
  try {
    return parseArgs({ options: OPTIONS, allowPositionals: true })
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error))
  }
}

function fail(message: string): never {
  process.stderr.write(`isodis: ${message}\n\n${USAGE}`)
  process.exit(2)
}

function portOf(text: string): number {
  const port = text === '' ? NaN : Number(text)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : fail(`"${text}" is no port`)
}

interface RestValues {
  'rest-port'?: string
  token?: string
  'read-only-token'?: string
}

/** What is asked for of REST; undefined if nothing is. */
function restOf(values: RestValues): { port: number; tokens: { token: string; readOnlyToken?: string } } | undefined {
  const { 'rest-port': port, token, 'read-only-token': readOnlyToken } = values
  if (port === undefined) return token === undefined && readOnlyToken === undefined ? undefined : fail('--token goes with --rest-port')
  if (!token) return fail('--rest-port needs --token')
  if (readOnlyToken === '' || readOnlyToken === token) return fail('--read-only-token must be a token of its own')
  return { port: portOf(port), tokens: { token, ...(readOnlyToken === undefined ? {} : { readOnlyToken }) } }
}

function log(_level: string, message: string): void {
  process.stdout.write(`${process.pid}:M ${new Date().toISOString()} * ${message}\n`)
}

async function rdb(files: readonly string[], check: boolean): Promise<void> {
  if (files.length !== 1) fail('rdb takes one file')
  const write = (lines: string): Promise<void> => new Promise((resolve) => void process.stdout.write(lines, () => resolve()))
  const summary = await printRdb(files[0], check ? null : write)
  process[check ? 'stdout' : 'stderr'].write(`${describeSummary(summary)}\n`)
}

async function main(): Promise<void> {
  const { values, positionals } = parse()
  if (values.help) return void process.stdout.write(USAGE)
  if (positionals[0] === 'rdb') return rdb(positionals.slice(1), values.check === true)
  if (positionals[0] !== 'serve' || positionals.length > 1)
    fail(positionals.length === 0 ? 'no command given' : `unknown command "${positionals.join(' ')}"`)
  const port = portOf(values.port ?? '6379')
  const rest = restOf(values)
  const config: Record<string, string> = { port: String(values.unixsocket === undefined ? port : 0) }
  for (const pair of values.config ?? []) config[pair.split('=', 1)[0]] = pair.slice(pair.indexOf('=') + 1)
  for (const name of ['requirepass', 'appendonly', 'appendfsync'] as const) {
    const value = values[name]
    if (value !== undefined) config[name] = value
  }
  const keeps = values.dir !== undefined || values.dbfilename !== undefined || config['appendonly'] === 'yes'
  const { appenddirname, appendfilename } = config
  const storage = keeps ? fileStorage({ dir: values.dir, dbfilename: values.dbfilename, appenddirname, appendfilename }) : undefined
  if (keeps) Object.assign(config, { dir: values.dir ?? '.', dbfilename: values.dbfilename ?? 'dump.rdb' })
  const redis = await createRedis({ storage, save: values.save ?? (keeps ? REDIS_RULES : ''), config, log, lua, admin })
  const server = await serveEngine(redis.engine, { port, host: values.host, path: values.unixsocket })
  log(
    'notice',
    `Ready to accept connections ${values.unixsocket === undefined ? `tcp ${values.host ?? '127.0.0.1'}:${server.port}` : `unix ${values.unixsocket}`}`,
  )
  const restServer = rest && (await serveRest(createRestHandler(redis, rest.tokens), { port: rest.port, host: values.host }))
  if (restServer !== undefined) log('notice', `Ready to accept REST requests at ${restServer.url}`)
  // SHUTDOWN ends the engine, and with it this process; a signal does the same and saves as the rules say.
  redis.engine.onClose.add(() => void Promise.all([server.close(), restServer?.close()]).then(() => process.exit(0)))
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      log('notice', `User requested shutdown (${signal})...`)
      redis.close().catch((error: unknown) => {
        stopping = false
        log('warning', String(error))
      })
    })
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`isodis: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
})
