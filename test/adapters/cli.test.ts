// `isodis serve` in a process of its own, with redis-cli, redis-benchmark and a bare client.
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { USAGE } from '../../src/adapters/serve/usage.ts'
import { buildCommand, CommandLine } from '../support/command-line.ts'
import { startRedisServer } from '../support/redis-server.ts'
import { RespClient, type WireReply } from '../support/resp-client.ts'

const run = promisify(execFile)
const READY = /Ready to accept connections tcp 127\.0\.0\.1:(\d+)/
const started: CommandLine[] = []
let file: string
let dir: string

beforeAll(async () => {
  file = await buildCommand()
  dir = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
})

afterEach(async () => {
  for (const { process, ended } of started.splice(0)) {
    process.kill('SIGKILL')
    await ended
  }
})

afterAll(() => {
  rmSync(dirname(file), { recursive: true, force: true })
  rmSync(dir, { recursive: true, force: true })
})

function start(...args: string[]): CommandLine {
  const command = new CommandLine(file, ...args)
  started.push(command)
  return command
}

/** Starts a server on a free port. */
async function serve(...args: string[]): Promise<{ command: CommandLine; port: number }> {
  const command = start('serve', '--port', '0', ...args)
  const [, port] = await command.says(READY)
  return { command, port: Number(port) }
}

/** A reply in one line: its type's sign and its content. */
const shown = ({ type, value }: WireReply): string => type + (Array.isArray(value) ? `[${value.map(shown).join(' ')}]` : value)

const call = async (port: number, ...argv: string[]): Promise<string> => {
  const client = await RespClient.connect({ host: '127.0.0.1', port })
  try {
    return shown(await client.call(...argv))
  } finally {
    client.close()
  }
}

