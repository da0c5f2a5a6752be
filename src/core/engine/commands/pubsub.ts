// Publish and subscribe: https://redis.io/docs/latest/commands/?group=pubsub
import type { ByteString } from '../../bytes.ts'
import { Push, type Reply, ReplyError, Several } from '../../reply.ts'
import { type Argv, container, type Group, row } from '../command.ts'
import { subcommandSyntax } from '../errors.ts'
import { matches } from '../glob.ts'
import type { Topic } from '../pubsub.ts'
import type { Session } from '../session.ts'
import { help } from './help.ts'

export const pubsub: Group = {
  name: 'pubsub',
  rows: [
    row('SUBSCRIBE', -2, 'pubsub noscript loading stale', '', (_db, argv, session) => subscribe(argv, session, 'channels')),
    row('PSUBSCRIBE', -2, 'pubsub noscript loading stale', '', (_db, argv, session) => subscribe(argv, session, 'patterns')),
    row('SSUBSCRIBE', -2, 'pubsub noscript loading stale', '1..-1 not_key', (_db, argv, session) => subscribe(argv, session, 'shards')),
    row('UNSUBSCRIBE', -1, 'pubsub noscript loading stale', '', (_db, argv, session) => unsubscribe(argv, session, 'channels')),
    row('PUNSUBSCRIBE', -1, 'pubsub noscript loading stale', '', (_db, argv, session) => unsubscribe(argv, session, 'patterns')),
    row('SUNSUBSCRIBE', -1, 'pubsub noscript loading stale', '1..-1 not_key', (_db, argv, session) => unsubscribe(argv, session, 'shards')),
    row('PUBLISH', 3, 'pubsub loading stale fast may_replicate', '', (db, argv) => db.engine.pubsub.publish(argv[1], argv[2])),
    row('SPUBLISH', 3, 'pubsub loading stale fast may_replicate', '1 not_key', (db, argv) =>
      db.engine.pubsub.publishToShard(argv[1], argv[2]),
    ),
    container('PUBSUB', -2, '', [
      row('PUBSUB|CHANNELS', -2, 'pubsub loading stale', '', (db, argv) => names(argv, db.engine.pubsub.channels)),
      row('PUBSUB|NUMSUB', -2, 'pubsub loading stale', '', (db, argv) => counts(argv, db.engine.pubsub.channels)),
      row('PUBSUB|NUMPAT', 2, 'pubsub loading stale', '', (db) => db.engine.pubsub.patterns.size),
      row('PUBSUB|SHARDCHANNELS', -2, 'pubsub loading stale', '', (db, argv) => names(argv, db.engine.pubsub.shards)),
      row('PUBSUB|SHARDNUMSUB', -2, 'pubsub loading stale', '', (db, argv) => counts(argv, db.engine.pubsub.shards)),
      help('PUBSUB'),
    ]),
  ],
}

/** What a session is told, by topic. Shard channels are counted apart from channels and patterns. */
const VERBS: Readonly<Record<Topic, [string, string]>> = {
  channels: ['subscribe', 'unsubscribe'],
  patterns: ['psubscribe', 'punsubscribe'],
  shards: ['ssubscribe', 'sunsubscribe'],
}

function counted(session: Session, topic: Topic): number {
  return topic === 'shards'
    ? session.subscriptions('shards').size
    : session.subscriptions('channels').size + session.subscriptions('patterns').size
}

function subscribe(argv: Argv, session: Session, topic: Topic): Reply {
  if (!session.mayBlock && session.protocol === 2 && !session.options.onPush) {
    throw new ReplyError(`ERR ${argv[0].toUpperCase()} isn't allowed for a DENY BLOCKING client`)
  }
  return new Several(
    argv.slice(1).map((name) => {
      session.subscribe(topic, name)
      return new Push([VERBS[topic][0], name, counted(session, topic)])
    }),
  )
}

function unsubscribe(argv: Argv, session: Session, topic: Topic): Reply {
  const given: readonly (ByteString | null)[] = argv.length > 1 ? argv.slice(1) : [...session.subscriptions(topic)]
  const told = given.length > 0 ? given : [null]
  return new Several(
    told.map((name) => {
      if (name !== null) session.unsubscribe(topic, name)
      return new Push([VERBS[topic][1], name, counted(session, topic)])
    }),
  )
}

function names(argv: Argv, registry: ReadonlyMap<ByteString, unknown>): Reply {
  if (argv.length > 3) throw subcommandSyntax(argv)
  return [...registry.keys()].filter((name) => argv.length === 2 || matches(argv[2], name))
}

function counts(argv: Argv, registry: ReadonlyMap<ByteString, ReadonlySet<Session>>): Reply {
  return argv.slice(2).flatMap((name): Reply[] => [name, registry.get(name)?.size ?? 0])
}
