// What a server that outlives no crash owes its REST clients, as those that speak RESP: a reply tells of nothing that a crash
// of this process would take back.
import type { Engine } from '../../../core/engine/engine.ts'

type Handler = (request: Request) => Promise<Response>

/** No response goes out before what it tells of is handed over to the storage. */
export function handedOverFirst(engine: Engine, handler: Handler): Handler {
  return async (request) => {
    const response = await handler(request)
    await engine.durability.handedOver()
    return response
  }
}