describe('isodis serve', () => {
  test('goes on when nobody reads its log any more', async () => {
    const { command, port } = await serve()
    command.process.stdout!.destroy()
    for (const line of ['one', 'two', 'three']) expect(await call(port, 'DEBUG', 'LOG', line)).toBe('+OK')
    expect(await call(port, 'PING')).toBe('+PONG')
  })

  test('goes on when its log cannot be written', async () => {
    const logfile = join(mkdtempSync(join(tmpdir(), 'isodis-cli-')), 'log')
    start('serve', '--port', '0', '--logfile', logfile)
    const ready = await vi.waitFor(() => READY.exec(readFileSync(logfile, 'utf8')) ?? Promise.reject(new Error('not yet')), {
      timeout: 20_000,
    })
    const port = Number(ready[1])
    rmSync(logfile)
    mkdirSync(logfile)
    expect(await call(port, 'DEBUG', 'LOG', 'four')).toBe('+OK')
    expect(await call(port, 'PING')).toBe('+PONG')
  })

  test('its log has the lines of redis-server; a file that was moved away is begun anew, one that cannot be written is an error', async () => {
    const own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const logfile = join(own, 'log')
    start('serve', '--port', '0', '--logfile', logfile)
    const [, port] = await vi.waitFor(() => READY.exec(readFileSync(logfile, 'utf8')) ?? Promise.reject(new Error('not yet')), {
      timeout: 20_000,
    })
    const redis = await startRedisServer(['--logfile', 'redis.log'], own)
    const form = /^\d+:M \d\d [A-Z][a-z][a-z] \d{4} \d\d:\d\d:\d\d\.\d{3} \S Server initialized$/m
    for (const name of ['log', 'redis.log']) expect(readFileSync(join(own, name), 'utf8')).toMatch(form)
    renameSync(logfile, join(own, 'log.1'))
    expect(await call(Number(port), 'DEBUG', 'LOG', 'again')).toBe('+OK')
    expect(readFileSync(logfile, 'utf8')).toMatch(/^\d+:M .* # DEBUG LOG: again\n$/)
    await redis.stop()
    const refused = start('serve', '--port', '0', '--logfile', join(own, 'none', 'log'))
    expect(await refused.ended).toBe(1)
    expect(refused.stderr).toContain(`Can't open the log file '${join(own, 'none', 'log')}': No such file or directory`)
  })

  test('a terminal that is closed does not end it; SIGTERM does, and the second SIGINT at once', async () => {
    const { command, port } = await serve()
    command.process.kill('SIGHUP')
    expect(await call(port, 'PING')).toBe('+PONG')
    command.process.kill('SIGTERM')
    expect(await command.ended).toBe(0)
    expect(command.stdout).toMatch(/Received SIGTERM scheduling shutdown\.\.\.\n.*User requested shutdown\.\.\.\n/)

    const own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const slow = await serve('--dir', own)
    expect(await call(slow.port, 'DEBUG', 'POPULATE', '1000000')).toBe('+OK')
    slow.command.process.kill('SIGINT')
    await slow.command.says(/User requested shutdown/)
    slow.command.process.kill('SIGINT')
    expect(await slow.command.ended).toBe(1)
    expect(slow.command.stdout).toContain('You insist... exiting now.')
    expect(existsSync(join(own, 'dump.rdb'))).toBe(false)
  })

  test('--daemonize yes leaves it in the background, with a file that has its number', async () => {
    const own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const [socket, pidfile] = [join(own, 'sock'), join(own, 'pid')]
    const command = start('serve', '--unixsocket', socket, '--daemonize', 'yes', '--pidfile', pidfile)
    expect(await command.ended).toBe(0)
    const client = await vi.waitFor(() => RespClient.connect({ path: socket }), { timeout: 20_000 })
    const pid = await vi.waitFor(() => readFileSync(pidfile, 'utf8'))
    expect(shown(await client.call('INFO', 'server'))).toContain(`process_id:${pid.trim()}\r\n`)
    expect(Number(pid)).not.toBe(command.process.pid)
    await client.call('SHUTDOWN').catch(() => {})
    await vi.waitFor(() => expect(existsSync(pidfile)).toBe(false), { timeout: 20_000 })
  })

  test('under systemd it says when clients can connect, and stays in the foreground', async () => {
    const own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const told = join(own, 'told')
    writeFileSync(join(own, 'systemd-notify'), `#!/bin/sh\necho "$NOTIFY_SOCKET" "$@" > ${told}.new && mv ${told}.new ${told}\n`, {
      mode: 0o755,
    })
    vi.stubEnv('NOTIFY_SOCKET', '/run/notify')
    vi.stubEnv('PATH', `${own}:${process.env['PATH']}`)
    const { command } = await serve('--supervised', 'auto', '--daemonize', 'yes')
    vi.unstubAllEnvs()
    const words = await vi.waitFor(() => readFileSync(told, 'utf8'), { timeout: 20_000 })
    expect(words).toContain(`/run/notify --ready --pid=${command.process.pid} `)
  })

  test('redis-cli works on it', async () => {
    const { port } = await serve()
    const cli = async (...args: string[]): Promise<string> => (await run('redis-cli', ['-p', String(port), ...args])).stdout.trim()
    expect(await cli('SET', 'a', 'b')).toBe('OK')
    expect(await cli('GET', 'a')).toBe('b')
    expect(await cli('-3', 'HSET', 'h', 'f', 'v')).toBe('1')
    expect(await cli('-3', '--json', 'HGETALL', 'h')).toBe('{"f":"v"}')
    expect(await cli('INCR', 'h')).toBe('WRONGTYPE Operation against a key holding the wrong kind of value')
    expect(await cli('--scan')).toBe('h\na')
  })

  test('INFO names the process', async () => {
    const { port, command } = await serve()
    expect(await call(port, 'INFO', 'server')).toContain(`process_id:${command.process.pid}\r\n`)
  })

  test('its own sessions are nobody’s client', async () => {
    const { port } = await serve()
    expect((await call(port, 'CLIENT', 'LIST')).match(/id=/g)).toHaveLength(1)
    // The connection before this one has to be gone.
    await expect.poll(() => call(port, 'INFO', 'clients')).toContain('connected_clients:1\r\n')
  })

  test.each([['--version'], ['serve', '--version'], ['-v']])('%s %s says which it is', async (...args) => {
    const command = start(...args.filter(Boolean))
    expect(await command.ended).toBe(0)
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(command.stdout).toBe(`isodis ${version} (as Redis 7.4.0)\n`)
  })

  test('redis-benchmark works on it', async () => {
    const { port } = await serve()
    const { stdout } = await run('redis-benchmark', ['-p', String(port), '-n', '2000', '-P', '4', '-t', 'ping,set,get,lpush,zadd', '--csv'])
    expect(stdout.trim().split('\n').length).toBeGreaterThan(5)
    expect(stdout).not.toContain('ERR')
  })

  test('a password is asked for', async () => {
    const { port } = await serve('--requirepass', 'secret')
    expect(await call(port, 'PING')).toBe('-NOAUTH Authentication required.')
    expect(await call(port, 'AUTH', 'wrong')).toBe('-WRONGPASS invalid username-password pair or user is disabled.')
    expect(await call(port, 'AUTH', 'secret')).toBe('+OK')
  })

  test('--dir and --dbfilename keep the data in a file that redis-server loads', async () => {
    const options = ['--dir', dir, '--dbfilename', 'mine.rdb', '--save', '900 1']
    const first = await serve(...options)
    expect(await call(first.port, 'SET', 'kept', 'value')).toBe('+OK')
    first.command.process.kill('SIGTERM')
    expect(await first.command.ended).toBe(0)
    expect(first.command.stdout).toContain('DB saved on disk')

    const second = await serve(...options)
    expect(await call(second.port, 'GET', 'kept')).toBe('$value')
    expect(await call(second.port, 'CONFIG', 'GET', 'save')).toBe('*[$save $900 1]')
    second.command.process.kill('SIGINT')
    await second.command.ended

    const redis = await startRedisServer(['--dbfilename', 'mine.rdb'], dir)
    const client = await RespClient.connect({ path: redis.path })
    expect(await client.call('GET', 'kept')).toEqual({ type: '$', value: 'value' })
    client.close()
    await redis.stop()
  })

  test('--appendonly keeps every write, also when the process is killed; a second process on the directory is told so', async () => {
    const own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const options = ['--dir', own, '--appendonly', 'yes', '--appendfsync', 'always', '--config', 'appenddirname=journal']
    const first = await serve(...options)
    expect(await call(first.port, 'SET', 'kept', 'value')).toBe('+OK')
    const second = start('serve', '--port', '0', ...options)
    expect(await second.ended).toBe(1)
    expect(second.stderr).toContain(`in use by process ${first.command.process.pid}`)
    first.command.process.kill('SIGKILL')
    await first.command.ended
    const again = await serve(...options)
    expect(await call(again.port, 'GET', 'kept')).toBe('$value')
    expect(existsSync(join(own, 'journal', 'appendonly.aof.manifest'))).toBe(true)
    const base = join(own, 'journal', 'appendonly.aof.1.base.rdb')
    const { stdout } = await run(process.execPath, [file, 'rdb', base, '--check'])
    expect(stdout).toBe('RDB version 10; 0 keys in 0 databases; the checksum is right\n')
    // What comes through a pipe too.
    expect(await run('sh', ['-c', `cat ${base} | ${process.execPath} ${file} rdb - --check`])).toMatchObject({ stdout })
    const none = start('rdb', join(own, 'none.rdb'))
    expect(await none.ended).toBe(1)
    expect(none.stderr).toBe(`isodis: can't read '${join(own, 'none.rdb')}': No such file or directory\n`)
    rmSync(own, { recursive: true, force: true })
  })

  test('SHUTDOWN NOSAVE ends it without a file', async () => {
    const { command, port } = await serve('--dir', join(dir), '--dbfilename', 'none.rdb')
    await call(port, 'SET', 'a', 'b')
    await call(port, 'SHUTDOWN', 'NOSAVE').catch(() => {})
    expect(await command.ended).toBe(0)
    expect(existsSync(join(dir, 'none.rdb'))).toBe(false)
  })

  test('rdb ends without a word when its reader has read enough', async () => {
    const { port } = await serve('--dir', dir, '--dbfilename', 'many.rdb')
    await call(port, 'DEBUG', 'POPULATE', '20000')
    await call(port, 'SAVE')
    const { stdout, stderr } = await run('sh', ['-c', '"$0" "$1" rdb "$2" | head -1', process.execPath, file, join(dir, 'many.rdb')])
    expect(JSON.parse(stdout)).toMatchObject({ db: 0, type: 'string' })
    expect(stderr).toBe('')
  })

  test('it speaks REST on a port of its own, to those who know a token', async () => {
    const { command, port } = await serve('--rest-port', '0', '--token', 'all', '--read-only-token', 'reader')
    const [, url] = await command.says(/Ready to accept REST requests at (http:\S+)/)
    const ask = async (path: string, token: string): Promise<unknown> =>
      (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).json()
    expect(await ask('/set/a/b', 'all')).toEqual({ result: 'OK' })
    expect(await call(port, 'GET', 'a')).toBe('$b')
    expect(await ask('/get/a', 'reader')).toEqual({ result: 'b' })
    expect(await ask('/del/a', 'reader')).toEqual({ error: expect.stringMatching(/^NOPERM/) })
    expect(await ask('/get/a', 'guess')).toEqual({ error: 'WRONGPASS invalid or missing auth token' })
    command.process.kill('SIGTERM')
    expect(await command.ended).toBe(0)
  })

  test.each([
    [['--rest-port', '0'], '--rest-port needs --token'],
    [['--token', 'x'], '--token goes with --rest-port'],
    [['--rest-port', 'x', '--token', 'x'], '"x" is no port'],
    [['--rest-port', '0', '--token', 'x', '--read-only-token', 'x'], '--read-only-token must be a token of its own'],
  ])('%j is refused', async (options, message) => {
    const command = start('serve', '--port', '0', ...options)
    expect(await command.ended).toBe(2)
    expect(command.stderr).toContain(message)
  })

  test('it listens on a Unix socket', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'isodis-cli-')), 'redis.sock')
    await start('serve', '--unixsocket', path).says(/Ready to accept connections unix/)
    const client = await RespClient.connect({ path })
    expect(await client.call('PING')).toEqual({ type: '+', value: 'PONG' })
    client.close()
    rmSync(dirname(path), { recursive: true, force: true })
  })

  test('a Unix socket that a killed process left is taken over, one that is in use is not, and no other file is removed', async () => {
    const path = join(dir, 'left.sock')
    const first = start('serve', '--unixsocket', path)
    await first.says(/Ready to accept connections unix/)
    const second = start('serve', '--unixsocket', path)
    expect(await second.ended).toBe(1)
    expect(second.stderr).toContain('EADDRINUSE')
    first.process.kill('SIGKILL')
    await first.ended
    await start('serve', '--unixsocket', path).says(/Ready to accept connections unix/)
    expect((await run('redis-cli', ['-s', path, 'PING'])).stdout).toBe('PONG\n')
    const other = join(dir, 'file')
    writeFileSync(other, 'x')
    expect(await start('serve', '--unixsocket', other).ended).toBe(1)
    expect(readFileSync(other, 'utf8')).toBe('x')
  })

  test('with a port and a socket it listens on both, and who gets an answer from the port can connect to the socket', async () => {
    const socket = join(dir, 'both.sock')
    // The file is in the way, and it takes long to find out what it is.
    writeFileSync(socket, '')
    const slow = join(dir, 'slow.cjs')
    writeFileSync(
      slow,
      `const fs = require('node:fs/promises')
      const { lstat } = fs
      fs.lstat = async (path) => (await new Promise((resolve) => setTimeout(resolve, 300)), lstat(path))
      require('node:module').syncBuiltinESMExports()
      // A port that is free, and which one, before the server says so: 0 would be none at all.
      const { listen } = require('node:net').Server.prototype
      require('node:net').Server.prototype.listen = function (at, ...others) {
        if (at.port !== 65_535) return listen.call(this, at, ...others)
        this.once('listening', () => console.error('listens at', this.address().port))
        return listen.call(this, { ...at, port: 0 }, ...others)
      }`,
    )
    vi.stubEnv('NODE_OPTIONS', `--require=${slow}`)
    const command = start('serve', '--port', '65535', '--unixsocket', socket)
    vi.unstubAllEnvs()
    const port = Number((await command.says(/listens at (\d+)\n/))[1])
    for (let answer = ''; answer !== '+PONG';) answer = await call(port, 'PING').catch(() => '')
    const client = await RespClient.connect({ path: socket })
    expect(shown(await client.call('PING'))).toBe('+PONG')
    client.close()
  })

  test('an empty file, as mktemp makes one to have its name, gives way to the socket', async () => {
    const path = join(dir, 'named.sock')
    writeFileSync(path, '')
    await start('serve', '--unixsocket', path).says(/Ready to accept connections unix/)
    expect((await run('redis-cli', ['-s', path, 'PING'])).stdout).toBe('PONG\n')
  })

  test('unixsocketperm says who may connect to the socket, in octal, as in redis-server', async () => {
    const path = join(dir, 'mode.sock')
    await start('serve', '--unixsocket', path, '--unixsocketperm', '0600').says(/Ready to accept connections unix/)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect((await run('redis-cli', ['-s', path, 'CONFIG', 'GET', 'unixsocketperm'])).stdout).toBe('unixsocketperm\n600\n')
    for (const [value, reason] of [
      ['999', "argument couldn't be parsed as an octal number"],
      ['1777', 'argument must be between 0 and 777 inclusive'],
    ]) {
      const refused = start('serve', '--unixsocket', join(dir, 'no.sock'), '--unixsocketperm', value)
      expect(await refused.ended).toBe(2)
      expect(refused.stderr).toContain(reason)
    }
  })

  test('other parameters of CONFIG are set by --config', async () => {
    const { port } = await serve('--config', 'maxmemory=64mb', '--config', 'notify-keyspace-events=KEA')
    expect(await call(port, 'CONFIG', 'GET', 'maxmemory')).toBe('*[$maxmemory $67108864]')
  })
})

