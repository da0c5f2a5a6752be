// Keeps the page's files, so that it starts without a network. A build's files are one cache: they are all there before
// the worker takes over, and the page and its scripts are always of the same build.

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface Worker {
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
  readonly registration: { readonly scope: string }
  addEventListener(type: 'install' | 'activate', run: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', run: (event: FetchEvent) => void): void
  addEventListener(type: 'message', run: (event: MessageEvent) => void): void
}

// Both are put in by offline-plugin.ts.
declare const PRECACHED_FILES: readonly string[]
declare const BUILD_NAME: string

const worker = globalThis as unknown as Worker
const PREFIX = 'isodis-demo-'
const CACHE = PREFIX + BUILD_NAME
const FILES = PRECACHED_FILES

worker.addEventListener('install', (event) => {
  event.waitUntil(precache())
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(dropOldCaches().then(() => worker.clients.claim()))
})

// A new build waits until the page asks for it: the old one's scripts may still be wanted until then.
worker.addEventListener('message', (event) => {
  if (event.data === 'activate') void worker.skipWaiting()
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(worker.registration.scope)) return
  event.respondWith(respond(request))
})

async function precache(): Promise<void> {
  const cache = await caches.open(CACHE)
  await cache.addAll(FILES.map((file) => new Request(file, { cache: 'reload' })))
}

async function dropOldCaches(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
}

async function respond(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  // A module is asked for with an Origin header, and some servers vary by it.
  const options = { ignoreSearch: true, ignoreVary: true }
  const kept = await cache.match(request.mode === 'navigate' ? worker.registration.scope : request, options)
  return kept ?? fetch(request)
}
