// Scripts that are written for Upstash. Their first line may have a flag that only Upstash knows (it locks the keys alone, where
// others lock everything), and which a Redis refuses; without it they do the same. They keep their digests nevertheless.
// https://upstash.com/docs/redis/features/key-locking-in-lua-scripts
import { type ByteString, toUint8Array } from '../bytes.ts'
import type { Argv } from '../client/backend.ts'

/** Pages that are not secure have no `subtle`. */
interface Crypto {
  subtle?: { digest(name: 'SHA-1', bytes: Uint8Array): Promise<ArrayBuffer> }
}

const FLAG = 'allow-key-locking'
/** As many digests are kept; a client that finds one missing sends the script. */
const MOST_DIGESTS = 1000

export class UpstashScripts {
  /** The digest that a script is run by, by the digest that it was sent with. */
  readonly #digests = new Map<ByteString, ByteString>()

  /** A command line as any Redis takes it. */
  translate(argv: Argv): Argv {
    switch (argv[0]) {
      case 'EVAL':
      case 'EVAL_RO':
        return this.#withScript(argv, 1)
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return this.#digests.size === 0 ? argv : argv.map((word, i) => (i === 1 ? this.#digest(word) : word))
      case 'SCRIPT':
        if (argv[1]?.toUpperCase() === 'LOAD') return this.#withScript(argv, 2)
        return this.#digests.size === 0 ? argv : argv.map((word, i) => (i > 1 ? this.#digest(word) : word))
      default:
        return argv
    }
  }

  #digest(given: ByteString): ByteString {
    return this.#digests.get(given.toLowerCase()) ?? given
  }

  #withScript(argv: Argv, at: number): Argv {
    const script = argv[at] ?? ''
    const plain = withoutFlag(script)
    if (plain === script) return argv
    this.#learn(script, plain).catch(() => {}) // then a client that asks by the digest is told to send the script
    return argv.map((word, i) => (i === at ? plain : word))
  }

  async #learn(script: ByteString, plain: ByteString): Promise<void> {
    const { subtle } = (globalThis as { crypto?: Crypto }).crypto ?? {}
    if (subtle === undefined || this.#digests.size >= MOST_DIGESTS) return
    const sha1 = async (text: ByteString): Promise<string> => hex(await subtle.digest('SHA-1', toUint8Array(text)))
    this.#digests.set(await sha1(script), await sha1(plain))
  }
}

/** The script without the flag in its first line: `#!lua flags=allow-key-locking,no-writes`. */
function withoutFlag(script: ByteString): ByteString {
  if (!script.startsWith('#!')) return script
  const end = script.includes('\n') ? script.indexOf('\n') : script.length
  const words = script.slice(0, end).split(' ')
  const left = words.flatMap((word) => {
    if (!word.startsWith('flags=')) return [word]
    const flags = word.slice('flags='.length).split(',')
    if (!flags.includes(FLAG)) return [word]
    const others = flags.filter((flag) => flag !== FLAG)
    return others.length === 0 ? [] : [`flags=${others.join(',')}`]
  })
  return left.join(' ') + script.slice(end)
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
