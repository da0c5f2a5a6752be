// What the command line says about itself, and to somebody who has mistyped: one line, and where to read on.

export const USAGE = `Usage: isodis serve [redis.conf] [options]   a server for any Redis client
       isodis rdb FILE [--check]             what a dump.rdb holds
       isodis help [serve | rdb]             the options of a command
       isodis --version
`

const SERVE = `Usage: isodis serve [redis.conf] [options]

A server for any Redis client, with redis-server's options. Where it keeps data:

  --dir DIR             in a snapshot in this directory; without it (or a redis.conf) in memory only
  --dbfilename FILE     the snapshot's name; default dump.rdb
  --save RULES          when to save: "3600 1" is after an hour if there was 1 change; default, as Redis,
                        "3600 1 300 100 60 10000"
  --appendonly yes      keep a journal of every write too
  --appendfsync WHEN    when the journal must be on the disk: always, everysec (the default) or no

Where it listens, and to whom:

  --port N              TCP port; default 6379, 0 for any free one
  --bind ADDRESSES      addresses; default 127.0.0.1, which is this machine only; "*" for all
  --protected-mode no   lets others in than this machine although there is no password
  --unixsocket PATH     a Unix socket instead
  --requirepass WORD    a password that clients must give
  --user RULES          a user, such as "alice on >password ~app:* +@read"; may be repeated
  --aclfile FILE        users in a file, which ACL LOAD reads and ACL SAVE writes

Upstash's REST protocol beside it, at the first of the addresses:

  --rest-port N         its port, 0 for any free one; the other is then any free one if 6379 is taken
  --token WORD          what REST clients must know; there is no default
  --read-only-token W   lets REST clients in for reading only

Any other parameter of redis.conf is an option too, such as --maxmemory 100mb or --loglevel verbose.
`

const RDB = `Usage: isodis rdb FILE [--check]

Prints a dump.rdb of any Redis or Valkey as lines of JSON, one a key. FILE may be - for standard input. The line
at the end, on standard error, says how many there are. With --check it only says that, or what is damaged (the exit code is then 1).
`

const HELP: Readonly<Record<string, string>> = { serve: SERVE, rdb: RDB }

/** What `isodis help` prints, and `--help` after a command. */
export const helpOf = (command: string | undefined): string => HELP[command ?? ''] ?? USAGE

/** How many letters may be wrong, missing or too many in a name that is meant all the same. */
const TYPOS = 2

/** What somebody probably meant, as a sentence; nothing if no name is near. */
export function suggestion(typed: string, names: Iterable<string>, prefix = ''): string {
  let least = TYPOS + 1
  let found: string | undefined
  for (const name of names) {
    const distance = edits(typed, name)
    if (distance < least && distance <= name.length / 2) [least, found] = [distance, name]
  }
  return found === undefined ? '' : `; did you mean ${prefix}${found}?`
}

/** How many letters to change, add or remove (Levenshtein), with two neighbours in the wrong order counted as two. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j] + (a[i] === b[j] ? 0 : 1), row[j + 1] + 1, next[j] + 1))
    }
    row = next
  }
  return row[b.length]
}

/** Ends with a message and where to read on. */
export function fail(message: string, command = 'serve'): never {
  process.stderr.write(`isodis: ${message}\nisodis help ${command} lists the options.\n`)
  process.exit(2)
}
