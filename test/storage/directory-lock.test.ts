// The lock of a directory that a crash has left behind: many processes may find it at once, when all are started anew.
import { mkdtemp, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockDirectory } from '../../src/adapters/storage/directory-lock.ts'

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
      const dir = await mkdtemp(join(tmpdir(), 'isodis-lock-'))
      for (const [file, content] of files) await writeFile(join(dir, file), content)
      const all = await Promise.allSettled(Array.from({ length: 8 }, (_, at) => later(at * (round % 5), () => lockDirectory(dir))))
      const won = all.filter((each) => each.status === 'fulfilled')
      expect(won).toHaveLength(1)
      await expect(lockDirectory(dir)).rejects.toThrow(`in use by process ${process.pid}, which is this one`)
      await won[0].value()
      expect(await readdir(dir)).toEqual([])
    }
  })
}

/** So many turns later. */
async function later<T>(turns: number, run: () => Promise<T>): Promise<T> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
  return run()
}
