// The IndexedDB storage in happy-dom, on an IndexedDB of JS: what every storage must do.
import 'fake-indexeddb/auto'
import { storageConformance } from './conformance.ts'
import { indexedDbUnderTest } from './indexeddb.ts'

storageConformance('IndexedDB in happy-dom', () => indexedDbUnderTest(false))
