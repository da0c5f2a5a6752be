// Tabs of Firefox that share a database.
import { launchFirefox } from '../support/browsers.ts'
import { sharedTabs } from './tabs.ts'

sharedTabs(launchFirefox)
