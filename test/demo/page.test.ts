// The demo in a real Chromium, used as people use it.
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Site } from '../support/browsers.ts'
import { ready, scrollsSideways, serveDemo, type } from './demo.ts'

let site: Site
let browser: Browser
beforeAll(async () => {
  site = await serveDemo()
  browser = await Browser.withNewProfile()
})
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]()
  await site?.[Symbol.asyncDispose]()
})

/** A page with the database open and empty; what goes wrong in it fails the test. */
async function openDemo(): Promise<{ page: Page; problems: string[] } & AsyncDisposable> {
  const page = await browser.open('about:blank')
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(String(error)))
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await page.goto(site.url)
  await ready(page)
  await type(page, 'flushall')
  return { page, problems, [Symbol.asyncDispose]: () => page.close() }
}

const bar = (page: Page) => page.locator('.saving progress')

describe('the prompt', () => {
  test('what was typed and saved is there after a reload, and so is the history', async () => {
    await using demo = await openDemo()
    const { page } = demo
    expect(await type(page, 'set greeting "hello there"')).toBe('OK')
    expect(await type(page, 'hset user:1 name Ann visits 3')).toBe('(integer) 2')
    expect(await type(page, 'save')).toBe('OK')
    await page.reload()
    await ready(page)
    expect(await type(page, 'get greeting')).toBe('"hello there"')
    expect(await type(page, 'hgetall user:1')).toBe('1) "name"\n2) "Ann"\n3) "visits"\n4) "3"')
    const line = page.locator('#prompt-line')
    for (let i = 0; i < 4; i++) await line.press('ArrowUp')
    expect(await line.inputValue()).toBe('hset user:1 name Ann visits 3')
    expect(demo.problems).toEqual([])
  })

  test('it completes with Tab, searches with Ctrl-R and explains commands', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, 'set needle 1')
    await type(page, 'set hay 2')
    const line = page.locator('#prompt-line')
    await line.press('Control+r')
    await line.pressSequentially('need')
    await line.press('Enter')
    await page.waitForFunction(() => document.querySelectorAll('.output-input').length > 3)
    expect(await page.locator('.output-input').last().textContent()).toContain('set needle 1')
    await line.fill('hsetn')
    await line.press('Tab')
    expect(await line.inputValue()).toBe('hsetnx ')
    await line.fill('config g')
    await line.press('Tab')
    expect(await line.inputValue()).toBe('config get ')
    await line.fill('EXPIRE')
    await expect.poll(() => page.locator('#prompt-hint').textContent()).toContain('key seconds [NX|XX|GT|LT]')
    expect(await type(page, 'help expire')).toContain('EXPIRE key seconds [NX|XX|GT|LT]')
    expect(await type(page, 'help @hash')).toContain('HSETNX key field value')
  })

  test('a transaction, another database and a command that waits show as in redis-cli', async () => {
    await using demo = await openDemo()
    const { page } = demo
    const label = page.locator('.prompt-label')
    await type(page, 'multi')
    await expect.poll(() => label.textContent()).toBe('isodis(TX)>')
    expect(await type(page, 'incr counter')).toBe('QUEUED')
    expect(await type(page, 'exec')).toBe('1) (integer) 1')
    await type(page, 'select 3')
    await expect.poll(() => label.textContent()).toBe('isodis[3]>')
    const line = page.locator('#prompt-line')
    await line.fill('blpop nothing 0')
    await line.press('Enter')
    await line.press('Control+c')
    await expect.poll(() => page.locator('.output-text').last().textContent()).toMatch(/^\(stopped\)/)
    await line.fill('subscribe news')
    await line.press('Enter')
    await expect.poll(() => page.locator('.output-text').last().textContent()).toBe('1) "subscribe"\n2) "news"\n3) (integer) 1')
    await line.press('Control+c')
    await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' })
    expect(await type(page, 'publish news hello')).toBe('(integer) 0')
  })
})

