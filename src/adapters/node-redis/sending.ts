// The way of commands through one connection of node-redis, alone or together.
import type { Argv } from '../../core/client/backend.ts'
import { isLost, RedisError } from '../../core/client/errors.ts'
import { OK, type Reply, ReplyError } from '../../core/reply.ts'
import { someOf, type Word, wordOf } from '../connections/connection.ts'
import type { NodeRedisClient } from './client.ts'
import { failureOf, MAPPING, replyOf } from './replies.ts'

/** With the option `asap` of the user's client a transaction would be sent from its end. */
const OPTIONS = { typeMapping: MAPPING, asap: false }
/** As in node-redis's own pipelines: a timeout for each command, which version 6 has by default, would take ten times as long. */
const TOGETHER = { ...OPTIONS, timeout: undefined }
const MULTI = ['MULTI']
const EXEC = ['EXEC']

/** What node-redis gives for one command. */
export function sendRaw(client: NodeRedisClient, argv: Argv): Promise<unknown> {
  return client.sendCommand(wordsOf(argv), OPTIONS)
}

/** Runs one command. */
export function sendOne(client: NodeRedisClient, argv: Argv): Promise<Reply> {
  return sendRaw(client, argv).then((value) => replyOf(argv, value), failureOf)
}

/** Runs a command at the node that a slot is being moved to: its key has come already, the slot has not. */
export async function sendAsking(client: NodeRedisClient, argv: Argv): Promise<Reply> {
  const [, reply] = (await sendAll(client, [['ASKING'], argv], false))!
  return reply
}

/** Selects a database, which node-redis selects again after a reconnection if it is told so. */
export function select(client: NodeRedisClient, database: number): Promise<Reply> {
  return client.select(database).then(() => OK, failureOf)
}

/** Runs commands together. See Sender.sendAll. @param asking whether the slot of a transaction's keys is only coming to that node */
export async function sendAll(
  client: NodeRedisClient,
  commands: readonly Argv[],
  atomic: boolean,
  asking = false,
): Promise<Reply[] | null> {
  const options = { ...TOGETHER, chainId: Symbol('commands') }
  const send = (argv: Argv): Promise<unknown> => client.sendCommand(wordsOf(argv), options).catch(failureOf)
  if (!atomic) return someOf(decodeAll(commands, await Promise.all(commands.map(send))), commands)
  if (asking) void send(['ASKING'])
  const lines = [MULTI, ...commands, EXEC]
  const outcomes = await Promise.all(lines.map(send))
  const result = outcomes.pop()
  if (result instanceof ReplyError) throw refused(result, lines, outcomes)
  return result === null ? null : decodeAll(commands, result as unknown[])
}

/** In place: pipelines are long. */
function decodeAll(commands: readonly Argv[], values: unknown[]): Reply[] {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    values[i] = value instanceof ReplyError ? value : replyOf(commands[i], value)
  }
  return values as Reply[]
}

/** EXEC failed. The first command that could not be queued is the cause, or MULTI itself, unless the server was lost. */
function refused(failure: ReplyError, lines: readonly Argv[], outcomes: readonly unknown[]): RedisError {
  const at = outcomes.findIndex((outcome) => outcome instanceof ReplyError)
  const cause = at < 0 || isLost(failure) ? failure.cause : RedisError.from(outcomes[at] as ReplyError, lines[at][0])
  return RedisError.from(new ReplyError(failure.text, cause), 'EXEC')
}

function wordsOf(argv: Argv): Word[] {
  const words: Word[] = argv.slice() // of that very length: most commands are short, and there are many at a time
  for (let i = 1; i < words.length; i++) words[i] = wordOf(argv[i])
  return words
}
