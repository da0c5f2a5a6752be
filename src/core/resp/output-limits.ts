// `client-output-buffer-limit`: how much may wait for a client that does not read.

export interface OutputLimit {
  /** Bytes; more of them end the connection at once. 0 for no limit. */
  readonly hard: number
  /** Bytes; more of them for `seconds` end it. 0 for no limit. */
  readonly soft: number
  readonly seconds: number
}

export type ClientClass = 'normal' | 'slave' | 'pubsub'
export type OutputLimits = Readonly<Record<ClientClass, OutputLimit>>

export const CLASSES: readonly ClientClass[] = ['normal', 'slave', 'pubsub']
export const DEFAULT_OUTPUT_LIMITS = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60'

/** Of a value that was checked. */
export function parseOutputLimits(value: string): OutputLimits {
  const words = value.split(' ')
  const limitOf = (name: ClientClass): OutputLimit => {
    const [hard, soft, seconds] = words.slice(words.indexOf(name) + 1).map(Number)
    return { hard, soft, seconds }
  }
  return { normal: limitOf('normal'), slave: limitOf('slave'), pubsub: limitOf('pubsub') }
}
