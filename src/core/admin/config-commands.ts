// CONFIG SET and CONFIG REWRITE where they reach beyond the engine: to the ports and certificates of a server, and to its redis.conf.
// https://redis.io/docs/latest/commands/config-rewrite/
import type { CommandTable, Handler, Row } from '../engine/command.ts'
import type { Engine } from '../engine/engine.ts'
import { NO_CONFIG_FILE } from '../engine/commands/server.ts'
import { OK, type Reply, ReplyError } from '../reply.ts'

export const refusedSetting = (name: string, reason: string): ReplyError =>
  new ReplyError(`ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`)

/** @throws ReplyError */
export function rewriteConfig({ host, log }: Engine, all: boolean): Reply {
  if (!host?.rewrite) throw NO_CONFIG_FILE
  try {
    host.rewrite(all)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log('warning', `CONFIG REWRITE failed: ${reason}`)
    throw new ReplyError(`ERR Rewriting config file: ${reason}`)
  }
  log('warning', 'CONFIG REWRITE executed with success.')
  return OK
}

/** The subcommands of CONFIG, in the place of those that the engine has. */
export function configRows(table: CommandTable): Row[] {
  const { subcommands } = table.get('config')!
  const [set, rewrite] = ['set', 'rewrite'].map((name) => subcommands!.get(name)!)
  /** Listens first: if that fails, no parameter is changed. */
  const setAndListen: Handler = (db, argv, session) => {
    const { host, config } = db.engine
    const pairs = Array.from({ length: (argv.length - 2) >> 1 }, (_, i) => [argv[2 * i + 2], argv[2 * i + 3]] as const)
    const moves = host !== null && argv.length % 2 === 0 && pairs.some(([name]) => /^(port|bind|tls-.*)$/i.test(name))
    if (!moves) return set.handler(db, argv, session)
    const moved = host.listen(config.check(pairs)).then(
      () => set.handler(db, argv, session),
      (refusal: ReplyError) => refusal,
    )
    return session.mayBlock ? moved : OK
  }
  return [
    { ...set, handler: setAndListen },
    { ...rewrite, handler: ({ engine }) => rewriteConfig(engine, false) },
  ]
}
