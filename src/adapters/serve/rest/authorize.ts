// Who asks: a bearer token, or `_token` in the query. Tokens are compared in constant time.
import { type ByteString, encodeUtf8, equalInConstantTime } from '../../../core/bytes.ts'

export type Access = 'full' | 'read-only'

export interface Tokens {
  token: string | undefined
  readOnlyToken?: string | undefined
}

const BEARER = /^bearer +/i

export class Authorizer {
  readonly #token: ByteString
  readonly #readOnlyToken: ByteString | undefined

  /** @throws TypeError for an empty token, which would let everyone in */
  constructor({ token, readOnlyToken }: Tokens) {
    if (typeof token !== 'string' || token === '') throw new TypeError('createRestHandler needs a token')
    if (readOnlyToken === '') throw new TypeError('readOnlyToken must not be empty')
    if (readOnlyToken === token) throw new TypeError('readOnlyToken must differ from token')
    this.#token = encodeUtf8(token)
    this.#readOnlyToken = readOnlyToken === undefined ? undefined : encodeUtf8(readOnlyToken)
  }

  /** @param header the Authorization header; @param fromQuery the query's token. @returns null for a stranger */
  access(header: string | null, fromQuery: ByteString | undefined): Access | null {
    const given = fromQuery ?? (header !== null && BEARER.test(header) ? encodeUtf8(header.replace(BEARER, '')) : '')
    const full = equalInConstantTime(given, this.#token)
    const readOnly = this.#readOnlyToken !== undefined && equalInConstantTime(given, this.#readOnlyToken)
    return full ? 'full' : readOnly ? 'read-only' : null
  }
}
