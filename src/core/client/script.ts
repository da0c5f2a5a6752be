// What the client asks of a script, and how it runs one: by its SHA-1, with its source where the server does not know it.
// A backend in process that can run the script's tree is given that before. Who makes scripts is none of core's business.
import type { ByteString } from '../bytes.ts'
import { type Reply, ReplyError } from '../reply.ts'
import type { Argv, Backend } from './backend.ts'
import type { Decode, Text, ToText } from './decode.ts'
import { RedisError } from './errors.ts'
import { slotOf } from '../slots.ts'

/** The words that a script is called with. */
export interface ScriptCall {
  readonly keys: readonly ByteString[]
  readonly args: readonly ByteString[]
}

/** A script for backends that can run trees: it is called by its SHA-1, and the tree of its main function runs. */
export interface ScriptTree {
  /** The SHA-1 of its source, in hexadecimal. */
  readonly sha: ByteString
  /** Its main function, as `src/scripts/tree.ts` has it. */
  readonly body: unknown
}

/** A script as a backend sees it. */
export interface ScriptSource extends ScriptTree {
  /** What errors call it. */
  readonly name: string
  /** In Lua. */
  readonly source: ByteString
}

/** A script as `defineScript` makes it. */
export interface Script<Keys, Args, Result> extends ScriptSource {
  /** Checks what the script is called with. @throws TypeError for what is missing or of the wrong type */
  words(keys: Keys, args: Args): ScriptCall
  /** Makes the result of a reply. */
  readonly decode: Decode<Text, Result>
  /** An error with the place in the author's code. */
  explain(error: ReplyError): ReplyError
}

/** What a script gives, with `Uint8Array` for strings where the client gives that. */
export type Returned<R, T extends Text> = string extends T
  ? R
  : R extends string
    ? T
    : R extends number | bigint | boolean | null
      ? R
      : R extends readonly (infer Item)[]
        ? Returned<Item, T>[]
        : { [F in keyof R]: Returned<R[F], T> }

/** What a script is called with. The arguments may be left out if there are none. */
export type Given<Keys, Args> = keyof Args extends never ? [keys: Keys, args?: Args] : [keys: Keys, args: Args]

/** A call of a script as a command line. @throws TypeError; RedisError if its keys are in different slots of a cluster */
export function scriptLine<K, A>(
  { multipleSlots }: Backend['capabilities'],
  script: Script<K, A, unknown>,
  [keys, args]: Given<K, A>,
  bySource: boolean,
): ByteString[] {
  const call = script.words(keys, args as A)
  if (!multipleSlots && new Set(call.keys.map(slotOf)).size > 1) {
    throw new RedisError(`CROSSSLOT Keys of the script ${script.name} don't hash to the same slot`, { command: 'EVALSHA' })
  }
  const line = bySource ? ['EVAL', script.source] : ['EVALSHA', script.sha]
  line.push(String(call.keys.length))
  for (const key of call.keys) line.push(key)
  for (const arg of call.args) line.push(arg)
  return line
}

/** Runs a script. */
export function runScript(backend: Backend, script: ScriptSource, line: Argv): Reply | Promise<Reply> {
  backend.loadScript?.(script)
  const reply = backend.call(line)
  return reply instanceof Promise ? reply.then((settled) => again(backend, script, line, settled)) : again(backend, script, line, reply)
}

/** A server that has not seen the script, or has forgotten it, gets its source. */
function again(backend: Backend, script: ScriptSource, line: Argv, reply: Reply): Reply | Promise<Reply> {
  const unknown = reply instanceof ReplyError && reply.text.startsWith('NOSCRIPT')
  return unknown ? backend.call(['EVAL', script.source, ...line.slice(2)]) : reply
}

/** What a script's reply says. @throws RedisError */
export function scriptResult<T extends Text, R>(reply: Reply, script: Script<never, never, R>, toText: ToText<T>): Returned<R, T> {
  if (reply instanceof ReplyError) throw scriptError(reply, script)
  return script.decode(reply, toText) as Returned<R, T>
}

export function scriptError(reply: ReplyError, script: Script<never, never, unknown>): RedisError {
  return RedisError.from(script.explain(reply), 'EVALSHA')
}
