// Streams, as a part of an engine: their commands, and their type, for files. What else the engine and its files have of a
// stream is asked of the value itself (stream.ts).
import type { Group } from '../engine/command.ts'
import type { StreamType } from '../engine/modules.ts'
import { streamEntries } from './commands.ts'
import { streamGroups } from './commands-groups.ts'
import { streamInfo } from './commands-info.ts'
import { streamReading } from './commands-reading.ts'
import { streamReferences } from './commands-references.ts'
import { readStream } from './loading.ts'
import { Stream } from './stream.ts'

/** For files. */
export const stream: StreamType = { make: () => new Stream(), read: readStream }

export const streams: readonly Group[] = [{ ...streamEntries, stream }, streamReading, streamGroups, streamInfo, streamReferences]
