// The library `redis`: https://redis.io/docs/latest/develop/programmability/lua-api/
import type { ByteString } from '../../../core/bytes.ts'
import { formatDouble } from '../../../core/numbers.ts'
import type { LogLevel } from '../../../core/engine/ports.ts'
import { VERSION } from '../../../core/engine/version.ts'
import { type Reply, ReplyError } from '../../../core/reply.ts'
import type { Bridge } from '../bridge.ts'
import { untilZero } from '../errors.ts'
import { toNumber } from '../machine.ts'
import { formatNumber } from '../number.ts'
import { sha1 } from '../../../core/sha1.ts'
import { tagged, toLua } from '../replies.ts'
import { Table } from '../table.ts'
import { argumentsOf, type LuaValue, type Native, NONE } from '../value.ts'

const LEVELS: readonly LogLevel[] = ['debug', 'verbose', 'notice', 'warning']
const CONSTANTS: Readonly<Record<string, LuaValue>> = {
  LOG_DEBUG: 0,
  LOG_VERBOSE: 1,
  LOG_NOTICE: 2,
  LOG_WARNING: 3,
  REPL_NONE: 0,
  REPL_AOF: 1,
  REPL_SLAVE: 2,
  REPL_REPLICA: 2,
  REPL_ALL: 3,
  REDIS_VERSION: VERSION,
  REDIS_VERSION_NUM: VERSION.split('.').reduce((number, part) => number * 256 + Number(part), 0),
}

const START = /^/
/** Texts up to here are in one piece anyway. */
const SMALL = 12

/** Puts `redis` into the globals of the bridge's machine. */
export function redisLibrary(bridge: Bridge): Table {
  const { machine } = bridge
  const fail = (message: string): never => machine.raise(tagged('err', message))

  /** A command's words: strings as they are, numbers with all their digits. */
  const words = (n: number, a: LuaValue, b: LuaValue, c: LuaValue, rest: readonly LuaValue[]): ByteString[] => {
    if (n === 0) fail('ERR Please specify at least one argument for this redis lib call')
    const argv: ByteString[] = []
    for (let i = 0; i < n; i++) {
      const value = i === 0 ? a : i === 1 ? b : i === 2 ? c : rest[i - 3]
      if (typeof value === 'string') {
        // It may have been put together: in one piece it takes less memory, and it may be kept.
        if (value.length > SMALL) START.test(value)
        argv.push(value)
      } else if (typeof value === 'number') argv.push(value === value ? formatDouble(value) : formatNumber(value))
      else fail('ERR Lua redis lib command arguments must be strings or integers')
    }
    return argv
  }
  const call: Native = (n, a, b, c, rest) => {
    const { site } = machine
    const reply: Reply = bridge.command(words(n, a, b, c, rest))
    machine.site = site
    if (reply instanceof ReplyError) {
      const error = tagged('err', reply.text)
      error.set('ignore_error_stats_update', true)
      machine.raise(error)
    }
    return toLua(reply, bridge.protocol)
  }
  const pcall: Native = (n, a, b, c, rest) => {
    try {
      return call(n, a, b, c, rest)
    } catch (error) {
      return machine.caught(error).value
    }
  }
  /** error_reply and status_reply. */
  const single = (make: (text: ByteString) => LuaValue): Native => {
    return (n, a) => (n === 1 && typeof a === 'string' ? make(a) : tagged('err', 'ERR wrong number or type of arguments'))
  }

  const table = machine.library('redis', {
    call,
    pcall,
    error_reply: single((text) => {
      const message = untilZero(text)
        .replace(/^-/, '')
        .replace(/[\r\n]+$/, '')
      return tagged('err', message.includes(' ') ? message : `ERR ${message.replace(/^[\r\n]+/, '')}`)
    }),
    status_reply: single((text) => tagged('ok', text)),
    sha1hex: (n, a) => {
      if (n !== 1) fail('ERR wrong number of arguments')
      return sha1(typeof a === 'number' ? formatNumber(a) : typeof a === 'string' ? a : '')
    },
    log: (n, level, b, c, rest) => {
      if (n < 2) fail('ERR redis.log() requires two arguments or more.')
      const at = Math.trunc(toNumber(level) ?? fail('ERR First argument must be a number (log level).'))
      if (!(at >= 0 && at < 4)) fail('ERR Invalid debug level.')
      const texts = argumentsOf(n, level, b, c, rest)
        .slice(1)
        .map((each) => (typeof each === 'number' ? formatNumber(each) : each))
      bridge.engine.log(LEVELS[at], texts.filter((each) => typeof each === 'string').join(' '))
      return NONE
    },
    setresp: (n, version) => {
      if (n !== 1) fail('ERR redis.setresp() requires one argument.')
      const protocol = Math.trunc(toNumber(version) ?? 0)
      if (protocol !== 2 && protocol !== 3) return fail('ERR RESP version must be 2 or 3.')
      bridge.protocol = protocol
      return NONE
    },
    // There are no replicas, and a journal has all that a script does.
    set_repl: (n, flags) => {
      if (n !== 1) fail('ERR redis.set_repl() requires two arguments.')
      const number = Math.trunc(toNumber(flags) ?? 0)
      const valid = number >= 0 && number < 4
      if (!valid) fail('ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.')
      return NONE
    },
    replicate_commands: () => true,
    breakpoint: () => false,
    debug: () => NONE,
    acl_check_cmd: (n, a, b, c, rest) => {
      const argv = words(n, a, b, c, rest)
      try {
        const command = bridge.engine.table.find(argv)
        return (bridge.caller?.user?.check(null, command, argv) ?? null) === null
      } catch {
        return fail('ERR Invalid command passed to redis.acl_check_cmd()')
      }
    },
  })
  for (const [name, value] of Object.entries(CONSTANTS)) table.set(name, value)
  // Scripts can see it in _G; here the bridge itself words what ended a script.
  machine.functions({ __redis__err__handler: (_n, a) => (a instanceof Table ? a : tagged('err', `ERR ${machine.toString(a)}`)) })
  return table
}
