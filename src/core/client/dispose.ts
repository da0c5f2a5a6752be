// `await using` where the symbol does not exist yet, as in Safari: compilers take this one there.
/// <reference lib="esnext.disposable" preserve="true" />

export const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)
