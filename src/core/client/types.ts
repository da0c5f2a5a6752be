// The types that each entry with a client exports: what its methods take and give, for code that passes it on.
export type { Entries, Key, Limit, Pairs, Value } from './arguments.ts'
export type { Capabilities, Signal } from './backend.ts'
export type { Batch, Settled } from './batch.ts'
export type { GeoaddOptions, GeoArea, GeoDetails, GeoMember, GeoPosition, GeoSearchOptions, GeoUnit } from './commands/geo.ts'
export type { HscanOptions, HsetexOptions } from './commands/hashes.ts'
export type { ExpireCondition, ExpireConditions, KeyType, RestoreOptions, ScanOptions, SortOptions } from './commands/keys.ts'
export type { End, LposOptions, WaitOptions } from './commands/lists.ts'
export type { CombineOptions, ScoredMembers, ZaddCondition, ZaddOptions, ZrangeOptions } from './commands/sorted-sets.ts'
export type {
  ClaimedEntry,
  PendingEntry,
  References,
  StreamEntry,
  StreamsRead,
  Trim,
  XclaimOptions,
  XreadOptions,
} from './commands/streams.ts'
export type {
  BitfieldOperation,
  BitOperation,
  DelexCondition,
  FieldOffset,
  FieldType,
  GetexOptions,
  LcsMatches,
  MsetexOptions,
  SetOptions,
} from './commands/strings.ts'
export type { Fields, Plain, Text } from './decode.ts'
export type { Watching } from './redis.ts'
export type { Message, SubscribeOptions } from './subscription.ts'
