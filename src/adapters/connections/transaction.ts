// A transaction in a cluster: its keys must be in one slot, which is found out before anything is sent.
import type { Argv } from '../../core/client/backend.ts'
import { CROSS_SLOT } from '../../core/cluster/errors.ts'
import { RedisError, unsupported } from '../../core/client/errors.ts'
import { slotOf } from '../../core/slots.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'
import type { Nodes } from './connection.ts'
import { isForEveryNode } from './every-node.ts'

const ABORTED = 'EXECABORT Transaction discarded because of previous errors.'

/** Runs a transaction where its keys are. */
export async function transact(nodes: Nodes, commands: readonly Argv[]): Promise<Reply[] | null> {
  const slots = new Set<number>()
  for (const argv of commands) {
    const found = keysInTransaction(nodes, argv)
    // Not later than it has to be: what is called next is not to go before it.
    const keys = found instanceof Promise ? await found : found
    if (keys === null) throw RedisError.from(new ReplyError(ABORTED, await complaint(nodes, argv)), 'EXEC')
    for (const key of keys) slots.add(slotOf(key))
    if (slots.size > 1) throw RedisError.from(CROSS_SLOT, argv[0])
  }
  return nodes.sendAll(commands, true)
}

/** @throws RedisError for a command that every node would have to run */
export function keysInTransaction(nodes: Nodes, argv: Argv): ReturnType<Nodes['keysOf']> {
  if (isForEveryNode(argv)) throw unsupported(argv[0], 'it is for every node of the cluster, a transaction for one')
  return nodes.keysOf(argv)
}

/** What a server says of a command that lacks a key. */
async function complaint(nodes: Nodes, argv: Argv): Promise<RedisError | undefined> {
  const [master] = await nodes.masters()
  const reply = await master.send(argv)
  return reply instanceof ReplyError ? RedisError.from(reply, argv[0]) : undefined
}
