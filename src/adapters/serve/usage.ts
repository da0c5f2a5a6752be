// What the command line says about itself, and to somebody who has mistyped: one line, and where to read on.

export const USAGE = `Usage: isodis serve [redis.conf] [options]   start a server for any Redis client
       isodis rdb FILE [--check]             print or check a dump.rdb
       isodis help [serve | rdb]             list the options of a command
       isodis --version

Such as:
  isodis serve --port 6379 --dir ./data        a Redis that keeps its data in ./data/dump.rdb
  isodis serve --rest-port 8079 --token dev    an Upstash for local work, at http://127.0.0.1:8079
`

const SERVE = `Usage: isodis serve [redis.conf] [options]

Starts a server for any Redis client, with redis-server's options. Where it keeps data:

  --dir DIR             a directory for the snapshot; without it (or a redis.conf) data is in memory only
  --dbfilename FILE     the snapshot's name; default dump.rdb
  --save RULES          when to save: "3600 1" is after an hour if there was a change; the default is Redis's,
                        "3600 1 300 100 60 10000"
  --appendonly yes      keep a journal of every write too
  --appendfsync WHEN    when the journal must be on the disk: always, everysec (the default) or no

Where it listens, and who may connect:

  --port N              TCP port; default 6379, 0 for any free one
  --bind ADDRESSES      addresses; default 127.0.0.1, which is this machine only; "*" for all
  --tls-port N          TCP port for TLS, with --tls-cert-file, --tls-key-file and --tls-ca-cert-file; --port 0 is
                        then no other port
  --tls-auth-clients no let clients connect without a certificate
  --protected-mode no   let other machines connect without a password
  --unixsocket PATH     listen on a Unix socket instead
  --requirepass WORD    a password that clients must give
  --user RULES          a user and what it may do: "alice on >password ~app:* +@read"; may be repeated
  --aclfile FILE        a file of users, which ACL LOAD reads and ACL SAVE writes

Upstash's REST protocol too, at the first of the addresses:

  --rest-port N         its port, 0 for any free one; if 6379 is taken, --port is then any free one
  --token WORD          the token that REST clients must send; there is no default
  --read-only-token W   a token for REST clients that may only read

Any other parameter of redis.conf is an option too, such as --maxmemory 100mb or --loglevel verbose.
`

const RDB = `Usage: isodis rdb FILE [--check]

Prints a dump.rdb of any Redis or Valkey as lines of JSON, one for each key, and at the end, on standard error, how many
keys there are. FILE may be - for standard input.

  --check   print only how many keys there are, or what is damaged (the exit code is then 1)
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
