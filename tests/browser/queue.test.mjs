// The queue and what lies around it: filters, many cases at once, the keys, trays and search, and
// that none of it keeps anybody out.

import assert from 'node:assert/strict'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, row, tabTo, until
} from './support.mjs'

const QUESTION = "do you hire out the old mayor's chain for weddings?"
const HOSTILE = `${QUESTION} <img src=x onerror="document.title='owned'"> ` + 'W'.repeat(90)

const focused = page => page.evaluate(() => document.activeElement.textContent)

const said = (page, words) =>
  page.getByTestId('live').getByText(words).last().waitFor({ state: 'attached' })

async function ask (council, handle, text = QUESTION) {
  await council.x.write(`@NorthmoorHelp ${text}`, { handle })
}

// Has a view's heading the focus as soon as it is drawn, before anybody can see it?
const watchHeading = (page, title) => page.evaluate(title => {
  window.hadFocus = new Promise(resolve => {
    new MutationObserver((changes, observer) => {
      const heading = document.querySelector('h1')
      if (heading?.textContent !== title) return
      observer.disconnect()
      resolve(document.activeElement === heading)
    }).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
}, title)

const caseOf = (page, handle) => row(page, handle).getAttribute('data-case-id')

story('the queue is read, narrowed down and worked on with the keyboard alone', async council => {
  const page = await council.staffPage('sam')
  const { keyboard } = page
  for (const handle of ['quayside_jo', 'allotment_dave']) {
    await ask(council, handle)
    await row(page, `@${handle}`).waitFor()
  }
  await ask(council, 'elm_close_sam', 'can I speak to a real person about my permit please')
  await row(page, '@elm_close_sam').waitFor()

  // What is new waits while somebody reads.
  const handles = () => page.getByTestId('case-row').locator('.ks-handle').allInnerTexts()
  await keyboard.press('j')
  assert.match(await focused(page), /^can I speak to a real person/)
  await keyboard.press('j')
  const before = await handles()
  await ask(council, 'grace_on_no9', "there's a child alone next door and I can hear screaming")
  await page.getByTestId('fresh').filter({ hasText: '1 new urgent case' }).waitFor()
  await said(page, 'Urgent: Child or adult at risk')
  assert.deepEqual(await handles(), before)
  assert.match(await focused(page), /^do you hire out the old mayor's chain/)
  await assertAccessible(page, 'a queue with something new')
  await page.getByTestId('fresh').focus()
  await keyboard.press('Enter')
  await row(page, '@grace_on_no9').waitFor()
  await until('the first has the focus', async () =>
    /Child or adult at risk/.test(await focused(page)))

  // Two of them are selected and claimed.
  await keyboard.press('j')
  await keyboard.press('x')
  await keyboard.press('j')
  await keyboard.press('x')
  await page.getByTestId('selected').filter({ hasText: '2 cases selected' }).waitFor()
  await page.getByTestId('select-all').focus()
  await tabTo(page, page.getByTestId('bulk-action'))
  await keyboard.press('C') // Claim them
  await tabTo(page, page.getByTestId('bulk-do'))
  await keyboard.press('Enter')
  await page.getByTestId('bulk-report').filter({ hasText: '2 cases claimed.' }).waitFor()
  await said(page, '2 cases claimed.')
  assert.equal(await page.getByTestId('bulk').count(), 0)

  // A filter is in the address, and is counted aloud.
  await watchHeading(page, 'Mine')
  await keyboard.press('g')
  await keyboard.press('m')
  assert.equal(await page.evaluate(() => window.hadFocus), true, 'the next key would get lost')
  await until('both are mine', async () => await page.getByTestId('case-row').count() === 2)
  await keyboard.press('g')
  await keyboard.press('q')
  await page.getByTestId('queue').waitFor()
  await page.getByTestId('filters').locator('summary').focus()
  await keyboard.press('Enter')
  await tabTo(page, page.getByTestId('filter-whose'))
  await keyboard.press('N') // Nobody's yet
  await said(page, '2 cases shown.')
  assert.equal(await page.getByTestId('case-row').count(), 2)
  assert.match(page.url(), /#\/queue\?whose=nobody$/)
  await page.reload()
  await page.getByTestId('filters').filter({ hasText: '2 cases of 4' }).waitFor()
  await row(page, '@grace_on_no9').getByRole('link').click()
  await page.getByRole('link', { name: 'Back to the queue' }).click()
  await page.getByTestId('filters').filter({ hasText: '2 cases of 4' }).waitFor()
  await tabTo(page, page.getByTestId('clear-filters'))
  await keyboard.press('Enter')
  await until('all are shown', async () => await page.getByTestId('case-row').count() === 4)
  assert.match(page.url(), /#\/queue$/)

  // A colleague has one already: that is said of that one, and the other is done.
  const asha = await council.staffPage('asha')
  await row(asha, '@grace_on_no9').getByTestId('select').check()
  await row(asha, 'Sam Reed has it').first().getByTestId('select').check()
  await asha.getByTestId('bulk-action').selectOption('claim')
  await asha.getByTestId('bulk-do').click()
  await asha.getByTestId('bulk-report').filter({ hasText: '1 of 2 cases claimed, 1 not.' }).waitFor()
  await asha.getByTestId('bulk-report').getByRole('link', { name: /^Case \d+, / }).waitFor()
  await asha.getByTestId('selected').filter({ hasText: '1 case selected' }).waitFor()
  await row(page, '@grace_on_no9').getByText('Asha Malik has it').waitFor()
})

story('single keys are listed, do nothing while one writes, and can be switched off', async council => {
  const page = await council.staffPage('sam')
  const { keyboard } = page
  await ask(council, 'quayside_jo')
  await row(page, '@quayside_jo').waitFor()
  await keyboard.press('j')
  await keyboard.press('?')
  const dialog = page.getByTestId('shortcuts')
  await dialog.getByText('Next case in the list').waitFor()
  await keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  assert.match(await focused(page), /^do you hire out the old mayor's chain/)

  await keyboard.press('/')
  await keyboard.type('j? g ')
  await ask(council, 'allotment_dave')
  await row(page, '@allotment_dave').waitFor()
  await keyboard.type('m')
  assert.equal(await page.getByTestId('search').inputValue(), 'j? g m')
  assert.equal(await dialog.count(), 0)
  // At signing in one button switches them on and tries them; this browser has no notifications.
  const banner = page.getByTestId('alerts-banner')
  await banner.getByTestId('alerts-try').click()
  await banner.getByText('Your browser forbids notifications').waitFor()
  await banner.getByRole('button', { name: 'Close' }).click()
  await banner.waitFor({ state: 'detached' })
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('shortcuts-on').uncheck()
  await page.getByRole('heading', { level: 1 }).focus()
  await keyboard.press('?')
  await keyboard.press('g')
  await keyboard.press('q')
  assert.equal(await dialog.count(), 0)
  assert.match(page.url(), /#\/settings$/)
  await page.reload()
  await page.getByTestId('shortcuts-on').waitFor()
  assert.equal(await page.getByTestId('shortcuts-on').isChecked(), false)

  await page.getByTestId('alert-desktop').uncheck()
  await page.getByTestId('alert-sound').uncheck()
  await page.getByTestId('alerts-test').click()
  await page.getByTestId('error').filter({ hasText: 'Switch one of them on first.' }).waitFor()
  await page.getByTestId('alert-sound').check()
  await page.getByTestId('alerts-test').click()
  await page.getByTestId('alerts-tested').filter({ hasText: 'That was an alert' }).waitFor()
  await assertAccessible(page, 'alerts that were tried')
})

story('every view fits a narrow screen and keeps nobody out', async council => {
  const page = await council.newPage({ viewport: { width: 320, height: 640 } })
  const fits = async where => {
    await assertNoSidewaysScrolling(page, `${where} at 320 px`)
    await assertAccessible(page, `${where} at 320 px`)
    assert.equal(await page.locator('h1').count(), 1, where)
    assert.doesNotMatch(await page.title(), /owned/)
    assert.equal(await page.locator('main img, main script').count(), 0)
  }
  await page.goto(council.consoleUrl)
  await page.getByTestId('statement-link').click()
  await page.getByRole('heading', { name: 'Accessibility statement', level: 1 }).waitFor()
  await fits('the accessibility statement, signed out')
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await council.signIn(page, 'asha')

  for (const handle of ['little_bobby_15', 'quayside_jo']) {
    await ask(council, handle, HOSTILE)
    await row(page, `@${handle}`).waitFor()
  }
  await council.x.write("@NorthmoorHelp you're all a bunch of useless wankers " + HOSTILE,
    { handle: 'grumpy_of_no4' })
  await council.everythingSaid()
  await page.getByTestId('select-all').check()
  await page.getByTestId('bulk-action').selectOption('many')
  await fits('a queue with everything selected')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('many-text').fill('The chain is never for hire, sorry. '.repeat(9))
  await page.getByTestId('many-text-count').filter({ hasText: 'too many to send' }).waitFor()
  await page.getByTestId('many-cases').locator('summary').click()
  await fits('one message to many')

  await page.getByTestId('menu').click()
  await fits('the menu')
  for (const view of ['approval', 'answered', 'ignored', 'sent', 'failed', 'closed', 'desk', 'settings']) {
    if (!await page.getByTestId(`nav-${view}`).isVisible()) await page.getByTestId('menu').click()
    await page.getByTestId(`nav-${view}`).click()
    await page.locator(`[aria-current="page"][data-testid="nav-${view}"]`)
      .waitFor({ state: 'attached' })
    await page.getByText('Fetching the list…').waitFor({ state: 'detached' })
    await fits(view)
    assert.equal(await page.getByTestId('error').count(), 0, view)
  }
})

story('what was answered is glanced at, and everything that was said is found', async council => {
  const page = await council.staffPage('sam')
  await page.getByTestId('nav-answered').click()
  await page.getByText('has been looked at').waitFor()
  await council.everythingSaid()
  const items = page.getByTestId('answered-row')
  await items.first().waitFor()
  await council.everythingSaid()
  await page.getByTestId('fresh').filter({ hasText: '1 new: show' }).click()
  await until('both are there', async () => await items.count() === 2)
  const asha = await council.staffPage('asha')
  await asha.getByTestId('nav-answered').click()
  const hers = asha.getByTestId('answered-row')
  await until('she sees both', async () => await hers.count() === 2)
  await items.first().getByTestId('glance-fine').click()
  await until('one is left', async () => await items.count() === 1)
  await until('for her too', async () => await hers.count() === 1)
  await items.first().getByTestId('glance-wrong').click()
  await page.getByText('has been looked at').waitFor()
  await page.getByTestId('nav-queue').click()
  await row(page, 'library').waitFor()
  const id = await caseOf(page, 'library')

  await page.getByTestId('search').fill('library join')
  await page.getByTestId('search').press('Enter')
  const found = page.getByTestId('found-row')
  await found.getByRole('link', { name: `Case ${id}: @reader` }).waitFor()
  await found.locator('mark').first().waitFor()
  await said(page, 'found.')
  await page.getByTestId('search-again').fill('zebra crossing keeper')
  await page.getByTestId('search-again').press('Enter')
  await page.getByTestId('nothing-found').waitFor()
})

story('who comes to the desk says hello, and who leaves gives back what they had', async council => {
  const page = await council.staffPage('sam')
  await ask(council, 'quayside_jo')
  await row(page, '@quayside_jo').getByTestId('select').check()
  await page.getByTestId('bulk-action').selectOption('claim')
  await page.getByTestId('bulk-do').click()
  await row(page, 'You have it').waitFor()

  await page.getByTestId('sign-on-banner').getByRole('link').click()
  await page.getByRole('heading', { name: "You're not at the desk yet" }).waitFor()
  await page.getByTestId('shift-post').fill("Good morning, it's Sam here until 5.")
  await page.getByTestId('shift-post-go').click()
  await page.getByRole('heading', { name: "You're at the desk" }).waitFor()
  await said(page, "You're at the desk.")
  await until('the hello stands on the network', async () =>
    (await council.x.posts()).some(({ ours, text }) => ours && /it's Sam here until 5/.test(text)))
  await page.getByTestId('person').filter({ hasText: 'Sam Reed (you)' })
    .filter({ hasText: 'At the desk' }).waitFor()
  await page.getByTestId('goes-back').getByText('1 case of yours goes back').waitFor()
  await page.getByTestId('shift-go').click()
  await page.getByRole('heading', { name: "You're not at the desk yet" }).waitFor()
  await page.getByTestId('nav-queue').click()
  await row(page, '@quayside_jo').getByText('Nobody has it yet').waitFor()

  // What nobody has can be closed from the list.
  await row(page, '@quayside_jo').getByTestId('select').check()
  await page.getByTestId('bulk-action').selectOption('close')
  await page.getByTestId('bulk-outcome').selectOption('no_reply_needed')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('bulk-report').filter({ hasText: '1 case closed.' }).waitFor()
})

story('one message goes to many, each in a reply of its own', async council => {
  const page = await council.staffPage('sam')
  for (const handle of ['quayside_jo', 'allotment_dave']) {
    await ask(council, handle)
    await row(page, `@${handle}`).waitFor()
  }
  await page.getByTestId('select-all').check()
  await page.getByTestId('bulk-action').selectOption('many')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('many-text').fill('The chain stays in the town hall, sorry')
  await page.getByTestId('many-send').click()
  await page.getByTestId('bulk-progress').filter({ hasText: '2 of 2 sent.' }).waitFor()
  const sent = (await council.x.posts()).filter(({ ours, text }) => ours && /town hall/.test(text))
  assert.equal(new Set(sent.map(({ text }) => text)).size, 2)
  await assertAccessible(page, 'a message to many that was sent')
})