describe('the key browser', () => {
  test('shows keys as they come, and changes, renames and deletes them', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, 'hset user:1 name Ann')
    await page.locator('.key-row', { hasText: 'user:1' }).click()
    const name = page.getByLabel('Value of name')
    await name.fill('Bob')
    await name.press('Enter')
    await expect.poll(() => type(page, 'hget user:1 name')).toBe('"Bob"')
    await page.getByLabel('New field: Field').fill('age')
    await page.getByLabel('New field: Value').fill('7')
    await page.getByRole('button', { name: 'Add field' }).click()
    await page.getByLabel('Value of age').waitFor()
    await page.getByRole('button', { name: 'Never expires. Set an expiry' }).click()
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByRole('button', { name: /^Expires in/ }).waitFor()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByLabel('New name').fill('user:2')
    await page.getByLabel('New name').press('Enter')
    await page.locator('.key-row', { hasText: 'user:2' }).waitFor()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.locator('.key-row').waitFor({ state: 'detached' })
    expect(await type(page, 'dbsize')).toBe('(integer) 0')
    expect(demo.problems).toEqual([])
  })

  test('shows large values in pages', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, `rpush list ${Array.from({ length: 250 }, (_, i) => `e${i}`).join(' ')}`)
    await type(page, 'setrange long 100000 end')
    await page.locator('.key-row', { hasText: 'list' }).first().click()
    await page.getByLabel('Value of 0').waitFor()
    expect(await page.locator('.key-view tbody tr').count()).toBe(100)
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByRole('button', { name: 'Next page' }).click()
    await page.getByLabel('Value of 249').waitFor()
    expect(await page.locator('.key-view tbody tr').count()).toBe(50)
    await page.locator('.key-row', { hasText: 'long' }).click()
    await page.getByText('Part 1 of 7').waitFor()
  })

  test('makes keys of every type', async () => {
    await using demo = await openDemo()
    const { page } = demo
    const cells: Record<string, string[]> = {
      string: ['text'],
      hash: ['field', 'value'],
      list: ['one'],
      set: ['one'],
      zset: ['one', '1.5'],
    }
    for (const [type_, values] of Object.entries(cells)) {
      await page.getByRole('button', { name: 'New key' }).click()
      const form = page.locator('form.key-view')
      await form.getByLabel('Name').fill(`new ${type_}`)
      await form.getByLabel('Type').selectOption(type_)
      const fields = form.locator('.new-key input')
      for (const [i, value] of values.entries()) await fields.nth(i + 1).fill(value)
      await form.getByRole('button', { name: 'Create key' }).click()
      await page.locator('.key-row', { hasText: `new ${type_}` }).waitFor()
      expect(await type(page, `type "new ${type_}"`)).toBe(type_)
    }
    expect(demo.problems).toEqual([])
  })
})

describe('saving', () => {
  test('a save of many keys shows its progress, the lock and the log while the page goes on', { timeout: 90_000 }, async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, 'config set save ""')
    const seen = await page.evaluateHandle(() => {
      const values = new Set<number>()
      const locks = new Set<string>()
      new MutationObserver(() => {
        values.add(document.querySelector<HTMLProgressElement>('.saving progress')!.value)
        locks.add(document.querySelector('.lock')!.textContent ?? '')
      }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true })
      return { values, locks }
    })
    await page.getByLabel('How many keys').selectOption('100000')
    await page.getByRole('button', { name: 'Write and save' }).click()
    await page.locator('.log').getByText('Background saving terminated with success').waitFor({ timeout: 60_000 })
    const { values, locks } = await seen.evaluate((each) => ({ values: [...each.values], locks: [...each.locks] }))
    expect(values.filter((value) => value > 0 && value < 100).length).toBeGreaterThanOrEqual(2)
    expect(locks).toContain('Held by BGSAVE')
    await expect.poll(() => page.locator('.lock').textContent()).toBe('Free')
    expect(await type(page, 'dbsize')).toBe('(integer) 100000')
    await page.reload()
    await ready(page)
    expect(await type(page, 'dbsize')).toBe('(integer) 100000')
    await type(page, 'flushall')
  })

  test('the rules can be changed and stay', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await page.getByRole('button', { name: 'Redis', exact: true }).click()
    await expect.poll(() => type(page, 'config get save')).toBe('1) "save"\n2) "3600 1 300 100 60 10000"')
    await page.getByLabel('Rule 1: seconds').fill('5')
    await page.getByRole('button', { name: 'Remove rule 3' }).click()
    await page.getByRole('button', { name: 'Apply' }).click()
    await expect.poll(() => type(page, 'config get save')).toBe('1) "save"\n2) "5 1 300 100"')
    await page.reload()
    await ready(page)
    expect(await type(page, 'config get save')).toBe('1) "save"\n2) "5 1 300 100"')
    await page.getByRole('button', { name: 'For a page' }).click()
    await expect.poll(() => page.getByLabel('Rule 1: seconds').inputValue()).toBe('4')
  })

  test('the journal can be turned on, has what no save has, and stays on; turned off, everything is saved', async () => {
    await using demo = await openDemo()
    const { page } = demo
    const journal = page.getByRole('group', { name: 'Journal' })
    await type(page, 'config set save ""')
    await journal.getByRole('button', { name: 'Always' }).click()
    await journal.locator('[aria-pressed=true]', { hasText: 'Always' }).waitFor()
    await expect.poll(() => type(page, 'info persistence')).toContain('aof_rewrite_in_progress:0')
    expect(await type(page, 'set journaled 1')).toBe('OK')
    await page.locator('.pill', { hasText: '1 key, saved' }).waitFor()
    await page.reload()
    await ready(page)
    expect(await type(page, 'get journaled')).toBe('"1"')
    expect(await journal.locator('[aria-pressed=true]').textContent()).toBe('Always')
    await journal.getByRole('button', { name: 'Off' }).click()
    await page.locator('.log').getByText('DB saved on disk').waitFor()
    await page.reload()
    await ready(page)
    expect(await type(page, 'config get appendonly')).toContain('"no"')
    expect(await type(page, 'get journaled')).toBe('"1"')
    expect(demo.problems).toEqual([])
  })

  test('a change is saved by itself', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, 'set a 1')
    await expect.poll(() => bar(page).evaluate((each: HTMLProgressElement) => each.value)).toBe(100)
  })
})

