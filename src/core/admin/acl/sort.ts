// SORT reads keys that its command line does not name: BY and GET are for those who may read every key.
import { type Argv, type CommandTable, type Group, type Row } from '../../engine/command.ts'
import type { Session } from '../../engine/session.ts'
import { ReplyError } from '../../reply.ts'
import { Account } from './user.ts'

const denied = (option: string): ReplyError => new ReplyError(`ERR ${option} option of SORT denied due to insufficient ACL permissions.`)

export function sortGroup(table: CommandTable): Group {
  return { name: 'generic', rows: [guarded(table, 'sort'), guarded(table, 'sort_ro')] }
}

function guarded(table: CommandTable, name: string): Row {
  const known = table.get(name)!
  return {
    ...known,
    handler: (db, argv, session) => {
      if (session.user?.limited) check(session, argv)
      return known.handler(db, argv, session)
    },
  }
}

/** Up to what is no option, which is the command's to refuse. @throws ReplyError */
function check({ engine, user }: Session, argv: Argv): void {
  if (user instanceof Account && user.mayReadEverything(engine.table.find(argv), argv)) return
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (!/^(asc|desc|alpha|limit|by|get|store)$/i.test(word)) return
    // One without a star looks nothing up.
    if (word === 'BY' && left >= 1 && argv[i + 1].includes('*')) throw denied(word)
    if (word === 'GET' && left >= 1) throw denied(word)
    i += word === 'LIMIT' ? 2 : word === 'BY' || word === 'STORE' ? 1 : 0
  }
}
