/** Why a file could not be used, as the operating system words it: `No such file or directory`. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? (/^[A-Z]+: ([^,]+)/.exec(error.message)?.[1] ?? error.message) : String(error)
  return text[0].toUpperCase() + text.slice(1)
}
