// Streams of bytes as the web has them, over what core has: a pull for the next bytes, and chunks one after the other.
import type { Export } from '../core/persistence/export.ts'
import { asyncIterator } from '../core/symbols.ts'

/** Nothing is made before it is asked for. */
export function streamOf(file: Export): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const bytes = await file.next()
          if (bytes === null) controller.close()
          else controller.enqueue(bytes)
        } catch (error) {
          file.cancel()
          throw error
        }
      },
      cancel: () => file.cancel(),
    },
    { highWaterMark: 0 },
  )
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export function chunksOf(file: ReadableStream<Uint8Array> | Chunks): Chunks {
  const iterable = asyncIterator in file || Symbol.iterator in file
  return iterable ? (file as Chunks) : readAll(file)
}

/** Safari's streams are no iterables. */
async function* readAll(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}
