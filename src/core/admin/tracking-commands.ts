// CLIENT TRACKING and what goes with it: https://redis.io/docs/latest/commands/client-tracking/
import type { ByteString } from '../bytes.ts'
import { integer } from '../engine/arguments.ts'
import { type Argv, type Row, row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { SYNTAX } from '../engine/errors.ts'
import type { Session } from '../engine/session.ts'
import { MapReply, OK, type Reply, ReplyError, SetReply } from '../reply.ts'
import { type Tracker, trackerOf, type Tracking } from './tracking.ts'

const ONE_REDIRECT = new ReplyError('ERR A client can only redirect to a single other client')
const PREFIX_NEEDS_BCAST = new ReplyError('ERR PREFIX option requires BCAST mode to be enabled')
const SWITCH_BCAST = new ReplyError(
  "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
)
const BCAST_ALONE = new ReplyError('ERR OPTIN and OPTOUT are not compatible with BCAST')
const BOTH_WAYS = new ReplyError("ERR You can't specify both OPTIN mode and OPTOUT mode")
const SWITCH_WAY = new ReplyError(
  "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
)
const CACHING_NOWHERE = new ReplyError(
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
)
const YES_NEEDS_OPTIN = new ReplyError('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.')
const NO_NEEDS_OPTOUT = new ReplyError('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.')

const FLAGS = 'noscript loading stale'

export function trackingRows(of: (engine: Engine) => Tracking): Row[] {
  return [
    row('CLIENT|TRACKING', -3, FLAGS, '', ({ engine }, argv, session) => track(of(engine), argv, session)),
    row('CLIENT|CACHING', 3, FLAGS, '', (_db, argv, session) => caching(trackerOf(session), argv[2])),
    row('CLIENT|GETREDIR', 2, FLAGS, '', (_db, _argv, session) => session.tracking?.redirect ?? -1),
    row('CLIENT|TRACKINGINFO', 2, FLAGS, '', (_db, _argv, session) => describe(trackerOf(session))),
  ]
}

/** CLIENT TRACKING ON|OFF [REDIRECT id] [PREFIX prefix]... [BCAST] [OPTIN] [OPTOUT] [NOLOOP] */
function track(tracking: Tracking, argv: Argv, session: Session): Reply {
  let redirect = 0
  const prefixes: ByteString[] = []
  const options = { bcast: false, optin: false, optout: false, noloop: false }
  for (let i = 3; i < argv.length; i++) {
    const word = argv[i].toLowerCase()
    const more = i + 1 < argv.length
    if (word === 'redirect' && more) {
      if (redirect !== 0) throw ONE_REDIRECT
      redirect = integer(argv[++i])
      tracking.mustExist(redirect)
    } else if (word === 'prefix' && more) prefixes.push(argv[++i])
    else if (Object.hasOwn(options, word)) options[word as keyof typeof options] = true
    else throw SYNTAX
  }
  const mode = argv[2].toUpperCase()
  if (mode === 'OFF') session.tracking = null
  else if (mode !== 'ON') throw SYNTAX
  else {
    check(trackerOf(session), options, prefixes)
    tracking.begin(session, options, redirect, prefixes)
  }
  return OK
}

/** @throws ReplyError for options that do not go together, or not with how the connection tracks already */
function check(known: Tracker | null, { bcast, optin, optout }: Tracker['options'], prefixes: readonly ByteString[]): void {
  if (!bcast && prefixes.length > 0) throw PREFIX_NEEDS_BCAST
  if (known !== null && known.options.bcast !== bcast) throw SWITCH_BCAST
  if (bcast && (optin || optout)) throw BCAST_ALONE
  if (optin && optout) throw BOTH_WAYS
  if (known !== null && ((optin && known.options.optout) || (optout && known.options.optin))) throw SWITCH_WAY
  for (const [i, prefix] of prefixes.entries()) {
    const existing = [...(known?.prefixes ?? [])].sort().find((each) => overlap(each, prefix))
    if (existing !== undefined) throw overlapping(prefix, 'an existing', existing)
    const other = prefixes.slice(i + 1).find((each) => overlap(each, prefix))
    if (other !== undefined) throw overlapping(prefix, 'another provided', other)
  }
}

const overlap = (a: ByteString, b: ByteString): boolean => a.startsWith(b) || b.startsWith(a)
const overlapping = (prefix: ByteString, which: string, other: ByteString): ReplyError =>
  new ReplyError(`ERR Prefix '${prefix}' overlaps with ${which} prefix '${other}'. Prefixes for a single client must not overlap.`)

/** CLIENT CACHING YES|NO */
function caching(tracker: Tracker | null, word: ByteString): Reply {
  if (tracker === null) throw CACHING_NOWHERE
  const mode = word.toUpperCase()
  if (mode !== 'YES' && mode !== 'NO') throw SYNTAX
  if (mode === 'YES' && !tracker.options.optin) throw YES_NEEDS_OPTIN
  if (mode === 'NO' && !tracker.options.optout) throw NO_NEEDS_OPTOUT
  tracker.caching = true
  return OK
}

function describe(tracker: Tracker | null): Reply {
  const reply = (flags: string[], redirect: number, prefixes: string[]): Reply =>
    new MapReply(['flags', new SetReply(flags), 'redirect', redirect, 'prefixes', prefixes])
  if (tracker === null) return reply(['off'], -1, [])
  const { options, caching, broken, redirect, prefixes } = tracker
  const flags = {
    on: true,
    bcast: options.bcast,
    optin: options.optin,
    'caching-yes': options.optin && caching,
    optout: options.optout,
    'caching-no': options.optout && caching,
    noloop: options.noloop,
    broken_redirect: broken,
  }
  const set = Object.entries(flags).flatMap(([name, on]) => (on ? [name] : []))
  return reply(set, redirect, [...prefixes].sort())
}
