// A browser may freeze a page that nobody looks at. It says so first: there is time for a word to the others.

interface Page {
  addEventListener(type: 'freeze', listener: () => void): void
  removeEventListener(type: 'freeze', listener: () => void): void
}

/** @returns a function that stops listening */
export function onFreeze(run: () => void): () => void {
  const { document } = globalThis as { document?: Page }
  document?.addEventListener('freeze', run)
  return () => document?.removeEventListener('freeze', run)
}
