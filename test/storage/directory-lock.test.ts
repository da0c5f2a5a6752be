// The lock of a directory: one that a crash has left behind, which many processes may find at once when all are started anew; and one of
// a process that cannot be asked whether it lives.
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { lockDirectory } from '../../src/adapters/storage/directory-lock.ts'
import { fileStorage } from '../../src/adapters/storage/file.ts'

/** A process that is gone: no system gives such a number. */
const gone = (id: string): string => JSON.stringify({ pid: 2 ** 22 + 1, started: null, id })

/** What a crash left: the lock, and what stands behind it when whoever was next has crashed too. */
const LEFT: Readonly<Record<string, readonly (readonly [name: string, content: string])[]>> = {
  'has never been taken': [],
  'was left by a crash': [['isodis.lock', gone('a')]],
  'was cut off by a power cut': [['isodis.lock', '']],
  'was left by crashes of those who took it over': [
    ['isodis.lock', gone('a')],
    ['isodis.lock.after-a', gone('b')],
    ['isodis.lock.after-a.after-b', gone('c')],
  ],
}

for (const [name, files] of Object.entries(LEFT)) {
  test(`a lock that ${name} is given to one of many`, async () => {
    for (let round = 0; round < 50; round++) {
      const dir = await newDir()
      for (const [file, content] of files) await writeFile(join(dir, file), content)
      const all = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => later(at * (round % 5), () => lockDirectory(dir))))
      const won = all.filter((each) => each.status === 'fulfilled')
      expect(won).toHaveLength(1)
      await expect(lockDirectory(dir)).rejects.toThrow(`in use by process ${process.pid}, which is this one`)
      await won[0].value.release()
      expect(await readdir(dir)).toEqual([])
    }
  })
}

const newDir = (): Promise<string> => mkdtemp(join(tmpdir(), 'isodis-lock-'))

// A container begins its numbers anew: most have a process 1.
const elsewhere = JSON.stringify({ pid: 1, started: '5@boot', system: 'web-1 pid:[5]', id: 'x' })

test('a lock of another container is respected for as long as its process writes the time', async () => {
  const dir = await newDir()
  const path = join(dir, 'isodis.lock')
  await writeFile(path, elsewhere)
  const lives = setInterval(() => void utimes(path, new Date(), new Date()), 300)
  try {
    await expect(lockDirectory(dir)).rejects.toThrow(`the directory "${dir}" is in use by process 1 of web-1 pid:[5]`)
  } finally {
    clearInterval(lives)
  }
  const lock = await lockDirectory(dir)
  expect(await readdir(dir)).toEqual(['isodis.lock'])
  await lock.release()
})

test('an engine writes the time of its lock', async () => {
  const dir = await newDir()
  const redis = await createRedis({ storage: fileStorage({ dir }) })
  const path = join(dir, 'isodis.lock')
  await utimes(path, 1, 1)
  await expect.poll(async () => (await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
  await redis.close()
})

for (const [how, change] of [
  ['has been taken by another', (path: string) => writeFile(path, elsewhere)],
  ['is gone', (path: string) => rm(path)],
] as const) {
  test(`an engine whose lock ${how} writes nothing more, and refuses what it cannot keep`, async () => {
    const dir = await newDir()
    const redis = await createRedis({ storage: fileStorage({ dir }), config: { appendonly: 'yes', appendfsync: 'always' } })
    await redis.set('a', 1)
    const files = async (): Promise<[string, string][]> => {
      const names = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((each) => each.isFile())
      const contents = names.map(
        async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), 'latin1')] as [string, string],
      )
      return (await Promise.all(contents)).toSorted()
    }
    await change(join(dir, 'isodis.lock'))
    const before = await files()
    await expect.poll(() => redis.set('a', 2).catch((error: Error) => error.message)).toMatch(/^MISCONF/)
    const after = await files()
    await expect(redis.save()).rejects.toThrow()
    await expect(redis.close()).rejects.toThrow('Errors trying to SHUTDOWN')
    await redis.engine.close(false, true)
    expect(after.filter(([name]) => !name.endsWith('.aof'))).toEqual(before.filter(([name]) => !name.endsWith('.aof')))
    expect(await files()).toEqual(after)
  })
}

/** So many turns later. */
async function later<T>(turns: number, run: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  return run()
}
