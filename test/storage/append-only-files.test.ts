// The journal's files: a redis-server starts on them and we on its, what a crash leaves is put right, and a directory
// belongs to one process.
import { spawn } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createRedis, type EmbeddedRedis, StorageError } from '../../src/adapters/memory.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'
import { atTimesOf, keyspace } from '../differential/compare.ts'
import { startEngineServer } from '../support/engine-server.ts'
import { type RedisServer, startRedisServer } from '../support/redis-server.ts'
import { RespClient, respCommand } from '../support/resp-client.ts'

const newDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'isodis-aof-'))
const open = (dir: string, config: Record<string, string> = {}): Promise<EmbeddedRedis> =>
  createRedis({ storage: fileStorage({ dir }), save: '', config: { appendonly: 'yes', appendfsync: 'always', ...config } })
const server = (dir: string): Promise<RedisServer> => startRedisServer(['--appendonly', 'yes', '--appendfsync', 'always'], dir)

/** Ends a server without removing its directory. */
async function end(redis: RedisServer): Promise<void> {
  const ended = new Promise((resolve) => redis.process.once('exit', resolve))
  redis.process.kill('SIGKILL')
  await ended
}

const COMMANDS: string[][] = [
  ['SET', 'text', 'grüße'],
  ['SET', 'later', 'x', 'EX', '1000'],
  ['SET', 'never', 'x', 'PXAT', '9223372036854775807'],
  ['RPUSH', 'list', ...Array.from({ length: 300 }, (_, i) => String(i))],
  ['LPOP', 'list', '20'],
  ['HSET', 'hash', 'a', '1', 'b', '2'],
  ['HINCRBYFLOAT', 'hash', 'a', '0.5'],
  ['ZADD', 'zset', '1', 'a', '-inf', 'b'],
  ['SADD', 'set', 'a', 'b', 'c'],
  ['SPOP', 'set', '2'],
  ['SELECT', '1'],
  ['SET', 'other', '1'],
  ['MULTI'],
  ['INCR', 'n'],
  ['INCR', 'n'],
  ['EXEC'],
  ['SELECT', '0'],
  ['SETRANGE', 'bytes', '5', '\0ÿ'],
]

async function shown(redis: EmbeddedRedis): Promise<unknown> {
  await using served = await startEngineServer(redis.engine)
  const client = await RespClient.connect({ path: served.path })
  const found = await keyspace(client)
  client.close()
  return found
}

