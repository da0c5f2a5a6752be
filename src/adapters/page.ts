// When a page is hidden it may never come back: then is the time to save. Elsewhere than in a page nothing happens.

interface Page {
  readonly document?: { readonly visibilityState: string }
  addEventListener(type: string, listener: (event: { type: string }) => void, capture: true): void
  removeEventListener(type: string, listener: (event: { type: string }) => void, capture: true): void
}

/**
 * A page that was hidden before it is closed or frozen tells only of the latter. Safari's engine breaks off what a page begins
 * when it goes, but not what it has begun when it asks for the next one.
 */
const EVENTS = ['visibilitychange', 'beforeunload', 'pagehide', 'freeze', 'pageshow']

/** @returns a function that stops listening */
export function onPageHidden(run: () => void): () => void {
  const page = globalThis as unknown as Page
  const { document } = page
  if (document === undefined) return () => {}
  const listener = ({ type }: { type: string }): void => {
    // Safari breaks off the save of a page that it keeps for the back button, and says so a moment after it is shown again.
    if (type === 'pageshow') setTimeout(run, 100)
    else if (type !== EVENTS[0] || document.visibilityState === 'hidden') run()
  }
  for (const type of EVENTS) page.addEventListener(type, listener, true)
  return () => {
    for (const type of EVENTS) page.removeEventListener(type, listener, true)
  }
}
