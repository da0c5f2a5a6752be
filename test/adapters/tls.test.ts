// TLS: `serveResp` and `replicate` from code, `isodis serve` with redis-server's parameters, clients and replicas of both.
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectPlain, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRedis } from '../../src/adapters/memory.ts'
import { replicate, serveResp } from '../../src/adapters/serve/server.ts'
import { makeCertificates } from '../support/certificates.js'
import { buildCommand, CommandLine } from '../support/command-line.ts'
import { startRedisServer } from '../support/redis-server.ts'
import { freePorts } from '../support/redis-ports.ts'

const run = promisify(execFile)
const dir = mkdtempSync(join(tmpdir(), 'isodis-tls-'))
const at = (name: string): string => join(dir, name)
const read = (name: string): Buffer => readFileSync(at(name))
const started: CommandLine[] = []
let file: string

beforeAll(async () => {
  makeCertificates(dir)
  file = await buildCommand()
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

const own = (kind: 'server' | 'client' | 'redis'): { ca: Buffer; cert: Buffer; key: Buffer } => ({
  ca: read('ca.crt'),
  cert: read(`${kind}.crt`),
  key: read(`${kind}.key`),
})

/** Sends bytes. @returns what came back until it had the last of them, or the connection ended; how it ended */
function exchange(socket: Socket, bytes: string, last: string): Promise<string> {
  const received: string[] = []
  let end = ''
  return new Promise((resolve) => {
    socket.on('data', (data) => {
      received.push(data.toString('latin1'))
      end = (end + received.at(-1)!).slice(-last.length)
      if (end === last) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(received.join('')))
    socket.write(bytes, 'latin1')
    socket.resume()
  })
}

const secure = (port: number, options: ConnectionOptions = {}): TLSSocket =>
  connect({ host: '127.0.0.1', port, ca: read('ca.crt'), ...options })
const ping = (port: number, options: ConnectionOptions = {}): Promise<string> => exchange(secure(port, options), 'PING\r\n', '+PONG\r\n')
const MUTUAL = (): ConnectionOptions => own('client')

describe('from code', () => {
  test('clients of rediss:// talk to serveResp', async () => {
    await using redis = await createRedis()
    await using server = await serveResp(redis, { port: 0, tls: own('server') })
    const io = new Redis(`rediss://127.0.0.1:${server.port}`, { tls: { ca: read('ca.crt') } })
    expect(await io.set('k', 'é')).toBe('OK')
    expect(await io.client('LIST')).toMatch(new RegExp(`addr=127\\.0\\.0\\.1:\\d+ laddr=127\\.0\\.0\\.1:${server.port} `))
    io.disconnect()
    const node = createClient({ url: `rediss://127.0.0.1:${server.port}`, socket: { tls: true, ca: read('ca.crt') } })
    await node.connect()
    expect(await node.get('k')).toBe('é')
    node.destroy()
  })

  test('clients need a certificate if the options say so', async () => {
    const log = vi.fn()
    await using redis = await createRedis({ log })
    await using server = await serveResp(redis, { port: 0, tls: { ...own('server'), requestCert: true } })
    expect(await ping(server.port, MUTUAL())).toBe('+PONG\r\n')
    expect(await ping(server.port)).toBe('')
    await vi.waitFor(() =>
      expect(log).toHaveBeenCalledWith(
        'warning',
        'Error accepting a client connection: error:0A0000C7:SSL routines::peer did not return a certificate',
      ),
    )
  })

  test('a pipeline whose replies are not read is finished when they are', async () => {
    await using redis = await createRedis()
    await redis.set('large', 'x'.repeat(100_000))
    await using server = await serveResp(redis, { port: 0, tls: own('server') })
    const socket = secure(server.port)
    socket.pause()
    socket.write('GET large\r\n'.repeat(300) + 'ECHO end\r\n')
    // Others are answered meanwhile.
    for (let i = 0; i < 10; i++) expect(await ping(server.port)).toBe('+PONG\r\n')
    const all = await exchange(socket, '', '$3\r\nend\r\n')
    expect(all.length).toBe(300 * ('$100000\r\n'.length + 100_002) + '$3\r\nend\r\n'.length)
  })

  test('who says nothing, or no TLS, holds up nobody, counts for maxclients, and is ended with the server', async () => {
    const log = vi.fn()
    await using redis = await createRedis({ log })
    await using server = await serveResp(redis, { port: 0, tls: own('server') })
    const silent = Array.from({ length: 3 }, () => connectPlain(server.port, '127.0.0.1'))
    await Promise.all(silent.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    expect(await ping(server.port)).toBe('+PONG\r\n')
    expect(await exchange(connectPlain(server.port, '127.0.0.1'), 'PING\r\n', '+PONG\r\n')).not.toContain('PONG')
    expect(log).toHaveBeenCalledWith('warning', 'Error accepting a client connection: error:0A00010B:SSL routines::wrong version number')
    await redis.call('CONFIG', 'SET', 'maxclients', '3')
    expect(await ping(server.port)).toBe('')
    silent.pop()!.destroy()
    await vi.waitFor(async () => expect(await ping(server.port)).toBe('+PONG\r\n'))
    const ended = silent.map((socket) => new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)))
    await server.close()
    await Promise.all(ended)
  })

  test('a handshake on a port without TLS is a protocol error like any other', async () => {
    await using redis = await createRedis()
    await using server = await serveResp(redis, { port: 0 })
    expect(await ping(server.port)).toBe('')
  })

  test('replicate follows a server over TLS; a certificate of nobody is an error', async () => {
    await using master = await createRedis()
    await master.set('k', 'v')
    await using server = await serveResp(master, { port: 0, tls: own('server') })
    await using copy = await createRedis()
    await expect(replicate(copy, { port: server.port, tls: true })).rejects.toThrow(/MASTERDOWN .*(certificate|issuer)/)
    await using link = await replicate(copy, { port: server.port, tls: { ca: read('ca.crt') } })
    expect(link.connected).toBe(true)
    expect(await copy.get('k')).toBe('v')
  })
})

/** The parameters that name certificates, as options. */
const files = (kind: 'server' | 'redis'): string[] => [
  ...['--tls-cert-file', at(`${kind}.crt`), '--tls-key-file', at(`${kind}.key`), '--tls-ca-cert-file', at('ca.crt')],
]

/** Starts a server with a port for TLS. */
async function serve(...args: string[]): Promise<{ command: CommandLine; port: number }> {
  const [port] = await freePorts(1)
  const command = new CommandLine(file, 'serve', ...args, '--tls-port', String(port))
  started.push(command)
  await command.says(new RegExp(`Ready to accept connections tls 127\\.0\\.0\\.1:${port}`))
  return { command, port }
}

async function cli(port: number, ...args: string[]): Promise<string> {
  const certificates = ['--tls', '--cacert', at('ca.crt'), '--cert', at('client.crt'), '--key', at('client.key')]
  const { stdout } = await run('redis-cli', ['-p', String(port), ...certificates, ...args])
  return stdout.trim()
}

/** CONFIG SET. */
const set = (port: number, ...args: string[]): Promise<string> => cli(port, 'CONFIG', 'SET', ...args)
const refused = (name: string, reason = 'Unable to update TLS configuration. Check server logs.'): string =>
  `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`

describe('isodis serve', () => {
  test('--tls-port with --port 0 is the only port; clients need certificates unless tls-auth-clients says otherwise', async () => {
    const { command, port } = await serve('--port', '0', ...files('server'))
    expect(command.stdout).not.toContain('connections tcp')
    expect(await cli(port, 'INFO', 'server')).toContain(`tcp_port:${port}\r`)
    const stranger = mkdtempSync(join(dir, 'stranger-'))
    makeCertificates(stranger)
    const strange = { cert: readFileSync(join(stranger, 'client.crt')), key: readFileSync(join(stranger, 'client.key')) }
    const outcomes = async (): Promise<boolean[]> =>
      Promise.all([MUTUAL(), {}, strange].map(async (options) => (await ping(port, options)) === '+PONG\r\n'))
    expect(await outcomes()).toEqual([true, false, false])
    expect(await set(port, 'tls-auth-clients', 'no')).toBe('OK')
    expect(await outcomes()).toEqual([true, true, true])
    expect(await set(port, 'tls-auth-clients', 'optional')).toBe('OK')
    expect(await outcomes()).toEqual([true, true, false])
    expect(await set(port, 'tls-auth-clients', 'yes')).toBe('OK')
    expect(await outcomes()).toEqual([true, false, false])
    expect(command.stdout).toContain('Error accepting a client connection: error:0A000086:SSL routines::certificate verify failed')
  })

  test('certificates and protocols are exchanged while connections go on; what cannot be had changes nothing', async () => {
    const { command, port } = await serve('--port', '0', ...files('server'))
    const subject = async (): Promise<string> => {
      const socket = secure(port, MUTUAL())
      await new Promise((resolve) => socket.once('secureConnect', resolve))
      const { subject } = socket.getPeerCertificate()
      socket.destroy()
      return String(subject.CN)
    }
    expect(await subject()).toBe('server')
    const before = secure(port, MUTUAL())
    await new Promise((resolve) => before.once('secureConnect', resolve))
    expect(await set(port, 'tls-cert-file', at('redis.crt'), 'tls-key-file', at('redis.key'))).toBe('OK')
    expect(await subject()).toBe('redis')
    expect(await exchange(before, 'PING\r\n', '+PONG\r\n')).toBe('+PONG\r\n')

    expect(await set(port, 'tls-cert-file', '/none')).toBe(refused('tls-cert-file'))
    expect(await set(port, 'tls-key-file', at('client.key'))).toBe(refused('tls-key-file'))
    expect(await set(port, 'tls-protocols', 'SSLv3')).toBe(refused('tls-protocols'))
    expect(await set(port, 'tls-ciphers', 'NONE')).toBe(refused('tls-ciphers'))
    expect(await set(port, 'tls-ca-cert-file', '')).toBe(refused('tls-ca-cert-file'))
    expect(await subject()).toBe('redis')
    for (const line of [
      'Failed to load certificate: /none: No such file or directory',
      `Failed to load private key: ${at('client.key')}: error:05800074:x509 certificate routines::key values mismatch`,
      "Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.",
      'Failed to configure ciphers: NONE',
      'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when',
    ])
      expect(command.stdout).toContain(line)

    expect(await set(port, 'tls-protocols', 'TLSv1.2')).toBe('OK')
    expect(await ping(port, { ...MUTUAL(), minVersion: 'TLSv1.3' })).toBe('')
    expect(await ping(port, MUTUAL())).toBe('+PONG\r\n')
  })

  test('CONFIG SET opens and closes the ports; a port that is taken leaves all as it was', async () => {
    const { port } = await serve('--port', '0', ...files('server'))
    const [other, plain] = await freePorts(2)
    expect(await set(port, 'port', String(plain))).toBe('OK')
    expect(await exchange(connectPlain(plain, '127.0.0.1'), 'PING\r\n', '+PONG\r\n')).toBe('+PONG\r\n')
    expect(await set(port, 'tls-port', String(plain))).toBe(refused('tls-port', 'Unable to listen on this port. Check server logs.'))
    expect(await set(port, 'tls-port', String(other))).toBe('OK')
    expect(await ping(port, MUTUAL())).toBe('')
    expect(await ping(other, MUTUAL())).toBe('+PONG\r\n')
  })

  test('a redis.conf has it, which CONFIG REWRITE writes; SHUTDOWN ends connections', async () => {
    const [port] = await freePorts(1)
    const conf = at('redis.conf')
    const certificates = [`tls-cert-file ${at('server.crt')}`, `tls-key-file ${at('server.key')}`, `tls-ca-cert-file ${at('ca.crt')}`]
    writeFileSync(conf, [`dir ${dir}`, 'save ""', 'port 0', `tls-port ${port}`, ...certificates, `tls-dh-params-file redis.dh`].join('\n'))
    const command = new CommandLine(file, 'serve', conf)
    started.push(command)
    await command.says(/Ready to accept connections tls/)
    expect(await set(port, 'tls-auth-clients', 'optional')).toBe('OK')
    expect(await cli(port, 'CONFIG', 'REWRITE')).toBe('OK')
    expect(readFileSync(conf, 'utf8')).toMatch(/tls-dh-params-file redis\.dh\n[^]*\ntls-auth-clients optional\n/)
    const idle = secure(port)
    const silent = connectPlain(port, '127.0.0.1')
    const ended = [idle, silent].map((socket) => new Promise((resolve) => socket.on('error', () => {}).once('close', resolve)))
    await new Promise((resolve) => idle.once('secureConnect', resolve))
    await cli(port, 'SHUTDOWN')
    expect(await command.ended).toBe(0)
    await Promise.all(ended)
  })

  test.for([
    [['--tls-port', '1'], 'No tls-cert-file configured!'],
    [
      ['--tls-port', '1', '--tls-cert-file', '/none', '--tls-key-file', '/none', '--tls-auth-clients', 'no'],
      'Failed to load certificate: /none:',
    ],
    [['--tls-replication', 'YES'], 'No tls-cert-file configured!'],
  ] as const)('%s does not start', async ([args, line]) => {
    const command = new CommandLine(file, 'serve', '--port', '0', ...args)
    started.push(command)
    expect(await command.ended).toBe(1)
    expect(command.stdout).toContain(line)
    expect(command.stderr).toContain('Failed to configure TLS. Check logs for more info.')
  })

  test('a cluster tells clients of the port that is for them', async () => {
    const [plain] = await freePorts(1)
    const { port } = await serve('--port', String(plain), ...files('redis'), '--cluster-enabled', 'yes', '--tls-cluster', 'yes')
    const unencrypted = async (...args: string[]): Promise<string> => (await run('redis-cli', ['-p', String(plain), ...args])).stdout
    expect((await cli(port, 'CLUSTER', 'SLOTS')).split('\n')[3]).toBe(String(port))
    expect((await unencrypted('CLUSTER', 'SLOTS')).split('\n')[3]).toBe(String(plain))
    for (const shards of [await cli(port, 'CLUSTER', 'SHARDS'), await unencrypted('CLUSTER', 'SHARDS')])
      expect(shards).toMatch(new RegExp(`port\\n${plain}\\ntls-port\\n${port}\\nip\\n127\\.0\\.0\\.1\\n`))
    expect(await cli(port, 'CLUSTER', 'NODES')).toContain(` 127.0.0.1:${port}@${port + 10_000} myself`)
    expect(await unencrypted('CLUSTER', 'NODES')).toContain(` 127.0.0.1:${plain}@${port + 10_000} myself`)
  })

  test('it is the master and the replica of a redis-server over TLS, also when it is started anew', async () => {
    const { port } = await serve('--port', '0', ...files('redis'))
    const [theirs] = await freePorts(1)
    const options = ['--tls-port', String(theirs), ...files('redis'), '--tls-replication', 'yes', '--repl-diskless-sync-delay', '0']
    await using redis = await startRedisServer([...options, '--replicaof', `127.0.0.1 ${port}`])
    expect(redis.process.pid).toBeGreaterThan(0)
    expect(await cli(port, 'SET', 'k', 'v')).toBe('OK')
    await vi.waitFor(async () => expect(await cli(theirs, 'GET', 'k')).toBe('v'), { timeout: 20_000 })
    expect(await cli(port, 'INFO', 'replication')).toContain(`port=${theirs},state=online`)

    await cli(theirs, 'REPLICAOF', 'NO', 'ONE')
    const data = mkdtempSync(join(dir, 'data-'))
    const follower = [...files('redis'), '--port', '0', '--dir', data, '--tls-replication', 'yes', '--replicaof', `127.0.0.1 ${theirs}`]
    for (const value of ['first', 'second']) {
      const { command, port: own } = await serve(...follower)
      await cli(theirs, 'SET', 'k', value)
      await vi.waitFor(async () => expect(await cli(own, 'GET', 'k')).toBe(value), { timeout: 20_000 })
      await cli(own, 'SHUTDOWN', 'SAVE')
      await command.ended
      expect(command.stdout).toContain(value === 'first' ? 'Full resync from master' : 'Successful partial resynchronization')
    }
  })
})