describe('isodis serve redis.conf', () => {
  let own: string
  const conf = (...lines: string[]): string => {
    own = mkdtempSync(join(tmpdir(), 'isodis-cli-'))
    const path = join(own, 'redis.conf')
    writeFileSync(path, lines.join('\n'))
    return path
  }
  afterEach(() => rmSync(own, { recursive: true, force: true }))

  test('takes the directives of redis-server, and the command line after them', async () => {
    const path = conf(
      '# a comment',
      'include other.conf',
      'port 0',
      'maxmemory 100mb',
      'save 900 1',
      'save 300 10',
      'requirepass " s3\\x21 "',
    )
    const other = join(own, 'other.conf')
    writeFileSync(other, 'maxmemory 1gb\ntcp-keepalive 60\ndaemonize no\nbind 127.0.0.1 -::1\n')
    writeFileSync(path, readFileSync(path, 'utf8').replace('other.conf', other))
    const command = start('serve', path, '--dir', own, '--maxmemory-policy', 'allkeys-lru', '--unixsocket', join(own, 'socket'))
    await command.says(/Ready to accept connections unix/)
    const client = await RespClient.connect({ path: join(own, 'socket') })
    expect(shown(await client.call('AUTH', ' s3! '))).toBe('+OK')
    const get = async (name: string): Promise<string> => shown(await client.call('CONFIG', 'GET', name))
    expect(await get('maxmemory')).toBe('*[$maxmemory $104857600]')
    expect(await get('save')).toBe('*[$save $900 1 300 10]')
    expect(await get('maxmemory-policy')).toBe('*[$maxmemory-policy $allkeys-lru]')
    expect(await get('tcp-keepalive')).toBe('*[$tcp-keepalive $60]')
    expect(shown(await client.call('SET', 'a', 'b'))).toBe('+OK')
    expect(shown(await client.call('SAVE'))).toBe('+OK')
    client.close()
    expect(existsSync(join(own, 'dump.rdb'))).toBe(true)
  })

  test('takes what the redis.conf of Redis 7.2 and later has beside that of 7.0', async () => {
    const path = conf('port 0', 'locale-collate ""', 'set-max-listpack-entries 128', 'set-max-listpack-value 64', 'server-cpulist 0-1')
    const command = start('serve', path, '--dir', own, '--unixsocket', join(own, 'socket'))
    await command.says(/Ready to accept connections unix/)
    const client = await RespClient.connect({ path: join(own, 'socket') })
    expect(shown(await client.call('CONFIG', 'GET', 'set-max-listpack-value'))).toBe('*[$set-max-listpack-value $64]')
    client.close()
  })

  test('--save takes rules as redis-server does', async () => {
    const { port } = await serve('--save', '60', '1', '--save', '', '--save', '900', '1', '--save', '300', '10')
    expect(await call(port, 'CONFIG', 'GET', 'save')).toBe('*[$save $900 1 300 10]')
  })

  test('a value of several words may be quoted once more, as from a program without a shell', async () => {
    const { port } = await serve('--save', '""', '--client-output-buffer-limit', 'pubsub "1" 2 3')
    expect(await call(port, 'CONFIG', 'GET', 'save')).toBe('*[$save $]')
    expect(await call(port, 'CONFIG', 'GET', 'client-output-buffer-limit')).toContain('pubsub 1 2 3')
    const quoted = await serve('--save', '900 1 "300" 10')
    expect(await call(quoted.port, 'CONFIG', 'GET', 'save')).toBe('*[$save $900 1 300 10]')
    const refused = start('serve', '--save', '"900 1')
    expect(await refused.ended).toBe(2)
    expect(refused.stderr).toContain('Invalid save parameters')
  })

  test('may be a cluster of one node, which cannot be a replica', async () => {
    const { port } = await serve('--cluster-enabled', 'yes')
    expect(await call(port, 'CLUSTER', 'INFO')).toContain('cluster_state:ok')
    expect(await call(port, 'MGET', 'a', 'b')).toContain('CROSSSLOT')
    const refused = start('serve', '--cluster-enabled', 'yes', '--replicaof', '127.0.0.1 1')
    expect(await refused.ended).toBe(2)
    expect(refused.stderr).toContain('replicaof directive not allowed in cluster mode')
  })

  test.for([
    ['nonsense yes', 'Bad directive or wrong number of arguments'],
    ['constructor yes', 'Bad directive or wrong number of arguments'],
    ['maxmemory "1gb', 'Unbalanced quotes in configuration line'],
    ['loadmodule /x.so', 'modules cannot be loaded'],
    ['replica-read-only no', 'cannot be written to'],
  ] as const)('%s is refused, with its line', async ([line, message]) => {
    const path = conf('port 0', line)
    const command = start('serve', path)
    expect(await command.ended).toBe(1)
    expect(command.stderr).toContain(`Reading the configuration file, ${path}, at line 2\n>>> '${line}'\n`)
    expect(command.stderr).toContain(message)
    expect(command.stderr).not.toMatch(/^\s+at /m)
  })
})

