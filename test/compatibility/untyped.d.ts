// Types of the packages that bring none, or ones for which further packages would be needed (express, another ioredis), as
// far as the tests use them.
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

declare module 'bull' {
  export interface Job {
    readonly id: string
    readonly data: Record<string, unknown>
    readonly returnvalue: unknown
    readonly attemptsMade: number
    readonly failedReason?: string
    readonly stacktrace: string[]
    progress(): unknown
    progress(value: unknown): Promise<void>
    finished(): Promise<unknown>
    getState(): Promise<string>
    log(line: string): Promise<unknown>
    update(data: object): Promise<void>
    promote(): Promise<void>
    remove(): Promise<void>
  }
  export interface JobOptions {
    attempts?: number
    backoff?: { type: string; delay: number }
    delay?: number
    jobId?: string
    lifo?: boolean
    priority?: number
    removeOnComplete?: boolean
    repeat?: { every: number } | { cron: string }
  }
  export interface QueueOptions {
    settings?: Record<string, number>
  }
  export interface Queue {
    add(data: object, options?: JobOptions): Promise<Job>
    add(name: string, data: object, options?: JobOptions): Promise<Job>
    addBulk(jobs: { name: string; data: object }[]): Promise<Job[]>
    process(work: (job: Job) => Promise<unknown>): Promise<void>
    process(name: string, concurrency: number, work: (job: Job) => Promise<unknown>): Promise<void>
    getJob(id: string): Promise<Job | null>
    getWaiting(): Promise<Job[]>
    getFailed(): Promise<Job[]>
    getCompleted(): Promise<Job[]>
    getActiveCount(): Promise<number>
    getCompletedCount(): Promise<number>
    getDelayedCount(): Promise<number>
    getJobCounts(): Promise<Record<string, number>>
    getJobLogs(id: string, start: number, end: number): Promise<{ logs: string[]; count: number }>
    getRepeatableJobs(): Promise<{ key: string; name: string; every: number | null; cron: string | null }[]>
    removeRepeatableByKey(key: string): Promise<void>
    isPaused(): Promise<boolean>
    pause(isLocal?: boolean, doNotWaitActive?: boolean): Promise<void>
    resume(): Promise<void>
    clean(grace: number, status: string): Promise<Job[]>
    obliterate(options: { force: boolean }): Promise<void>
    close(doNotWaitJobs?: boolean): Promise<void>
  }
  const Bull: new (name: string, options: QueueOptions & { createClient: () => unknown }) => Queue
  export default Bull
}

declare module 'rate-limit-redis' {
  export class RedisStore {
    constructor(options: { prefix: string; sendCommand: (command: string, ...args: string[]) => Promise<unknown> })
    init(options: { windowMs: number }): void
    increment(key: string): Promise<{ totalHits: number; resetTime?: Date }>
    get(key: string): Promise<{ totalHits: number; resetTime?: Date } | undefined>
    decrement(key: string): Promise<void>
    resetKey(key: string): Promise<void>
  }
}

declare module 'express-rate-limit' {
  import type { IncomingMessage, ServerResponse } from 'node:http'
  export function rateLimit(options: {
    windowMs: number
    limit: number
    store: unknown
    validate: boolean
    keyGenerator: (request: IncomingMessage) => string
    handler: (request: IncomingMessage, response: ServerResponse) => void
  }): (request: IncomingMessage, response: ServerResponse, next: () => void) => Promise<void>
}

declare module '@socket.io/redis-streams-adapter' {
  export function createAdapter(client: unknown, options: { heartbeatInterval: number; blockTimeInMs: number }): unknown
}

declare module 'socket.io' {
  import type { Server as HttpServer } from 'node:http'
  interface Far {
    readonly data: { name?: unknown }
  }
  interface Sockets {
    emit(event: string, ...values: unknown[]): boolean
    emitWithAck(event: string): Promise<unknown[]>
    fetchSockets(): Promise<Far[]>
    socketsJoin(room: string): void
    disconnectSockets(close: boolean): void
    in(room: string): Sockets
    to(room: string): Sockets
    except(room: string): Sockets
    timeout(ms: number): Sockets
    readonly local: Sockets
  }
  export interface Server extends Sockets {
    on(
      event: 'connection',
      listener: (socket: Far & { handshake: { auth: { name: string } }; join(room: string): Promise<void> }) => void,
    ): void
    on(event: 'ping', listener: (value: number, answer: (text: string) => void) => void): void
    serverSideEmit(event: string, value: number, answer: (error: Error | null, answers: string[]) => void): void
    close(): Promise<void>
  }
  export const Server: new (server: HttpServer, options: { adapter: unknown }) => Server
}

declare module 'socket.io-client' {
  export interface Socket {
    on(event: 'connect', listener: () => void): void
    on(event: 'whoami', listener: (answer: (name: string) => void) => void): void
    onAny(listener: (event: string, ...values: unknown[]) => void): void
    disconnect(): void
  }
  export function io(url: string, options: { auth: object; transports: string[]; forceNew: boolean }): Socket
}
