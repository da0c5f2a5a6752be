// A service worker that shares the database with the tabs, and answers for it.
import { createRedis } from '../../../src/adapters/memory.ts'
import { indexedDb } from '../../../src/adapters/storage/indexeddb.ts'

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface FetchEvent extends Event {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface Worker {
  readonly clients: { claim(): Promise<void> }
  addEventListener(type: 'activate', run: (event: ExtendableEvent) => void): void
  addEventListener(type: 'fetch', run: (event: FetchEvent) => void): void
}

const worker = globalThis as unknown as Worker
const redis = createRedis({ storage: indexedDb('shared'), shared: true })

async function visit(): Promise<Response> {
  const shared = await redis
  const visits = await shared.incr('visits')
  return Response.json({ visits, role: shared.role })
}

worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()))
worker.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname === '/api/visits') event.respondWith(visit())
})
