// DEBUG RELOAD, LOADAOF and POPULATE: data that goes through a file and comes back, and data made up.
import { type ByteString, fromUint8Array, toUint8Array } from '../bytes.ts'
import type { Argv } from '../engine/command.ts'
import type { Database } from '../engine/database.ts'
import type { Engine } from '../engine/engine.ts'
import { SYNTAX } from '../engine/errors.ts'
import { nextTurn } from '../engine/ports.ts'
import { EVENT } from '../engine/events.ts'
import { Keyspace } from '../engine/keyspace.ts'
import { positive } from '../engine/arguments.ts'
import type { Value } from '../engine/values.ts'
import { exportRdb } from '../persistence/export.ts'
import { loadJournal } from '../persistence/journal/load-journal.ts'
import { importRdb } from '../persistence/load.ts'
import { Persistence } from '../persistence/persistence.ts'
import { Crc64 } from '../persistence/rdb/crc64.ts'
import { FOOTER } from '../persistence/rdb/dump.ts'
import { readRdb, type RdbTarget } from '../persistence/rdb/reader.ts'
import { REWRITE_IN_PROGRESS } from '../persistence/save-lock.ts'
import type { JournalStore, Storage } from '../persistence/storage.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'

const NOT_LOADED = new ReplyError('ERR Error trying to load the RDB dump, check server logs.')
const NO_JOURNAL = new ReplyError('ERR Error trying to load the AOF files, check server logs.')

function storageOf({ durability }: Engine): Storage | null {
  return durability instanceof Persistence ? durability.storage : null
}

/** RELOAD [NOSAVE] [NOFLUSH] [MERGE] */
export async function reload(engine: Engine, argv: Argv): Promise<Reply> {
  const options = new Set(argv.slice(2).map((word) => word.toUpperCase()))
  for (const option of options) if (!/^(NOSAVE|NOFLUSH|MERGE)$/.test(option)) return badOption
  try {
    // As Redis: what is read is on the disk too, where there is one.
    if (!options.has('NOSAVE') && storageOf(engine) !== null) await saved(engine)
    const chunks = options.has('NOSAVE') ? await storageOf(engine)?.read() : await exported(engine)
    if (!chunks) return NOT_LOADED
    if (options.has('NOFLUSH')) await addRdb(engine, chunks, options.has('MERGE'))
    else await importRdb(engine, chunks)
  } catch (error) {
    engine.log('warning', String(error))
    return NOT_LOADED
  }
  engine.log('warning', 'DB reloaded by DEBUG RELOAD')
  return OK
}

const badOption = new ReplyError('ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.')

/** A save that runs already is as good. */
async function saved({ durability, log }: Engine): Promise<void> {
  try {
    await durability.save()
  } catch (error) {
    log('verbose', error instanceof ReplyError ? error.text : String(error))
  }
}

async function exported(engine: Engine): Promise<Uint8Array[]> {
  const file = exportRdb(engine)
  const chunks: Uint8Array[] = []
  for (let chunk = await file.next(); chunk !== null; chunk = await file.next()) chunks.push(chunk)
  return chunks
}

/** Adds what a file holds. @throws Error unless `replaces`, if a key or a library is there already */
async function addRdb(engine: Engine, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, replaces: boolean): Promise<void> {
  const entries: { db: Database; key: ByteString; value: Value; expiry: number }[] = []
  const libraries: ByteString[] = []
  const target: RdbTarget = {
    databases: engine.config.number('databases'),
    types: engine.types,
    entry(index, key, value, expiry) {
      entries.push({ db: engine.database(index), key, value, expiry })
      return true
    },
    library: (code) => void libraries.push(code),
  }
  await readRdb(chunks, target, () => nextTurn(engine.clock))
  const held = engine.scripting.libraries()
  if (!replaces && libraries.some((code) => held.includes(code))) throw new Error('Failed loading functions: the library already exists')
  if (!replaces && entries.some(({ db, key }) => db.find(key) >= 0)) throw new Error('RDB has duplicated keys')
  const install = engine.scripting.prepare([...new Set([...held, ...libraries])])
  install()
  for (const { db, key, value, expiry } of entries) {
    db.adopt(key, value, expiry)
    db.changed(key, EVENT.generic, 'restore')
  }
}

/** LOADAOF: what the journal holds takes the place of the data, which stays if it cannot be read. Others wait. */
export async function loadAppendOnlyFiles(engine: Engine): Promise<Reply> {
  const journal = storageOf(engine)?.journal
  if (journal === undefined) return NO_JOURNAL
  const { effects } = engine
  const journals = engine.config.isOn('appendonly')
  if (journals) {
    const failure = await engine.durability.sync()
    if (failure !== null) return failure
  }
  // It stands for what the journal's parts will be.
  if (engine.durability.info().some(([name, value]) => name === 'aof_rewrite_in_progress' && value === 1)) return REWRITE_IN_PROGRESS
  const libraries = engine.scripting.libraries()
  const before = engine.databases().map(({ keyspace }) => keyspace)
  const loaded = await loadInPlace(engine, journal)
  if (!loaded) {
    engine.databases().forEach((db, i) => db.replace(before[i] ?? new Keyspace()))
    engine.scripting.prepare(libraries)()
  }
  engine.effects = effects
  engine.loading = false
  if (!loaded) return NO_JOURNAL
  // Nothing more is appended to it: the next save takes its place.
  if (!journals) await journal.leave()
  engine.log('warning', 'Append Only File loaded by DEBUG LOADAOF')
  return OK
}

async function loadInPlace(engine: Engine, journal: JournalStore): Promise<boolean> {
  engine.effects = null
  engine.loading = true
  for (const db of engine.databases()) db.flush()
  engine.scripting.prepare([])()
  try {
    return (await loadJournal(engine, journal)) !== null
  } catch (error) {
    engine.log('warning', String(error))
    return false
  }
}

/** POPULATE count [prefix] [size]: strings under keys that are not there yet. */
export function populate(db: Database, argv: Argv): Reply {
  const count = positive(argv[2])
  const prefix = argv[3] ?? 'key'
  const size = argv[4] === undefined ? 0 : positive(argv[4])
  if (argv.length > 5) throw SYNTAX
  for (let i = 0; i < count; i++) {
    const key = `${prefix}:${i}`
    if (db.find(key) >= 0) continue
    const value = `value:${i}`
    db.insert(key, size === 0 ? value : value.slice(0, size).padEnd(size, '\0'))
    db.changed(key, EVENT.string, 'set')
  }
  return OK
}

/** A payload of DUMP whose version and checksum are made right, whatever is before them. */
export function sealed(payload: ByteString): ByteString {
  if (payload.length < FOOTER) return payload
  const body = `${payload.slice(0, -FOOTER)}\x0a\0`
  const crc = new Crc64()
  crc.update(toUint8Array(body), 0, body.length)
  return body + fromUint8Array(crc.digest())
}
