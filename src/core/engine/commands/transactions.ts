// MULTI and WATCH: https://redis.io/docs/latest/commands/?group=transactions
import { OK, ReplyError } from '../../reply.ts'
import { type Group, row } from '../command.ts'

const NESTED = new ReplyError('ERR MULTI calls can not be nested')
const WATCH_INSIDE = new ReplyError('ERR WATCH inside MULTI is not allowed')
const EXEC_WITHOUT = new ReplyError('ERR EXEC without MULTI')
const DISCARD_WITHOUT = new ReplyError('ERR DISCARD without MULTI')

export const transactions: Group = {
  name: 'transactions',
  rows: [
    row('MULTI', 1, 'noscript loading stale fast allow_busy', '', (_db, _argv, session) => {
      if (session.transaction.open) throw NESTED
      session.transaction.queue = []
      session.restrict()
      return OK
    }),
    row('EXEC', 1, 'noscript loading stale skip_slowlog', '', (_db, _argv, session) => {
      if (!session.transaction.open) throw EXEC_WITHOUT
      try {
        return session.transaction.exec()
      } finally {
        session.restrict()
      }
    }),
    row('DISCARD', 1, 'noscript loading stale fast allow_busy', '', (_db, _argv, session) => {
      if (!session.transaction.open) throw DISCARD_WITHOUT
      session.transaction.discard()
      session.restrict()
      return OK
    }),
    row('WATCH', -2, 'noscript loading stale fast allow_busy', '1..-1 RO', (db, argv, session) => {
      if (session.transaction.open) throw WATCH_INSIDE
      for (let i = 1; i < argv.length; i++) session.transaction.watch(db, argv[i])
      return OK
    }),
    row('UNWATCH', 1, 'noscript loading stale fast allow_busy', '', (_db, _argv, session) => {
      session.transaction.unwatch()
      return OK
    }),
  ],
}
