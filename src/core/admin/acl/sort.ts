// SORT reads keys that its command line does not name: BY and GET are for those who may read every key, and not for clusters.
import { type Argv, type CommandTable, type Group, type Row } from '../../engine/command.ts'
import type { Session } from '../../engine/session.ts'
import { parseInt64 } from '../../numbers.ts'
import { ReplyError } from '../../reply.ts'
import { Account } from './user.ts'

const RIGHTS = 'due to insufficient ACL permissions'
const CLUSTER = 'in Cluster mode'

export function sortGroup(table: CommandTable): Group {
  return { name: 'generic', rows: [guarded(table, 'sort'), guarded(table, 'sort_ro')] }
}

function guarded(table: CommandTable, name: string): Row {
  const known = table.get(name)!
  return {
    ...known,
    handler: (db, argv, session) => {
      if (session.user?.limited || session.engine.slots !== null) check(session, argv)
      return known.handler(db, argv, session)
    },
  }
}

/** Looks at the options up to the first mistake, which the command itself refuses. @throws ReplyError */
function check({ engine, user }: Session, argv: Argv): void {
  const mayRead = !user?.limited || (user instanceof Account && user.mayReadEverything(engine.table.find(argv), argv))
  if (mayRead && engine.slots === null) return
  const denied = (option: string): ReplyError => new ReplyError(`ERR ${option} option of SORT denied ${mayRead ? CLUSTER : RIGHTS}.`)
  for (let i = 2; i < argv.length; i++) {
    const word = argv[i].toUpperCase()
    const left = argv.length - i - 1
    if (!/^(asc|desc|alpha|limit|by|get|store)$/i.test(word) || (word === 'STORE' && /_ro$/i.test(argv[0]))) return
    if (word === 'LIMIT' && argv.slice(i + 1, i + 3).some((number) => parseInt64(number) === undefined)) return
    // One without a star looks nothing up.
    if (word === 'BY' && left >= 1 && argv[i + 1].includes('*')) throw denied(word)
    if (word === 'GET' && left >= 1) throw denied(word)
    i += word === 'LIMIT' ? 2 : word === 'BY' || word === 'STORE' ? 1 : 0
  }
}
