// Users that a server has from the start: lines `user alice on >pass ~app:* +@read` of redis.conf, or a file of such lines,
// which ACL LOAD reads again and ACL SAVE writes.
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { type AclFile, Registry } from '../../core/admin/acl/users.ts'
import type { ByteString } from '../../core/bytes.ts'
import type { Engine } from '../../core/engine/engine.ts'
import { reasonOf } from './reason.ts'

/** A file with the users of a server. It is replaced as a whole, and nobody else may read it: it has digests of passwords. */
export function aclFile(path: string, name = path): AclFile {
  return {
    name,
    read: async () => {
      try {
        return await readFile(path, 'latin1')
      } catch (error) {
        throw new Error(reasonOf(error), { cause: error })
      }
    },
    write: async (lines) => {
      const temporary = `${path}.tmp-${process.pid}-${Date.now()}`
      try {
        await writeFile(temporary, lines, { encoding: 'latin1', mode: 0o600, flush: true })
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
  }
}

/**
 * Gives an engine with isodis/admin its users, before it is served.
 * @param users a user's name and rules each, as words or as one line
 * @throws Error if a rule is wrong, or the file is
 */
export async function prepareUsers(engine: Engine, users: readonly (readonly ByteString[])[], file: AclFile | null): Promise<void> {
  if (users.length === 0 && file === null) return
  const registry = engine.users
  if (!(registry instanceof Registry)) throw new Error('users need isodis/admin')
  if (users.length > 0 && file !== null) throw new Error('users are in the ACL file, or on the command line and in redis.conf: not in both')
  for (const words of users) {
    const [name, ...rules] = words.length === 1 ? words[0].split(/\s+/) : words
    const account = registry.define(name, rules)
    if (!account.enabled) engine.log('notice', `The user '${name}' is disabled (there is no 'on' modifier in the user description).`)
  }
  if (file === null) return
  registry.file = file
  const wrong = registry.load(await file.read().catch((error: unknown) => failed(file, error)), file.name, null)
  if (wrong !== null) throw new Error(wrong)
}

function failed(file: AclFile, error: unknown): never {
  throw new Error(`Error loading ACLs, opening file '${file.name}': ${error instanceof Error ? error.message : String(error)}`)
}