describe('users', () => {
  const own = mkdtempSync(join(tmpdir(), 'isodis-users-'))
  afterAll(() => rmSync(own, { recursive: true, force: true }))
  /** Says lines on one connection. */
  const say = async (port: number, ...lines: string[]): Promise<string[]> => {
    const client = await RespClient.connect({ host: '127.0.0.1', port })
    const replies: string[] = []
    for (const line of lines) {
      replies.push(await client.call(...line.split(' ')).then(shown, () => 'closed'))
    }
    client.close()
    return replies
  }

  test('--user makes them, and limits the default one', async () => {
    const { port, command } = await serve('--user', 'alice on >secret ~app:* +@read', '--user', 'default', 'off', '--user', 'bob >x')
    expect(await say(port, 'PING', 'AUTH alice wrong', 'AUTH alice secret', 'GET app:1', 'GET other', 'SET app:1 x')).toEqual([
      '-NOAUTH Authentication required.',
      '-WRONGPASS invalid username-password pair or user is disabled.',
      '+OK',
      '$null',
      '-NOPERM this user has no permissions to access one of the keys used as arguments',
      "-NOPERM this user has no permissions to run the 'set' command",
    ])
    expect(command.stdout).toContain("The user 'bob' is disabled")
    expect(command.stdout).not.toContain('secret')
  })

  test('redis.conf has them too', async () => {
    const conf = join(own, 'redis.conf')
    writeFileSync(conf, `port 0\ndir ${own}\nsave ""\nuser ann on nopass ~* (+get ~a) "(+set ~b)"\n`)
    const command = start('serve', conf, '--unixsocket', join(own, 'socket'))
    await command.says(/Ready to accept connections unix/)
    const client = await RespClient.connect({ path: join(own, 'socket') })
    expect(shown(await client.call('ACL', 'LIST'))).toBe(
      '*[$user ann on nopass ~* resetchannels -@all (~a resetchannels -@all +get) (~b resetchannels -@all +set) $user default on nopass ~* &* +@all]',
    )
    client.close()
  })

  test('--aclfile is read at the start, by ACL LOAD, and written by ACL SAVE', async () => {
    const path = join(own, 'users.acl')
    writeFileSync(path, 'user default on nopass ~* &* +@all\nuser alice on nopass ~a* +@all\n')
    const { port } = await serve('--dir', own, '--save', '', '--aclfile', 'users.acl')
    expect(await say(port, 'AUTH alice x', 'ACL WHOAMI', 'GET b', 'CONFIG GET aclfile')).toEqual([
      '+OK',
      '$alice',
      '-NOPERM this user has no permissions to access one of the keys used as arguments',
      '*[$aclfile $users.acl]',
    ])
    expect(await say(port, 'ACL SETUSER bob on >pw', 'ACL SAVE', 'ACL SETUSER bob off', 'ACL LOAD', 'AUTH bob pw')).toEqual(
      Array.from({ length: 5 }, () => '+OK'),
    )
    expect(readFileSync(path, 'latin1').split('\n').length).toBe(4)
    expect(statSync(path).mode & 0o77).toBe(0)
    expect(readdirSync(own).filter((name) => name.includes('tmp'))).toEqual([])
    // Who loads is told so before the connection of a user from before ends.
    expect(await say(port, 'AUTH alice x', 'ACL LOAD', 'PING')).toEqual(['+OK', '+OK', 'closed'])
    writeFileSync(
      path,
      'user default on nopass ~* &* +@all\nuser carl on >hidden (+get\nusr x\nuser carl\nuser dan +nosuch >hidden2 nonsense\n',
    )
    expect(await say(port, 'ACL LOAD', 'ACL USERS')).toEqual([
      "-ERR users.acl:2: Unmatched parenthesis in selector definition. users.acl:3 should start with user keyword followed by the username. WARNING: Duplicate user 'carl' found on line 4. users.acl:5: Error in applying operation '+nosuch': Unknown command or category name in ACL. users.acl:5: Syntax error. WARNING: ACL errors detected, no change to the previously active ACL rules was performed",
      '*[$alice $bob $default]',
    ])
    rmSync(path)
    expect(await say(port, 'ACL LOAD')).toEqual(["-ERR Error loading ACLs, opening file 'users.acl': No such file or directory"])
  })

  test.for([
    [['--user', 'a b~c on >secret'], "Error in the rules of user 'a': Syntax error"],
    [['--user', 'foo', '--user', 'foo'], "Duplicate user found. A user can only be defined once in config files: 'foo'"],
    [['--user', 'default', '--user', 'default'], 'Duplicate user found'],
    [['--user', 'a (+get'], 'Unmatched parenthesis'],
    [['--aclfile', '/nosuch/users.acl'], "Error loading ACLs, opening file '/nosuch/users.acl': No such file or directory"],
    [['--user', 'a', '--aclfile', '/nosuch'], 'not in both'],
  ] as const)('%j is no way to start', async ([args, message]) => {
    const command = start('serve', '--port', '0', ...args)
    expect(await command.ended).toBe(1)
    expect(command.stderr).toContain(message)
    expect(command.stderr).not.toMatch(/^\s+at |secret/m)
  })
})

