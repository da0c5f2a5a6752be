// Libraries of functions: https://redis.io/docs/latest/develop/programmability/functions-intro/
// They have a Lua state of their own. A library's code runs once, when it is loaded; then it may only register functions.
import type { ByteString } from '../../../core/bytes.ts'
import { type Argv, container, type Handler, type Row, row } from '../../../core/engine/command.ts'
import { help } from '../../../core/engine/commands/help.ts'
import type { Engine } from '../../../core/engine/engine.ts'
import { subcommandSyntax } from '../../../core/engine/errors.ts'
import { matches } from '../../../core/engine/glob.ts'
import { feedMonitors } from '../../../core/engine/monitor.ts'
import { dumpLibraries, restoreLibraries } from '../../../core/persistence/rdb/dump.ts'
import { MapReply, OK, type Reply, ReplyError, SetReply, Status } from '../../../core/reply.ts'
import { keysOf, refusing } from '../../run.ts'
import type { Bridge, Permission } from '../bridge.ts'
import { ScriptStopped } from '../errors.ts'
import { tagged } from '../replies.ts'
import { Table } from '../table.ts'
import { Builtin, LuaFunction, type LuaValue, NONE } from '../value.ts'
import { compileSource, effective, NOT_BUSY, sizeOfScript } from './eval.ts'
import { FLAGS, permissionOf, splitShebang } from './shebang.ts'

const NOT_FOUND = new ReplyError('ERR Function not found')
const NO_LIBRARY = new ReplyError('ERR Library not found')
const BAD_KEYS = new ReplyError('ERR Bad number of keys provided')
const MISSING_METADATA = new ReplyError('ERR Missing library metadata')
const INVALID_METADATA = new ReplyError('ERR Invalid library metadata')
const TWO_NAMES = new ReplyError('ERR Invalid metadata value, name argument was given multiple times')
const NO_NAME = new ReplyError('ERR Library name was not given')
const NAME_RULE = 'Library names can only contain letters, numbers, or underscores(_) and must be at least one character long'
const NO_FUNCTIONS = new ReplyError('ERR No functions registered')
const FLUSH_OPTION = new ReplyError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option')
const POLICY = new ReplyError('ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.')
const NO_PATTERN = new ReplyError('ERR library name argument was not given')
const LOAD_TIME_MS = 500 // function_lua.c
const LOAD_TIMEOUT = 'FUNCTION LOAD timeout'

interface RegisteredFunction {
  readonly name: ByteString
  readonly library: ByteString
  readonly description: ByteString | null
  readonly flags: readonly string[]
  readonly permission: Permission
  readonly fn: LuaFunction
}

interface LibraryOfFunctions {
  readonly name: ByteString
  readonly code: ByteString
  readonly bytes: number
  readonly functions: Map<ByteString, RegisteredFunction>
}

/** A function's name in any case is the same. */
const fold = (name: ByteString): string => name.toLowerCase()

/** Libraries whose names, and whose functions' names, are all different. */
class Libraries {
  readonly byName: Map<ByteString, LibraryOfFunctions>
  /** By the names of functions. */
  readonly functions: Map<string, RegisteredFunction>
  /** What they take. */
  bytes = 0

  constructor(others?: Libraries) {
    this.byName = new Map(others?.byName)
    this.functions = new Map(others?.functions)
    this.bytes = others?.bytes ?? 0
  }

  /** @throws ReplyError if names collide, and then nothing has changed */
  add(library: LibraryOfFunctions, replace: boolean): void {
    const { name, functions, bytes } = library
    if (this.byName.has(name) && !replace) throw new ReplyError(`ERR Library ${name} already exists`)
    for (const each of functions.keys()) {
      const taken = this.functions.get(fold(each))
      if (taken !== undefined && taken.library !== name) throw new ReplyError(`ERR Function ${each} already exists`)
    }
    this.delete(name)
    this.byName.set(name, library)
    this.bytes += bytes
    for (const [each, fn] of functions) if (!this.functions.has(fold(each))) this.functions.set(fold(each), fn)
  }

