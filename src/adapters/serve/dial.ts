// Connections to other servers, from Node, Deno and Bun: to a master, and of MIGRATE.
import { connect } from 'node:net'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import type { Dial } from '../../core/engine/ports.ts'

/** @param tls what TLS takes; undefined for none */
export const dialWith =
  (tls: ConnectionOptions | undefined): Dial =>
  (host, port) => {
    const socket = tls === undefined ? connect({ host, port }) : connectTls({ ...tls, host, port })
    socket.setNoDelay(true)
    socket.on('error', () => {}) // who waits or reads hears of it
    return {
      opened: new Promise((resolve, reject) => {
        socket.once(tls === undefined ? 'connect' : 'secureConnect', resolve)
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

export const dial = dialWith(undefined)
