// What React Native puts around Hermes, as far as it matters here, for Hermes by itself; and `at`, which Hermes has had since the one of
// React Native 0.70, the last that npm has as a program. Like those up to 0.84 that one has no Symbol.asyncIterator and no TextDecoder.
const { AbortController, AbortSignal } = require('abort-controller/dist/abort-controller.js')

function at(index) {
  return this[index < 0 ? this.length + index : index]
}
for (const { prototype } of [Array, String, Object.getPrototypeOf(Uint8Array)]) Object.defineProperty(prototype, 'at', { value: at })

// The timers of the program `hermes` do not wait.
const nextTurn = globalThis.setTimeout
const timers = new Map()
let last = 0
function turn() {
  for (const [id, { due, run }] of timers) if (due <= Date.now() && timers.delete(id)) nextTurn(run)
  if (timers.size > 0) nextTurn(turn)
}

Object.assign(globalThis, {
  AbortController,
  AbortSignal,
  console: { assert() {} },
  navigator: { product: 'ReactNative' },
  setImmediate: (run) => void Promise.resolve().then(run),
  setTimeout(run, delay) {
    if (timers.size === 0) nextTurn(turn)
    timers.set(++last, { due: Date.now() + delay, run })
    return last
  },
  clearTimeout: (id) => void timers.delete(id),
})
