// TLS as redis.conf has it: what its parameters ask for as options of node:tls, for clients that connect and for connections to other
// servers. Files are read, and what they hold is tried, before anything depends on them.
import { constants } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type ConnectionOptions, createSecureContext, type SecureContextOptions, type SecureVersion, type TlsOptions } from 'node:tls'
import { decodeUtf8 } from '../../core/bytes.ts'
import type { Log } from '../../core/engine/ports.ts'
import { reasonOf } from './reason.ts'

interface TlsSettings {
  readonly server: TlsOptions
  readonly client: ConnectionOptions
}

/** Gives a parameter's value. */
type Value = (name: string) => string

/** What counts now. */
export class Tls {
  readonly #log: Log
  #settings: TlsSettings | null = null

  constructor(log: Log) {
    this.#log = log
  }

  /** For clients that connect; undefined if nothing wants TLS. */
  get server(): TlsOptions | undefined {
    return this.#settings?.server
  }

  /** For connections to other servers. */
  get client(): ConnectionOptions {
    return this.#settings?.client ?? {}
  }

  /** Reads certificates and keys, if anything wants TLS. @returns whether they will do; the log says why not */
  configure(value: Value): boolean {
    if (!wantsTls(value)) return true
    try {
      this.#settings = tlsSettings(value)
      return true
    } catch (error) {
      this.#log('warning', (error as Error).message)
      return false
    }
  }
}

/** Whether there is any connection that needs TLS. */
const wantsTls = (value: Value): boolean =>
  value('tls-port') !== '0' || value('tls-replication') === 'yes' || value('tls-cluster') === 'yes'

const VERSIONS: readonly SecureVersion[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']
const REFUSALS = [constants.SSL_OP_NO_TLSv1, constants.SSL_OP_NO_TLSv1_1, constants.SSL_OP_NO_TLSv1_2, constants.SSL_OP_NO_TLSv1_3]
/** Without any of these Node leaves version 1.3 out. */
const SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256'
/** How OpenSSL names the files in a directory of authorities. */
const HASHED = /^[0-9a-f]{8}\.\d+$/

/** @throws Error with the line that redis-server's log has about what is wrong */
function tlsSettings(bytesOf: Value): TlsSettings {
  const value: Value = (name) => decodeUtf8(bytesOf(name))
  const pathOf = (file: string): string => resolve(value('dir') || '.', file)
  const [cert, key, caFile, caDir] = ['cert-file', 'key-file', 'ca-cert-file', 'ca-cert-dir'].map((name) => value(`tls-${name}`))
  if (cert === '') throw new Error('No tls-cert-file configured!')
  if (key === '') throw new Error('No tls-key-file configured!')
  const clients = value('tls-auth-clients')
  if ((clients !== 'no' || value('tls-cluster') === 'yes' || value('tls-replication') === 'yes') && caFile === '' && caDir === '')
    throw new Error(
      'Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster, tls-replication or tls-auth-clients are enabled!',
    )

  /** Tries one option more. @param shown in place of the reason */
  const adds = (to: SecureContextOptions, problem: string, make: () => SecureContextOptions, shown?: string): SecureContextOptions => {
    try {
      const options = { ...to, ...make() }
      createSecureContext(options)
      return options
    } catch (error) {
      throw new Error(`${problem}: ${shown ?? opensslReason(error)}`, { cause: error })
    }
  }
  const contextOf = (certFile: string, keyFile: string, passphrase: string): SecureContextOptions => {
    let context = versions(value('tls-protocols'))
    context = adds(context, `Failed to load certificate: ${certFile}`, () => ({ cert: readFileSync(pathOf(certFile)) }))
    context = adds(context, `Failed to load private key: ${keyFile}`, () => ({ key: readFileSync(pathOf(keyFile)), passphrase }))
    context = adds(context, 'Failed to configure CA certificate(s) file/directory', () => ({
      ca: [
        ...(caFile === '' ? [] : [readFileSync(pathOf(caFile))]),
        ...(caDir === ''
          ? []
          : readdirSync(pathOf(caDir)).flatMap((name) => (HASHED.test(name) ? readFileSync(join(pathOf(caDir), name)) : []))),
      ],
    }))
    const [ciphers, suites] = [value('tls-ciphers'), value('tls-ciphersuites')]
    if (ciphers !== '') adds(context, 'Failed to configure ciphers', () => ({ ciphers }), ciphers)
    return adds(context, 'Failed to configure ciphersuites', () => ({ ciphers: `${suites || SUITES}:${ciphers || 'DEFAULT'}` }), suites)
  }

  const context = contextOf(cert, key, value('tls-key-file-pass'))
  const dhFile = value('tls-dh-params-file')
  const withDh =
    dhFile === '' ? context : adds(context, `Failed to load DH params file: ${dhFile}`, () => ({ dhparam: readFileSync(pathOf(dhFile)) }))
  const [ownCert, ownKey] = [value('tls-client-cert-file'), value('tls-client-key-file')]
  return {
    server: {
      ...withDh,
      ...(value('tls-session-caching') === 'no' && { secureOptions: (context.secureOptions ?? 0) | constants.SSL_OP_NO_TICKET }),
      sessionTimeout: Number(value('tls-session-cache-timeout')) || SHORTEST_S,
      honorCipherOrder: value('tls-prefer-server-ciphers') === 'yes',
      requestCert: clients !== 'no',
      rejectUnauthorized: clients === 'yes',
    },
    client: {
      ...(ownCert !== '' && ownKey !== '' ? contextOf(ownCert, ownKey, value('tls-client-key-file-pass')) : context),
      // As Redis: what an authority has signed is trusted, whatever host it names.
      checkServerIdentity: () => undefined,
    },
  }
}

/** Node takes 0 for its own default. */
const SHORTEST_S = 1

/** `TLSv1.2 TLSv1.3`, in any case; nothing is these two. @throws Error */
function versions(words: string): SecureContextOptions {
  const wanted = (words === '' ? 'tlsv1.2 tlsv1.3' : words.toLowerCase()).split(' ')
  const chosen = VERSIONS.filter((version) => wanted.includes(version.toLowerCase()))
  if (chosen.length === 0 || !wanted.every((word) => VERSIONS.some((version) => version.toLowerCase() === word)))
    throw new Error("Invalid tls-protocols specified. Use a combination of 'TLSv1', 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.")
  const refused = REFUSALS.filter((_, i) => !chosen.includes(VERSIONS[i]))
  return { minVersion: chosen[0], maxVersion: chosen.at(-1)!, secureOptions: refused.reduce((bits, bit) => bits | bit, 0) }
}

/** Why OpenSSL did not want something, as it words it itself: `error:0A00010B:SSL routines::wrong version number`. */
export function opensslReason(error: unknown): string {
  const [, code, library, reason] = /error:([0-9A-F]{8}):([^:]*):[^:]*:([^:\n]*)/i.exec(error instanceof Error ? error.message : '') ?? []
  return reason === undefined ? reasonOf(error) : `error:${code}:${library}::${reason}`
}
