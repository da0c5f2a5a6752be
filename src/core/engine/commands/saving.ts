// Saving: https://redis.io/docs/latest/commands/?group=server
import { NO_REPLY, ReplyError } from '../../reply.ts'
import { type Group, row } from '../command.ts'
import { SYNTAX } from '../errors.ts'

const CANNOT_WAIT = new ReplyError('ERR SAVE and SHUTDOWN cannot be waited for here, use BGSAVE')

export const saving: Group = {
  name: 'server',
  rows: [
    row('SAVE', 1, 'admin noscript no_async_loading no_multi', '', ({ engine }, _argv, session) => {
      if (!session.mayBlock) throw CANNOT_WAIT
      return engine.durability.save()
    }),
    row('BGSAVE', -1, 'admin noscript no_async_loading', '', ({ engine }, argv) => {
      if (argv.length > 2 || (argv.length === 2 && argv[1].toUpperCase() !== 'SCHEDULE')) throw SYNTAX
      return engine.durability.bgsave(argv.length === 2)
    }),
    row('LASTSAVE', 1, 'loading stale fast @admin @dangerous nondeterministic_output', '', ({ engine }) => engine.durability.lastSave),
    row('SHUTDOWN', -1, 'admin noscript loading stale no_multi allow_busy', '', ({ engine }, argv, session) => {
      let save: boolean | null = null
      for (const word of argv.slice(1).map((each) => each.toUpperCase())) {
        if (word === 'SAVE' && save !== false) save = true
        else if (word === 'NOSAVE' && save !== true) save = false
        else if (word === 'ABORT' && argv.length === 2) throw new ReplyError('ERR No shutdown in progress.')
        else if (word !== 'NOW' && word !== 'FORCE') throw SYNTAX
      }
      if (!session.mayBlock) throw CANNOT_WAIT
      return engine.close(save).then((reply) => (reply instanceof ReplyError ? reply : NO_REPLY))
    }),
  ],
}
