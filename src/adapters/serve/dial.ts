// Connections to other servers, from Node, Deno and Bun: to a master, and of MIGRATE.
import { connect } from 'node:net'
import type { Dial } from '../../core/engine/ports.ts'

export const dial: Dial = (host, port) => {
  const socket = connect({ host, port, noDelay: true })
  socket.on('error', () => {}) // who waits or reads hears of it
  return {
    opened: new Promise((resolve, reject) => {
      socket.once('connect', resolve)
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('the connection was given up')))
    }),
    get local() {
      return `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`
    },
    send: (bytes) => void (socket.destroyed || socket.write(bytes, 'latin1')),
    close: () => void socket.destroy(),
    [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator](),
  }
}
