// Commands that would leave a connection in another state. The client shares one for all it does, so wherever it lets any
// command be said, it refuses these.
import { type ByteString, fromUint8Array } from '../bytes.ts'
import { commandName, type Value } from './arguments.ts'
import { unsupported } from './errors.ts'

const SUBSCRIBE_INSTEAD = 'use redis.subscribe(), psubscribe() or ssubscribe()'
/** Each with what to use instead. */
export const CONNECTION_COMMANDS: Readonly<Record<string, string>> = {
  MULTI: 'use redis.multi()',
  EXEC: 'use redis.multi()',
  DISCARD: 'use redis.multi()',
  WATCH: 'use redis.watch()',
  UNWATCH: 'use redis.watch()',
  SUBSCRIBE: SUBSCRIBE_INSTEAD,
  PSUBSCRIBE: SUBSCRIBE_INSTEAD,
  SSUBSCRIBE: SUBSCRIBE_INSTEAD,
  UNSUBSCRIBE: SUBSCRIBE_INSTEAD,
  PUNSUBSCRIBE: SUBSCRIBE_INSTEAD,
  SUNSUBSCRIBE: SUBSCRIBE_INSTEAD,
  MONITOR: 'it never ends',
  SYNC: 'it never ends',
  PSYNC: 'it never ends',
  REPLCONF: 'it is for replicas',
  AUTH: 'make a new client',
  HELLO: 'the client chooses the protocol',
  RESET: 'make a new client',
  QUIT: 'use redis.close()',
}

/** The name of a command as backends know it. @throws TypeError if it is no text; RedisError if no reply could be told from another */
export function anyCommand(name: string, [word]: readonly Value[]): ByteString {
  const command = commandName(name)
  const isReply = command === 'CLIENT' && /^reply$/i.test(word instanceof Uint8Array ? fromUint8Array(word) : String(word))
  if (isReply) throw unsupported('CLIENT REPLY', 'each call gets its reply')
  return command
}

/** The same where the connection is shared. @throws RedisError if the command would change it */
export function sharedCommand(name: string, args: readonly Value[]): ByteString {
  const command = anyCommand(name, args)
  const instead = CONNECTION_COMMANDS[command]
  if (instead !== undefined) throw unsupported(command, instead)
  return command
}
