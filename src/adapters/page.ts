// When a page is hidden it may never come back: then is the time to save. Elsewhere than in a page nothing happens.

interface Page {
  readonly visibilityState: string
  addEventListener(type: string, listener: () => void): void
  removeEventListener(type: string, listener: () => void): void
}

/** @returns a function that stops listening */
export function onPageHidden(run: () => void): () => void {
  const { document } = globalThis as { document?: Page }
  if (document === undefined) return () => {}
  const listener = (): void => {
    if (document.visibilityState === 'hidden') run()
  }
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}
