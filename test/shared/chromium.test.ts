// Tabs of Chromium that share a database.
import { launchChromium } from '../support/browsers.ts'
import { sharedTabs } from './tabs.ts'

sharedTabs(launchChromium)
