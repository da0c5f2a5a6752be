// What the engine asks of scripts, which the entry isodis/lua answers. Without it, libraries of functions that a snapshot
// brings are kept as they are, so that the next snapshot still has them.
import type { ByteString } from '../bytes.ts'
import type { Argv, Group } from './command.ts'
import type { Engine } from './engine.ts'

export interface Scripting {
  /** The code of every library of functions: what a snapshot keeps of scripts. */
  libraries(): readonly ByteString[]
  /**
   * Makes the libraries of a snapshot ready. Nothing changes before what it returns is called: then they take the place
   * of those that are there.
   * @throws ReplyError if one cannot be loaded
   */
  prepare(codes: readonly ByteString[]): () => void
  /** Whether EVAL, EVALSHA or FCALL is called for a script that says of itself that it does not write. */
  readsOnly?(command: string, argv: Argv): boolean
  /** How many scripts, functions and libraries there are, as INFO has them. */
  counts?(): [name: string, count: number][]
  /** Lets scripts run commands that are not meant for them, for DEBUG. */
  unrestrict?(on: boolean): void
  /**
   * Takes a script as a tree, for EVALSHA. Missing where no scripts can run.
   * @param chunk its main function, as src/scripts/tree.ts has it
   */
  loadTree?(sha: ByteString, chunk: unknown): void
}

/** Scripts for an engine: the commands, and what makes them work on one. */
export interface ScriptingExtension {
  /** EVAL and its like. */
  readonly groups: readonly Group[]
  /** Gives an engine scripts of its own. */
  attach(engine: Engine): Scripting
}

export function keptLibraries(): Scripting {
  let kept: readonly ByteString[] = []
  return {
    libraries: () => kept,
    prepare: (codes) => () => {
      kept = codes
    },
  }
}