  /** @returns whether it was there */
  delete(name: ByteString): boolean {
    const library = this.byName.get(name)
    if (library === undefined) return false
    for (const each of library.functions.keys()) this.functions.delete(fold(each))
    this.bytes -= library.bytes
    return this.byName.delete(name)
  }
}

/** The libraries of an engine. */
export class Functions {
  readonly bridge: Bridge
  #all = new Libraries()
  /** What the engine's memory counts of them. */
  #counted = 0
  /** What code sees while it is loaded. */
  readonly #loadGlobals: Table
  #loading: LibraryOfFunctions | null = null

  constructor(bridge: Bridge) {
    this.bridge = bridge
    this.#loadGlobals = this.#makeLoadGlobals()
  }

  get libraries(): readonly LibraryOfFunctions[] {
    return [...this.#all.byName.values()]
  }

  get count(): number {
    return this.#all.functions.size
  }

  get(name: ByteString): RegisteredFunction | undefined {
    return this.#all.functions.get(fold(name))
  }

  /** Loads a library. @returns its name; @throws ReplyError, and then nothing has changed */
  load(code: ByteString, replace: boolean): ByteString {
    const library = this.#read(code, replace ? null : this.#all.byName)
    this.#all.add(library, replace)
    this.#become(this.#all)
    return library.name
  }

  /** Loads libraries together, all or none. */
  restore(codes: readonly ByteString[], policy: 'FLUSH' | 'APPEND' | 'REPLACE'): void {
    const read = codes.map((code) => this.#read(code, null))
    const all = new Libraries(policy === 'FLUSH' ? undefined : this.#all)
    // All that are replaced go first: a function may have moved from one of them to another.
    if (policy === 'REPLACE') for (const { name } of read) all.delete(name)
    for (const library of read) all.add(library, false)
    this.#become(all)
  }

  /** Makes libraries ready to take the place of all that are there. */
  prepare(codes: readonly ByteString[]): () => void {
    const all = new Libraries()
    for (const code of codes) all.add(this.#read(code, null), false)
    return () => this.#become(all)
  }

  /** @returns whether it was there */
  delete(name: ByteString): boolean {
    const found = this.#all.delete(name)
    this.#become(this.#all)
    return found
  }

  clear(): void {
    this.#become(new Libraries())
  }

  #become(all: Libraries): void {
    this.#all = all
    this.bridge.engine.memory.beside += all.bytes - this.#counted
    this.#counted = all.bytes
  }

  /** Compiles and runs a library's code. @param taken libraries whose names it may not have */
  #read(code: ByteString, taken: ReadonlyMap<ByteString, unknown> | null): LibraryOfFunctions {
    const { name, source } = metadata(code)
    if (taken?.has(name)) throw new ReplyError(`ERR Library '${name}' already exists`)
    const library: LibraryOfFunctions = { name, code, bytes: sizeOfScript(code), functions: new Map() }
    const chunk = compileSource(this.bridge.machine, source, '@user_function', 'function', this.#loadGlobals)
    this.#loading = library
    try {
      this.bridge.load(chunk, LOAD_TIME_MS, LOAD_TIMEOUT)
    } catch (error) {
      throw new ReplyError(`ERR Error registering functions: ${this.#textOf(error)}`)
    } finally {
      this.#loading = null
    }
    if (library.functions.size === 0) throw NO_FUNCTIONS
    return library
  }

  #textOf(thrown: unknown): string {
    if (thrown instanceof ScriptStopped) return `ERR ${thrown.text}`
    return this.bridge.textOf(this.bridge.machine.caught(thrown).value)
  }

  #makeLoadGlobals(): Table {
    const { machine } = this.bridge
    const redis = new Table()
    const full = machine.globals.get('redis') as Table
    for (let slot = 0; slot < full.keys.length; slot++) {
      const name = full.keys[slot]
      if (typeof name === 'string' && /^LOG_|^REDIS_|^log$/.test(name)) redis.set(name, full.values[slot])
    }
    redis.set('register_function', new Builtin((n, a, b) => this.#register(n, a, b)))
    redis.metatable = refusing(machine)
    redis.readonly = redis.metatable.readonly = true
    const globals = new Table()
    globals.set('redis', redis)
    globals.readonly = true
    return globals
  }

  #register(n: number, a: LuaValue, b: LuaValue): readonly LuaValue[] {
    const fail = (message: string): never => this.bridge.machine.raise(tagged('err', `ERR ${message}`))
    const library = this.#loading
    if (library === null) return fail('redis.register_function can only be called on FUNCTION LOAD command')
    if (n < 1 || n > 2) return fail('wrong number of arguments to redis.register_function')
    const { name, description, flags, fn } = n === 1 ? named(a, fail) : positional(a, b, fail)
    if (!/^\w+$/.test(name)) return fail(NAME_RULE)
    if (library.functions.has(name)) return fail('Function already exists in the library')
    library.functions.set(name, { name, library: library.name, description, flags, permission: permissionOf(flags), fn })
    return NONE
  }
}

type Registration = Pick<RegisteredFunction, 'name' | 'description' | 'flags' | 'fn'>
type Fail = (message: string) => never

const isText = (value: LuaValue): value is string | number => typeof value === 'string' || typeof value === 'number'

function positional(name: LuaValue, fn: LuaValue, fail: Fail): Registration {
  if (!isText(name)) return fail('first argument to redis.register_function must be a string')
  if (!(fn instanceof LuaFunction)) return fail('second argument to redis.register_function must be a function')
  return { name: String(name), description: null, flags: [], fn }
}

function named(table: LuaValue, fail: Fail): Registration {
  if (!(table instanceof Table)) {
    return fail('calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments).')
  }
  let name: ByteString | null = null
  let description: ByteString | null = null
  let flags: string[] = []
  let fn: LuaFunction | null = null
  for (let place = table.seek(0); place >= 0; place = table.seek(place + 1)) {
    const key = table.keyAt(place)
    const value = table.valueAt(place)
    if (!isText(key)) return fail('named argument key given to redis.register_function is not a string')
    switch (String(key).toLowerCase()) {
      case 'function_name':
        if (!isText(value)) return fail('function_name argument given to redis.register_function must be a string')
        name = String(value)
        break
      case 'description':
        if (!isText(value)) return fail('description argument given to redis.register_function must be a string')
        description = String(value)
        break
      case 'callback':
        if (!(value instanceof LuaFunction)) return fail('callback argument given to redis.register_function must be a function')
        fn = value
        break
      case 'flags':
        if (!(value instanceof Table)) return fail('flags argument to redis.register_function must be a table representing function flags')
        flags = []
        for (let i = 1, flag = value.get(1); flag !== undefined; flag = value.get(++i)) {
          flags.push(FLAGS.find((known) => known === flag) ?? fail('unknown flag given'))
        }
        break
      default:
        return fail('unknown argument given to redis.register_function')
    }
  }
  if (name === null) return fail('redis.register_function must get a function name argument')
  if (fn === null) return fail('redis.register_function must get a callback argument')
  return { name, description, flags, fn }
}

/** `#!lua name=mylib`, and the code behind it. */
function metadata(code: ByteString): { name: ByteString; source: ByteString } {
  if (!code.startsWith('#!')) throw MISSING_METADATA
  const { words, code: source } = splitShebang(code, INVALID_METADATA)
  if (words === null) throw INVALID_METADATA
  const [first, ...options] = words
  const engine = first.slice('#!'.length)
  let name: ByteString | null = null
  for (const option of options) {
    if (!/^name=/i.test(option)) throw new ReplyError(`ERR Invalid metadata value given: ${option}`)
    if (name !== null) throw TWO_NAMES
    name = option.slice('name='.length)
  }
  if (name === null) throw NO_NAME
  if (!/^\w+$/.test(name)) throw new ReplyError(`ERR ${NAME_RULE}`)
  if (engine.toLowerCase() !== 'lua') throw new ReplyError(`ERR Engine '${engine}' not found`)
  return { name, source }
}

/** @param of the libraries of an engine */
export function functionRows(of: (engine: Engine) => Functions): Row[] {
  const call =
    (readOnly: boolean): Handler =>
    ({ engine }, argv, session) => {
      feedMonitors(session, argv)
      const functions = of(engine)
      const found = functions.get(argv[1])
      if (found === undefined) throw NOT_FOUND
      const { keys, rest } = keysOf(argv, BAD_KEYS)
      const permission = effective(engine, found.permission, readOnly)
      return functions.bridge.run(session, found.fn, found.name, permission, Table.grown(keys), Table.grown(rest))
    }
  const write = 'request_policy:all_shards response_policy:all_succeeded'
  return [
    row('FCALL', -3, 'noscript stale skip_monitor no_mandatory_keys may_replicate', '#2 RW access update', call(false)),
    row('FCALL_RO', -3, 'readonly noscript stale skip_monitor no_mandatory_keys', '#2 RO access', call(true)),
    container('FUNCTION', -2, '', [
      row('FUNCTION|DELETE', 3, `write noscript ${write}`, '', ({ engine }, argv) => {
        if (!of(engine).delete(argv[2])) throw NO_LIBRARY
        engine.dirty++
        return OK
      }),
      row('FUNCTION|DUMP', 2, 'noscript', '', ({ engine }) => dumpLibraries(of(engine).libraries.map(({ code }) => code))),
      row('FUNCTION|FLUSH', -2, `write noscript ${write}`, '', ({ engine }, argv) => {
        if (argv.length > 3) throw subcommandSyntax(argv)
        if (argv.length === 3 && !/^a?sync$/i.test(argv[2])) throw FLUSH_OPTION
        of(engine).clear()
        engine.dirty++
        return OK
      }),
      // A function runs to its end before any other command is heard: there is never one to be killed.
      row('FUNCTION|KILL', 2, 'noscript allow_busy request_policy:all_shards response_policy:one_succeeded', '', () => {
        throw NOT_BUSY
      }),
      row('FUNCTION|LIST', -2, 'noscript nondeterministic_output_order', '', ({ engine }, argv) => list(of(engine), argv)),
      row('FUNCTION|LOAD', -3, `write denyoom noscript ${write}`, '', ({ engine }, argv) => {
        let replace = false
        for (const word of argv.slice(2, -1)) {
          if (word.toUpperCase() !== 'REPLACE') throw new ReplyError(`ERR Unknown option given: ${word}`)
          replace = true
        }
        const name = of(engine).load(argv[argv.length - 1], replace)
        engine.dirty++
        return name
      }),
      row('FUNCTION|RESTORE', -3, `write denyoom noscript ${write}`, '', ({ engine }, argv) => {
        if (argv.length > 4) throw subcommandSyntax(argv)
        const policy = argv[3]?.toUpperCase() ?? 'APPEND'
        if (policy !== 'APPEND' && policy !== 'REPLACE' && policy !== 'FLUSH') throw POLICY
        of(engine).restore(restoreLibraries(argv[2]), policy)
        engine.dirty++
        return OK
      }),
      row(
        'FUNCTION|STATS',
        2,
        'noscript allow_busy nondeterministic_output request_policy:all_shards response_policy:special',
        '',
        ({ engine }) => {
          const counts = ['libraries_count', of(engine).libraries.length, 'functions_count', of(engine).count]
          return new MapReply(['running_script', null, 'engines', new MapReply(['LUA', new MapReply(counts)])])
        },
      ),
      help('FUNCTION'),
    ]),
  ]
}

/** FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE] */
function list(functions: Functions, argv: Argv): Reply {
  let pattern: ByteString | null = null
  let code = false
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    if (word === 'WITHCODE' && !code) code = true
    else if (word === 'LIBRARYNAME' && pattern === null) {
      if (++i >= argv.length) throw NO_PATTERN
      pattern = argv[i]
    } else throw new ReplyError(`ERR Unknown argument ${argv[i]}`)
  }
  return functions.libraries
    .filter(({ name }) => pattern === null || matches(pattern.toLowerCase(), name.toLowerCase()))
    .map((library) => {
      const shown = [...library.functions.values()].map(
        ({ name, description, flags }) =>
          new MapReply([
            'name',
            name,
            'description',
            description,
            'flags',
            new SetReply(FLAGS.filter((flag) => flags.includes(flag)).map((flag) => new Status(flag))),
          ]),
      )
      const fields: Reply[] = ['library_name', library.name, 'engine', 'LUA', 'functions', shown]
      return new MapReply(code ? [...fields, 'library_code', library.code] : fields)
    })
}
