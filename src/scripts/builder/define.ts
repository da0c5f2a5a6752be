// The entry `isodis/scripts`: a script as its author defines it, ready to be run by a client.
import { type ByteString, encodeUtf8 } from '../../core/bytes.ts'
import type { Key } from '../../core/client/arguments.ts'
import type { Decode, Text } from '../../core/client/decode.ts'
import type { Script, ScriptCall } from '../../core/client/script.ts'
import { ReplyError } from '../../core/reply.ts'
import { sha1 } from '../../core/sha1.ts'
import type { FunctionExpression } from '../tree.ts'
import { Builder } from './builder.ts'
import { checkKeyType, type KeyType, type KeyTypes } from './keys.ts'
import { Program } from './program.ts'
import { decodeResult, encodeInput, type InputOf, type Schema, type Shape, shapeOf, STRING, type TypeOf } from './schema.ts'
import type { Anything, Expr, Give, Leaves, ValueOf } from './types.ts'

export type { Script } from '../../core/client/script.ts'
export type { Builder } from './builder.ts'
export type { AnyKey, HashKey, KeyType, ListKey, SetKey, SortedSetKey, StreamKey, StringKey } from './keys.ts'
export { dictionary, nullable, type Schema, type TypeOf } from './schema.ts'
export type { Anything, Expr, Give, Leaves, Local, Untyped, Value } from './types.ts'

/** What a script is called, and what it takes and gives. */
export interface Definition {
  /** Its name in error messages. */
  readonly name: string
  /** Its keys with their types, in order. Default: none */
  readonly keys?: Readonly<Record<string, KeyType>>
  /** Its arguments with their types, in order. Default: none */
  readonly args?: Readonly<Record<string, Schema>>
  /** The type of its result. Default: that of what the function returns; required for scripts that use `$.return` */
  readonly returns?: Schema
}

type KeysOf<D extends Definition> = { readonly [K in keyof D['keys']]: D['keys'][K] extends KeyType ? KeyTypes[D['keys'][K]] : never }
type ArgsOf<D extends Definition> = { readonly [A in keyof D['args']]: Expr<TypeOf<D['args'][A]>> }
type Returned<D extends Definition> = D extends { readonly returns: infer S } ? TypeOf<S> : never
/** What the function may return: with `returns` that, or nothing if it has said `$.return`. */
type Returnable<D extends Definition> = D extends { readonly returns: infer S } ? Give<TypeOf<S>> | Leaves | void : Anything | void
type Result<D extends Definition, V> = D extends { readonly returns: infer S } ? TypeOf<S> : ValueOf<V>
type Names<T> = { readonly [K in keyof T]: Key }
type Inputs<T> = { readonly [A in keyof T]: InputOf<T[A]> }

/** A defined script, for `redis.script()`. */
export interface DefinedScript<Keys, Args, Result> extends Script<Keys, Args, Result> {
  /** The Lua source that servers get. */
  toLua(): string
}

/**
 * Defines a script.
 * @param build writes the script: it is called once, immediately, and what it calls on `$`, on the keys and on expressions
 * becomes the script's statements
 * @throws TypeError if the definition is invalid
 */
export function defineScript<const D extends Definition, V extends Returnable<D>>(
  definition: D,
  build: ($: Builder<Returned<D>>, keys: KeysOf<D>, args: ArgsOf<D>) => V,
): DefinedScript<Names<D['keys'] & {}>, Inputs<D['args'] & {}>, Result<D, V>> {
  const { name, keys = {}, args = {}, returns } = definition
  try {
    for (const type of Object.values(keys)) checkKeyType(type)
    const shapes = Object.fromEntries(Object.entries(args).map(([arg, schema]) => [arg, shapeOf(schema)]))
    const program = new Program()
    const start = Builder.start(program, Object.keys(keys), shapes, returns === undefined ? undefined : shapeOf(returns))
    start.end(build(start.builder as never, start.keys as never, start.args as never))
    return new CompiledScript(name, Object.keys(keys), shapes, program) as never
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith('script ')) error.message = `script ${name}: ${error.message}`
    throw error
  }
}

/** An error's place in the script, as servers say it behind the message (Valkey 9 without the SHA-1) and in front of it. */
const PLACE = /,? script: (?:\w+, )?on @?user_script:(\d+)\.?$/
const IN_FRONT = /^(?:(?!user_script)\w+ )?(?:ERR )?(?:@?user_script: ?(\d+): )/

/** A key or an argument that a caller has to give. */
interface Wanted {
  readonly name: string
  readonly what: string
  readonly shape: Shape
}

class CompiledScript implements Script<never, never, unknown> {
  readonly name: string
  readonly body: FunctionExpression
  readonly source: ByteString
  readonly decode: Decode<Text, unknown>
  readonly #keys: readonly Wanted[]
  readonly #args: readonly Wanted[]
  readonly #sites: readonly string[]
  #sha: string | undefined

  constructor(name: string, keys: readonly string[], args: Readonly<Record<string, Shape>>, program: Program) {
    const { chunk, lua, sites } = program.finish()
    this.name = name
    this.body = chunk
    this.source = lua
    this.#keys = keys.map((key) => ({ name: key, what: `key ${key}`, shape: STRING }))
    this.#args = Object.entries(args).map(([arg, shape]) => ({ name: arg, what: `argument ${arg}`, shape }))
    this.#sites = sites
    this.decode = decodeResult(program.result ?? { kind: 'null' })
  }

  get sha(): string {
    return (this.#sha ??= sha1(this.source))
  }

  toLua(): string {
    return this.source
  }

  words(keys: unknown, args: unknown): ScriptCall {
    return { keys: this.#given(this.#keys, keys), args: this.#given(this.#args, args) }
  }

  /** Words in the order of the declaration; what was not declared is left out. @throws TypeError for what is missing */
  #given(wanted: readonly Wanted[], given: unknown): ByteString[] {
    const words: ByteString[] = []
    for (const { name, what, shape } of wanted) {
      const value = (given as Readonly<Record<string, unknown>> | undefined)?.[name]
      if (value === undefined) throw new TypeError(`script ${this.name}: the ${what} is missing`)
      words.push(
        typeof value === 'string' && shape === STRING ? encodeUtf8(value) : encodeInput(value, shape, `script ${this.name}: the ${what}`),
      )
    }
    return words
  }

  explain({ text, cause }: ReplyError): ReplyError {
    const line = IN_FRONT.exec(text)?.[1] ?? PLACE.exec(text)?.[1]
    const site = line === undefined ? undefined : this.#sites[Number(line)]
    const plain = text.replace(PLACE, '').replace(IN_FRONT, 'ERR ')
    return new ReplyError(`${plain} (script ${encodeUtf8(this.name)}${site ? `, ${encodeUtf8(site)}` : ''})`, cause)
  }
}
