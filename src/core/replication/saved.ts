// What a file says of the history that its data is of, as Redis does.
// https://redis.io/docs/latest/operate/oss_and_stack/management/replication/

/** The name of the history, how many bytes of its stream are in the data, and the database that the stream is about. */
export const SAVED = { id: 'repl-id', offset: 'repl-offset', db: 'repl-stream-db' } as const
