// Commands that concern every master of a cluster: ioredis would send them to one at random. One row each: how the replies
// of all become one.
import { type Argv } from '../../core/client/backend.ts'
import { type Reply, ReplyError } from '../../core/reply.ts'

type Combine = (replies: readonly Reply[]) => Reply

const first: Combine = (replies) => replies[0]
const numbers = (replies: readonly Reply[]): number[] => replies.map(Number)
const sum: Combine = (replies) => numbers(replies).reduce((a, b) => a + b, 0)
const lowest: Combine = (replies) => Math.min(...numbers(replies))
const joined: Combine = (replies) => replies.flatMap((reply) => reply as Reply[])
const distinct: Combine = (replies) => [...new Set(joined(replies) as Reply[])]
/** Element by element: what every node has, scripts or copies of what was written. */
const everywhere: Combine = (replies) => (replies[0] as number[]).map((_, i) => lowest(replies.map((reply) => (reply as Reply[])[i])))
/** Names and counts in turn. */
const counts: Combine = (replies) =>
  (replies[0] as Reply[]).map((name, i) => (i % 2 === 0 ? name : sum(replies.map((reply) => (reply as Reply[])[i]))))

const ROWS: ReadonlyMap<string, Combine | Readonly<Record<string, Combine>>> = new Map<string, Combine | Readonly<Record<string, Combine>>>(
  [
    ['DBSIZE', sum],
    ['KEYS', joined],
    ['FLUSHALL', first],
    ['FLUSHDB', first],
    ['SAVE', first],
    ['BGSAVE', first],
    ['BGREWRITEAOF', first],
    ['LASTSAVE', lowest],
    ['WAIT', lowest],
    ['WAITAOF', everywhere],
    ['SCRIPT', { LOAD: first, FLUSH: first, EXISTS: everywhere }],
    ['FUNCTION', { LOAD: first, DELETE: first, FLUSH: first, RESTORE: first }],
    ['CONFIG', { SET: first, RESETSTAT: first, REWRITE: first }],
    ['PUBSUB', { CHANNELS: distinct, NUMSUB: counts, NUMPAT: sum, SHARDCHANNELS: distinct, SHARDNUMSUB: counts }],
  ],
)

/** @returns how to make one reply of all nodes' replies; undefined if the command is for one node */
export function combinerOf(argv: Argv): Combine | undefined {
  const row = ROWS.get(argv[0])
  const combine = typeof row === 'object' ? new Map(Object.entries(row)).get((argv[1] ?? '').toUpperCase()) : row
  if (combine === undefined) return undefined
  return (replies) => replies.find((reply) => reply instanceof ReplyError) ?? combine(replies)
}

/** Whether a command is asked of more nodes than one. */
export function isForEveryNode(argv: Argv): boolean {
  return argv[0] === 'SCAN' || argv[0] === 'RANDOMKEY' || combinerOf(argv) !== undefined
}
