// DEBUG PROTOCOL: a reply of each kind there is, by which those who write clients try their parsers.
import type { Session } from '../engine/session.ts'
import { Attribute, BigNumber, Double, MapReply, Push, type Reply, ReplyError, SetReply, Several, Verbatim } from '../reply.ts'

const ATTRIBUTE_REPLY = 'Some real reply following the attribute'
const PUSH_REPLY = 'Some real reply following the push reply'
const NO_RESP2 = new ReplyError('ERR RESP2 is not supported by this command')

const REPLIES: Readonly<Record<string, (session: Session) => Reply>> = {
  string: () => 'Hello World',
  integer: () => 12_345,
  // oxlint-disable-next-line approx-constant -- it is what Redis replies
  double: () => new Double(3.141),
  bignum: () => new BigNumber('1234567999999999999999999999999999999'),
  null: () => null,
  array: () => [0, 1, 2],
  set: () => new SetReply([0, 1, 2]),
  map: () => new MapReply([0, false, 1, true, 2, false]),
  attrib: () => new Several([new Attribute(['key-popularity', ['key:123', 90]]), ATTRIBUTE_REPLY]),
  push: ({ protocol }) => (protocol === 2 ? NO_RESP2 : new Several([new Push(['server-cpu-usage', 42]), PUSH_REPLY])),
  verbatim: () => new Verbatim('This is a verbatim\nstring'),
  true: () => true,
  false: () => false,
}
export const TYPES = Object.keys(REPLIES).join('|')
const NO_TYPE = new ReplyError(`ERR Wrong protocol type name. Please use one of the following: ${TYPES}`)

/** @throws ReplyError if there is no such kind */
export function sampleReply(kind: string, session: Session): Reply {
  const reply = Object.hasOwn(REPLIES, kind) ? REPLIES[kind](session) : NO_TYPE
  if (reply instanceof ReplyError) throw reply
  return reply
}