describe('append-only files', () => {
  test('that we wrote are what a redis-server starts on, before and after a rewrite', async () => {
    for (const rewrite of [false, true]) {
      const dir = await newDir()
      const redis = await open(dir)
      const session = redis.engine.connect({ trusted: true })
      for (const [i, command] of COMMANDS.entries()) {
        await session.execute(command)
        if (rewrite && i === 8) {
          await redis.bgrewriteaof()
          await expect.poll(() => redis.info('persistence')).toContain('aof_rewrite_in_progress:0')
        }
      }
      await redis.waitaof(1, 0, 0)
      const files = (await readdir(join(dir, 'appendonlydir'))).toSorted()
      const seq = rewrite ? 2 : 1
      expect(files).toEqual([`appendonly.aof.${seq}.base.rdb`, `appendonly.aof.${seq}.incr.aof`, 'appendonly.aof.manifest'])
      const real = await server(dir)
      const client = await RespClient.connect({ path: real.path })
      const found = await keyspace(client)
      await client.call('SET', 'from', 'redis')
      client.close()
      await end(real)
      // And we start on what it went on writing.
      await redis.engine.durability.sync()
      expect(Object.keys(found)).toHaveLength(10)
      const crashed = join(dir, 'isodis.lock')
      await writeFile(crashed, JSON.stringify({ pid: 2 ** 22 + 1, started: null, id: 'gone' }))
      const again = await open(dir)
      expect(await again.get('from')).toBe('redis')
      await again.del('from')
      expect(atTimesOf(found, await shown(again))).toEqual(found)
    }
  })

  test('that are there when the journal is turned on stay until there are new ones', async () => {
    const dir = await newDir()
    const first = await open(dir)
    await first.set('a', 1)
    await first.close()
    const folder = join(dir, 'appendonlydir')
    const before = await Promise.all((await readdir(folder)).toSorted().map(async (name) => [name, await readFile(join(folder, name))]))
    const storage = fileStorage({ dir })
    await storage.open()
    await storage.journal!.split(true)
    await storage.journal!.append(Buffer.from('x'), true)
    const base = await storage.journal!.base()
    await base.abort()
    for (const [name, bytes] of before) expect(await readFile(join(folder, name as string))).toEqual(bytes)
    await storage.close()
    const again = await open(dir)
    expect(await again.get('a')).toBe('1')
    await again.close()
  })

  test('with a damaged length are cut as by a redis-server; but what is cut off is kept, and the log says what is in it', async () => {
    const dir = await newDir()
    const first = await open(dir)
    for (let i = 0; i < 6; i++) await first.set(`key${i}`, `value${i}`)
    await first.close()
    const path = (await readdir(join(dir, 'appendonlydir'))).find((file) => file.endsWith('.incr.aof'))!
    const file = join(dir, 'appendonlydir', path)
    const whole = await readFile(file, 'latin1')
    const damaged = whole.replace('$6\r\nvalue2', '$9006\r\nvalue2')
    await writeFile(file, damaged, 'latin1')
    const length = damaged.indexOf('*3', damaged.indexOf('value1'))

    const log: string[] = []
    const redis = await createRedis({
      storage: fileStorage({ dir }),
      save: '',
      config: { appendonly: 'yes' },
      log: (_level, message) => log.push(message),
    })
    expect(await redis.keys('*')).toEqual(['key0', 'key1'])
    await redis.close()
    expect(log.join('\n')).toContain(`What is cut off has 3 whole commands in it: a length in the AOF ${path} was damaged`)
    const kept = log.find((line) => line.startsWith('What was cut off is kept in '))!.slice('What was cut off is kept in '.length)
    expect(await readFile(kept, 'latin1')).toBe(damaged.slice(length))
    // It stays, whatever is rewritten, and a redis-server starts beside it.
    const again = await open(dir)
    await again.bgrewriteaof()
    await again.close()
    expect(await readFile(kept, 'latin1')).toBe(damaged.slice(length))
    const real = await server(dir)
    const client = await RespClient.connect({ path: real.path })
    expect((await client.call('DBSIZE')).value).toBe('2')
    client.close()
    await end(real)
  })

  test('are loaded although appendonly is off, unless the snapshot is younger', async () => {
    const dir = await newDir()
    const first = await open(dir)
    await first.set('a', 1)
    await first.save()
    await first.set('a', 2)
    await first.close()
    const off = await createRedis({ storage: fileStorage({ dir }), save: '' })
    expect(await off.get('a')).toBe('2')
    await off.set('a', 3)
    await off.save()
    expect(await readdir(join(dir, 'appendonlydir'))).toEqual([])
    await off.close()
    const on = await open(dir)
    expect(await on.get('a')).toBe('3')
    await on.close()

    // As a redis-server leaves it that has turned its journal off and saved since.
    const log: string[] = []
    const long = new Date(Date.now() - 3_600_000)
    for (const file of await readdir(join(dir, 'appendonlydir'))) await utimes(join(dir, 'appendonlydir', file), long, long)
    const stale = await createRedis({ storage: fileStorage({ dir }), save: '', log: (_level, message) => log.push(message) })
    expect(log.join('\n')).not.toContain('appendonly is off')
    await stale.save()
    await stale.close()
    expect((await readdir(join(dir, 'appendonlydir'))).length).toBe(3)
  })

  test('that a redis-server wrote are what we start on, its rewrites and its torn tail too', async () => {
    const dir = await newDir()
    const real = await server(dir)
    const client = await RespClient.connect({ path: real.path })
    await client.pipeline(COMMANDS)
    await client.call('BGREWRITEAOF')
    await expect.poll(async () => (await client.call('INFO', 'persistence')).value).toContain('aof_rewrite_in_progress:0')
    await client.pipeline(COMMANDS)
    const wanted = await keyspace(client)
    client.close()
    await end(real)
    const incr = join(dir, 'appendonlydir', 'appendonly.aof.2.incr.aof')
    const { length } = await readFile(incr)
    await appendFile(incr, '*3\r\n$3\r\nSET\r\n$4\r\nlo')
    const redis = await open(dir)
    expect(atTimesOf(wanted, await shown(redis))).toEqual(wanted)
    await redis.set('a', 1)
    expect((await readFile(incr)).subarray(length).toString()).toBe(
      '*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n',
    )
  })

  test('may have any name, which the manifest has as a redis-server writes it', async () => {
    const appendfilename = 'größe "a" \n\x01.aof'
    const start = (dir: string): Promise<EmbeddedRedis> =>
      createRedis({ storage: fileStorage({ dir, appendfilename }), save: '', config: { appendonly: 'yes' } })
    const manifest = (dir: string): Promise<string> => readFile(join(dir, 'appendonlydir', `${appendfilename}.manifest`), 'latin1')
    const theirs = await newDir()
    const real = await startRedisServer(['--appendonly', 'yes', '--appendfilename', appendfilename], theirs)
    const client = await RespClient.connect({ path: real.path })
    await client.call('SET', 'a', '1')
    client.close()
    await end(real)
    const written = await manifest(theirs)
    const redis = await start(theirs)
    expect(await redis.get('a')).toBe('1')
    await redis.close()
    const dir = await newDir()
    const ours = await start(dir)
    await ours.set('a', 1)
    await ours.close()
    const words = (text: string): string[] =>
      [...text.matchAll(/"(?:\\.|[^"\\])*"/g)].map(([word]) => word).filter((word) => word.includes('incr'))
    expect(words(await manifest(dir))).toEqual(words(written))
  })

  test('as there was one before Redis 7, with or without an RDB part, is taken over as by a redis-server', async () => {
    const first = await createRedis()
    await first.set('a', 1)
    await first.rpush('list', 'x', 'y')
    const chunks: Uint8Array[] = []
    for await (const chunk of first.exportRdb()) chunks.push(chunk)
    const commands = [
      ['SELECT', '0'],
      ['SET', 'b', '2'],
      ['INCR', 'a'],
    ].map(respCommand)
    const both = Buffer.concat([...chunks, Buffer.from(commands.join(''))])
    for (const old of [Buffer.from(commands.join('')), both, both.subarray(0, -3), Buffer.concat(chunks)]) {
      const theirs = await newDir()
      await writeFile(join(theirs, 'appendonly.aof'), old)
      const real = await server(theirs)
      const client = await RespClient.connect({ path: real.path })
      const wanted = await keyspace(client)
      client.close()
      await end(real)
      for (const interrupted of [false, true]) {
        const dir = await newDir()
        const files = join(dir, 'appendonlydir')
        await writeFile(join(dir, 'appendonly.aof'), old)
        if (interrupted) {
          await mkdir(files)
          await writeFile(join(files, 'appendonly.aof.manifest'), 'file appendonly.aof seq 1 type b\n')
        }
        const redis = await open(dir)
        expect(await shown(redis)).toEqual(wanted)
        await redis.set('more', 'x')
        await redis.close()
        expect(await readFile(join(files, 'appendonly.aof.manifest'), 'utf8')).toBe(
          'file appendonly.aof seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n',
        )
        expect(await readdir(dir)).not.toContain('appendonly.aof')
        const again = await open(dir)
        expect(await again.get('more')).toBe('x')
        await again.bgrewriteaof()
        await expect.poll(() => readdir(files)).toContain('appendonly.aof.2.base.rdb')
        await again.close()
      }
    }
  })

  test('of before Redis 7 stay where they are if the journal is off, or is turned on later', async () => {
    const dir = await newDir()
    await writeFile(join(dir, 'appendonly.aof'), '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n')
    const redis = await open(dir, { appendonly: 'no' })
    expect(await redis.dbsize()).toBe(0)
    await redis.configSet('appendonly', 'yes')
    await redis.set('b', 1)
    await redis.close()
    expect(await readdir(dir)).toContain('appendonly.aof')
    const again = await open(dir)
    expect(await again.keys('*')).toEqual(['b'])
    await again.close()
  })

  test('of which one is missing or damaged are an error, and stay as they are', async () => {
    const dir = await newDir()
    const redis = await open(dir)
    for (const command of COMMANDS) await redis.engine.connect({ trusted: true }).execute(command)
    await redis.close()
    const folder = join(dir, 'appendonlydir')
    const [base, incr, manifest] = ['appendonly.aof.1.base.rdb', 'appendonly.aof.1.incr.aof', 'appendonly.aof.manifest'].map((name) =>
      join(folder, name),
    )
    const original = await Promise.all([base, incr, manifest].map((path) => readFile(path)))
    const restore = async (): Promise<void> => {
      for (const [i, path] of [base, incr, manifest].entries()) await writeFile(path, original[i])
    }
    const cases: [() => Promise<void>, RegExp][] = [
      [() => truncate(base, 20), /damaged.*RDB/],
      [
        () =>
          writeFile(
            incr,
            original[1].map((byte, i) => (i === original[1].indexOf('*', 5) ? 7 : byte)),
          ),
        /Bad file format/,
      ],
      [() => writeFile(manifest, 'file ../x seq 1 type b\n'), /manifest .* cannot be read/],
      [
        () => writeFile(manifest, `${original[2].toString()}file appendonly.aof.2.incr.aof seq 2 type i\n`),
        /appendonly.aof.2.incr.aof .*No such file or directory/,
      ],
      [() => writeFile(manifest, ''), /names no file/],
      [() => writeFile(manifest, 'file x seq 1 type z\n'), /^Unknown AOF file type: /],
      [() => writeFile(manifest, 'file x seq 1 type b\n\n'), /^Invalid AOF manifest file format: .* at line 2/],
      [() => writeFile(manifest, 'file x seq 1 type b\nfile y seq 2 type b\n'), /^Found duplicate base file information: /],
      [() => writeFile(manifest, 'file x seq 2 type i\nfile y seq 1 type i\n'), /^Found a non-monotonic sequence number: /],
      [() => writeFile(manifest, `file ${'x'.repeat(1100)} seq 1 type b\n`), /^The AOF manifest file contains too long line: /],
    ]
    for (const [damage, message] of cases) {
      await damage()
      const before = await Promise.all([base, incr, manifest].map((path) => readFile(path)))
      await expect(open(dir)).rejects.toThrow(message)
      expect(await Promise.all([base, incr, manifest].map((path) => readFile(path)))).toEqual(before)
      await restore()
    }
    await (await open(dir)).close()
  })

  test('that a crash left half-made are removed', async () => {
    const dir = await newDir()
    const redis = await open(dir)
    await redis.set('a', 1)
    await redis.close()
    const folder = join(dir, 'appendonlydir')
    for (const name of [
      'temp-rewriteaof-1.aof',
      'temp-appendonly.aof.manifest',
      'appendonly.aof.2.incr.aof',
      'appendonly.aof.2.base.rdb',
      'mine.txt',
    ]) {
      await writeFile(join(folder, name), 'x')
    }
    await writeFile(join(dir, 'temp-1-00000000-0000-0000-0000-000000000000.rdb'), 'x')
    const again = await open(dir)
    expect(await again.get('a')).toBe('1')
    expect((await readdir(folder)).toSorted()).toEqual([
      'appendonly.aof.1.base.rdb',
      'appendonly.aof.1.incr.aof',
      'appendonly.aof.manifest',
      'mine.txt',
    ])
    expect((await readdir(dir)).toSorted()).toEqual(['appendonlydir', 'isodis.lock'])
    await again.close()
  })
})

