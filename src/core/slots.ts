// Which of a cluster's 16384 slots a key is in: CRC16 (XMODEM) of its hash tag, or of all of it.
// https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#key-distribution-model
import type { ByteString } from './bytes.ts'

export const SLOTS = 16_384
const POLYNOMIAL = 0x1021

export function slotOf(key: ByteString): number {
  const open = key.indexOf('{')
  const close = open < 0 ? -1 : key.indexOf('}', open + 1)
  return crc16(close > open + 1 ? key.slice(open + 1, close) : key) % SLOTS
}

/** Bit by bit: only an engine that is a cluster asks for every command. */
function crc16(bytes: ByteString): number {
  let crc = 0
  for (let i = 0; i < bytes.length; i++) {
    crc ^= bytes.charCodeAt(i) << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ POLYNOMIAL) & 0xffff : (crc << 1) & 0xffff
  }
  return crc
}