describe('what it cannot do it says, without a stack', () => {
  test.for([
    [['serve', '--port', 'x'], `'port "x"': argument couldn't be parsed into an integer`],
    [['serve', '--port', '70000'], 'argument must be between 0 and 65535 inclusive'],
    [['serve', '--port'], `'port': wrong number of arguments`],
    [['serve', '--port', '1', '2'], `'port "1" "2"': wrong number of arguments`],
    [['serve', '--save', 'often'], 'Invalid save parameters'],
    [['serve', '--nonsense'], 'unknown option --nonsense\n'],
    [['serve', '--constructor', '1'], 'unknown option --constructor\n'],
    [['serve', '--prot', '1'], 'unknown option --prot; did you mean --port?'],
    [['serve', '-p', '1'], 'unknown option -p: options begin with two dashes'],
    [['rdb'], 'rdb takes one file'],
    [['rdb', 'a.rdb', '--chek'], 'unknown option --chek; did you mean --check?'],
  ] as const)('isodis %s', async ([args, message]) => {
    const command = start(...args)
    expect(await command.ended).toBe(2)
    expect(command.stderr).toContain(message)
    // Two lines: what is wrong, and where to read on.
    expect(command.stderr).toMatch(new RegExp(`^isodis: .*\nisodis help ${args[0]} lists the options\\.\n$`))
  })

  test.for([
    [[], ''],
    [['dance'], '\nisodis: unknown command "dance"\n'],
    [['srve'], '\nisodis: unknown command "srve"; did you mean serve?\n'],
  ] as const)('isodis %s', async ([args, message]) => {
    const command = start(...args)
    expect(await command.ended).toBe(2)
    expect(command.stderr).toBe(USAGE + message)
  })

  test.for([
    [['help'], 'isodis help [serve | rdb]'],
    [['--help'], 'isodis help [serve | rdb]'],
    [['help', 'serve'], '--rest-port N'],
    [['serve', '--help'], '--rest-port N'],
    [['rdb', '-h'], 'lines of JSON'],
    [['version'], 'isodis 0.'],
  ] as const)('isodis %s explains itself', async ([args, text]) => {
    const command = start(...args)
    expect(await command.ended).toBe(0)
    expect(command.stdout).toContain(text)
    expect(command.stderr).toBe('')
  })

  test('a configuration file that is missing', async () => {
    const command = start('serve', join(dir, 'none.conf'))
    expect(await command.ended).toBe(1)
    expect(command.stderr).toContain(`isodis: Fatal error, can't open config file '${join(dir, 'none.conf')}': No such file or directory`)
  })

  test('a port that is taken', async () => {
    const other = createServer()
    const port = await new Promise<number>((resolve) =>
      other.listen(0, '127.0.0.1', () => resolve((other.address() as { port: number }).port)),
    )
    const command = start('serve', '--port', String(port))
    expect(await command.ended).toBe(1)
    expect(command.stdout).toContain(`# Failed listening on port ${port} (TCP), aborting.`)
    expect(command.stderr).toContain('EADDRINUSE')
    expect(command.stderr).toContain('--port')
    expect(command.stderr).not.toMatch(/^\s+at /m)
    other.close()
  })

  test('with REST the default port gives way to a redis-server that has it', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.once('error', () => resolve()).listen(6379, '127.0.0.1', () => resolve()))
    const command = start('serve', '--rest-port', '0', '--token', 'secret')
    const [, port] = await command.says(/connections tcp 127\.0\.0\.1:(\d+)[^]*REST requests/)
    expect(port).not.toBe('6379')
    other.close()
  })

  test('a damaged file', async () => {
    writeFileSync(join(dir, 'damaged.rdb'), 'REDIS0010 this is no dump')
    const command = start('serve', '--port', '0', '--dir', dir, '--dbfilename', 'damaged.rdb')
    expect(await command.ended).toBe(1)
    expect(command.stderr).toContain('damaged.rdb')
    expect(command.stderr).not.toMatch(/^\s+at /m)
  })
})