describe('a directory', () => {
  test('belongs to one engine at a time, in this process and in another', async () => {
    const dir = await newDir()
    const redis = await open(dir)
    await expect(open(dir)).rejects.toThrow(`the directory "${dir}" is in use by process ${process.pid}, which is this one`)
    await redis.close()
    const other = spawn('sleep', ['60'])
    const stat = await readFile(`/proc/${other.pid}/stat`, 'utf8').catch(() => null)
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
    const started = stat === null ? null : `${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}@${boot.trim()}`
    await writeFile(join(dir, 'isodis.lock'), JSON.stringify({ pid: other.pid, started, id: 'other' }))
    const refused = await open(dir).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(StorageError)
    expect((refused as Error).message).toBe(`the directory "${dir}" is in use by process ${other.pid}`)
    const gone = new Promise((resolve) => other.once('exit', resolve))
    other.kill('SIGKILL')
    await gone
    // The process that held it is no more.
    await (await open(dir)).close()
  })

  test('whose lock names another process that got the same number is free; so is one whose lock was cut off', async () => {
    const dir = await newDir()
    await mkdir(dir, { recursive: true })
    for (const text of [JSON.stringify({ pid: process.ppid, started: '1@another-boot', id: 'x' }), '{"pi', '']) {
      await writeFile(join(dir, 'isodis.lock'), text)
      await (await open(dir)).close()
      expect(await readdir(dir)).toEqual(['appendonlydir'])
    }
  })
})