describe('the page', () => {
  test.for(['light', 'dark'] as const)('fits a phone of 360 px, in %s mode, and has no text that is hard to read', async (colorScheme) => {
    await using demo = await openDemo()
    const { page } = demo
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 360, height: 640 })
    await type(page, `hset user:1 ${'long'.repeat(40)} ${'value'.repeat(40)}`)
    await type(page, 'get user:1')
    for (const pane of ['Keys', 'Saving', 'Prompt']) {
      await page.getByRole('navigation').getByRole('button', { name: pane }).click()
      await expect.poll(() => scrollsSideways(page), { message: pane }).toBe(false)
      // Once colours have changed, which takes them a moment.
      await expect.poll(() => page.evaluate(lowContrast), { message: pane }).toEqual([])
    }
    await page.getByRole('navigation').getByRole('button', { name: 'Keys' }).click()
    await page.locator('.key-row').click()
    await page.getByLabel(/^Value of/).waitFor()
    expect(await scrollsSideways(page)).toBe(false)
    const ground = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    expect(ground).toBe(colorScheme === 'dark' ? 'rgb(23, 24, 27)' : 'rgb(245, 244, 241)')
  })

  test('everything can be done by keyboard, and every control has a name', async () => {
    await using demo = await openDemo()
    const { page } = demo
    await type(page, 'set greeting hello')
    await page.locator('.key-row').waitFor()
    // Once around the page: every control that can be seen gets the focus.
    const reached = new Set<string>()
    await page.locator('#prompt-line').focus()
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab')
      reached.add(
        await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''),
      )
    }
    for (const name of [
      'New key',
      'Filter keys by name or pattern',
      'Save',
      'Save in background',
      'Write and save',
      'Rule 1: seconds',
      'Redis',
    ]) {
      expect([...reached]).toContain(name)
    }
    expect([...reached].filter((name) => name.startsWith('greeting'))).toHaveLength(1)
    // A key is opened, changed and left without a mouse.
    await page.locator('.key-row').focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('Value', { exact: true }).focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('goodbye')
    await page.keyboard.press('ControlOrMeta+Enter')
    await expect.poll(() => type(page, 'get greeting')).toBe('"goodbye"')
    await page.getByLabel('Value', { exact: true }).focus()
    await page.keyboard.press('Escape')
    await page.locator('.key-view').waitFor({ state: 'detached' })
    expect(await page.evaluate(namelessControls)).toEqual([])
    // The keyboard is where it was: on the key among others, or on the button that made a new one.
    await type(page, 'mset a 1 z 1')
    const focused = (): Promise<string | null> => page.evaluate(() => document.activeElement!.textContent)
    for (const opener of [page.locator('.key-row', { hasText: 'greeting' }), page.getByRole('button', { name: 'New key' })]) {
      await opener.focus()
      await page.keyboard.press('Enter')
      // It goes to what was opened, once that is there.
      await expect.poll(focused).not.toBe(await opener.textContent())
      await page.keyboard.press('Escape')
      await expect.poll(focused).toBe(await opener.textContent())
    }
  })

  test('starts without a network, data and all', async () => {
    const offlineSite = await serveDemo()
    await using other = await Browser.withNewProfile()
    const page = await other.open(offlineSite.url)
    await ready(page)
    await type(page, 'set kept yes')
    await type(page, 'save')
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await offlineSite[Symbol.asyncDispose]()
    await page.reload()
    await ready(page)
    expect(await type(page, 'get kept')).toBe('"yes"')
    // A part that is loaded when it is wanted.
    expect(await type(page, 'help get')).toContain('GET key')
  })
})

/** Texts on the page whose contrast is below WCAG's 4.5 to 1. */
function lowContrast(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!
  const rgba = (color: string): [number, number, number, number] => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = color
    canvas.fillRect(0, 0, 1, 1)
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const luminance = (color: readonly number[]): number => {
    const [r, g, b] = color.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const groundOf = (element: Element | null): number[] => {
    for (let each = element; each !== null; each = each.parentElement) {
      const [r, g, b, a] = rgba(getComputedStyle(each).backgroundColor)
      if (a === 1) return [r, g, b]
    }
    return [255, 255, 255]
  }
  const found: string[] = []
  for (const element of document.querySelectorAll('body *')) {
    const text = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '')
    if (!text || !element.checkVisibility() || element.matches(':disabled')) continue
    const [lighter, darker] = [luminance(rgba(getComputedStyle(element).color)), luminance(groundOf(element))].sort((a, b) => b - a)
    const contrast = (lighter + 0.05) / (darker + 0.05)
    if (contrast < 4.5) found.push(`${element.textContent?.trim().slice(0, 40)}: ${contrast.toFixed(2)}`)
  }
  return found
}

/** Controls that a screen reader has no name for. */
function namelessControls(): string[] {
  return [...document.querySelectorAll<HTMLInputElement>('button, input, select, textarea')]
    .filter((each) => !each.getAttribute('aria-label') && !each.labels?.length && !each.textContent?.trim())
    .map((each) => each.outerHTML)
}
