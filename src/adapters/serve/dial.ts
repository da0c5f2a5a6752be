// Connections to other servers, from Node, Deno and Bun: to a master, and of MIGRATE.
import { connect } from 'node:net'
import type { Dial, Wire } from '../../core/engine/ports.ts'

export const dial: Dial = (host, port, timeoutMs) =>
  new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, timeout: timeoutMs })
    socket.once('timeout', () => socket.destroy(new Error('connection timed out')))
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('error', reject)
      socket.on('error', () => {}) // who reads hears of it
      const wire: Wire = {
        local: `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`,
        send: (bytes) => void (socket.destroyed || socket.write(bytes, 'latin1')),
        close: () => void socket.destroy(),
        [Symbol.asyncIterator]: () => socket[Symbol.asyncIterator](),
      }
      resolve(wire)
    })
  })
