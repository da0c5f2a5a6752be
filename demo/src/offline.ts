// Registers the service worker, which keeps the page for times without a network. A new build takes over at the next
// start of the page, when nothing of the old one is in use.

export function keepOffline(): void {
  // In development the files change all the time.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return
  void navigator.serviceWorker.register('./service-worker.js').then((registration) => {
    registration.waiting?.postMessage('activate')
  })
}
