// Saving: https://redis.io/docs/latest/commands/?group=server
import { NO_REPLY, ReplyError } from '../../reply.ts'
import { integerIn, milliseconds, positive } from '../arguments.ts'
import { type Argv, type Group, type Result, row } from '../command.ts'
import type { Database } from '../database.ts'
import { NOT_INTEGER, notBetween, SYNTAX } from '../errors.ts'
import type { Session } from '../session.ts'

const CANNOT_WAIT = new ReplyError('ERR SAVE and SHUTDOWN cannot be waited for here, use BGSAVE')
const LOCAL_RANGE = notBetween(0, 1)

export const saving: Group = {
  name: 'server',
  rows: [
    row('SAVE', 1, 'admin noscript no_async_loading no_multi', '', ({ engine }, _argv, session) => {
      if (!session.mayBlock) throw CANNOT_WAIT
      return engine.durability.save()
    }),
    row('BGSAVE', -1, 'admin noscript no_async_loading', '', ({ engine }, argv, { inExec }) => {
      if (argv.length > 2 || (argv.length === 2 && argv[1].toUpperCase() !== 'SCHEDULE')) throw SYNTAX
      return engine.durability.bgsave(argv.length === 2, inExec)
    }),
    row('BGREWRITEAOF', 1, 'admin noscript no_async_loading', '', ({ engine }, _argv, { inExec }) => engine.durability.rewrite(inExec)),
    row('LASTSAVE', 1, 'loading stale fast @admin @dangerous nondeterministic_output', '', ({ engine }) => engine.durability.lastSave),
    row('SHUTDOWN', -1, 'admin noscript loading stale no_multi allow_busy', '', ({ engine }, argv, session) => {
      let save: boolean | null = null
      const words = argv.slice(1).map((each) => each.toUpperCase())
      for (const word of words) {
        if (word === 'SAVE' && save !== false) save = true
        else if (word === 'NOSAVE' && save !== true) save = false
        else if (word === 'ABORT' && argv.length === 2) throw new ReplyError('ERR No shutdown in progress.')
        else if (word !== 'NOW' && word !== 'FORCE') throw SYNTAX
      }
      if (!session.mayBlock) throw CANNOT_WAIT
      return engine
        .close(save, words.includes('FORCE'), words.includes('NOW'))
        .then((reply) => (reply instanceof ReplyError ? reply : NO_REPLY))
    }),
    row('WAITAOF', 4, 'noscript blocking @connection request_policy:all_shards response_policy:agg_min', '', waitAof),
  ],
}

/** WAITAOF numlocal numreplicas timeout: https://redis.io/docs/latest/commands/waitaof/ */
function waitAof({ engine }: Database, argv: Argv, session: Session): Result {
  const local = integerIn(argv[1], 0, 1, LOCAL_RANGE, NOT_INTEGER)
  positive(argv[2])
  const limit = milliseconds(argv[3])
  // Asking for no local copy succeeds even without a journal.
  if (local === 0) return [0, 0]
  const synced = engine.durability.sync()
  // It waits as a blocking command does, on no key: its timeout, CLIENT UNBLOCK and the end of the session end it.
  const reply = session.block(argv, { keys: [], type: 'string', timeout: limit, onTimeout: [0, 0], attempt: () => undefined })
  const { waiter } = session
  void synced.then((error) => waiter !== null && session.waiter === waiter && waiter.settle(error ?? [1, 0]))
  return reply
}
