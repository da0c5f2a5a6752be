// Types of the packages that bring none, as far as the tests use them.
declare module 'redlock' {
  export interface Lock {
    readonly resource: string[]
    readonly value: string
    readonly expiration: number
    extend(ttl: number): Promise<Lock>
    unlock(): Promise<void>
  }
  export default class Redlock {
    static LockError: new () => Error
    constructor(clients: unknown[], options?: { retryCount?: number; retryDelay?: number; retryJitter?: number; driftFactor?: number })
    on(event: 'clientError', listener: (error: Error) => void): void
    lock(resources: string | string[], ttl: number): Promise<Lock>
    quit(): Promise<unknown>
  }
}

declare module 'express-session' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export interface SessionData {
    cookie: { originalMaxAge?: number | null }
    [name: string]: unknown
  }
  export class Store {
    generate: unknown
  }
  function session(options: {
    store: Store
    secret: string
    resave: boolean
    saveUninitialized: boolean
    cookie?: { maxAge?: number }
  }): (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void
  export default session
}
