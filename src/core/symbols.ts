// Symbols that do not exist everywhere yet, as what compilers take where they do not.
/// <reference lib="esnext.disposable" preserve="true" />

/** `await using` in Safari. */
export const asyncDispose: typeof Symbol.asyncDispose =
  (Symbol as { asyncDispose?: typeof Symbol.asyncDispose }).asyncDispose ??
  (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose)

/** `for await` in React Native. */
export const asyncIterator: typeof Symbol.asyncIterator =
  (Symbol as { asyncIterator?: typeof Symbol.asyncIterator }).asyncIterator ?? ('@@asyncIterator' as unknown as typeof Symbol.asyncIterator)
