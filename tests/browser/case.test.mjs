// The page of one case: what it says, what staff write and take back in it, and that it holds what
// others send, on a wide screen and a narrow one.

import assert from 'node:assert/strict'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, focusOn, openCase, row, tabTo, taken, until
} from './support.mjs'

const QUESTION = "do you hire out the old mayor's chain for weddings?"
const HELD = { conf: { console: { undo_s: 60 } } }
const NARROW = { width: 320, height: 640 }

const staffReplies = async (council, conversation) =>
  (await council.ourReplies(conversation)).filter(({ text }) => /\^SR$/.test(text))

const said = (page, words) =>
  page.getByTestId('live').getByText(words).first().waitFor({ state: 'attached' })

story('from the queue to a reply by keys alone, taken back, kept, and the case closed', async council => {
  const id = await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'quayside_jo' })
  const page = await council.staffPage('sam')
  const { keyboard } = page
  const box = page.getByTestId('reply-text')
  await row(page, '@quayside_jo').getByRole('link').focus()
  await keyboard.press('Enter')
  await page.getByTestId('conversation').waitFor()
  await keyboard.press('c')
  await focusOn(page, 'reply-text')
  await keyboard.type('Hello Jo.')

  // Ready words come in where the cursor is, and the browser takes them back as if typed.
  await tabTo(page, page.getByTestId('insert'))
  await keyboard.press('Enter')
  await focusOn(page, 'insert-sought')
  await keyboard.press('Escape')
  await focusOn(page, 'insert')
  await keyboard.press('Enter')
  await focusOn(page, 'insert-sought')
  await keyboard.press('ArrowDown')
  await focusOn(page, 'insert-words')
  await keyboard.press('Enter')
  await focusOn(page, 'reply-text')
  assert.match(await box.inputValue(), /^Hello Jo\. \S/)
  await keyboard.press('Control+z')
  assert.equal(await box.inputValue(), 'Hello Jo.')
  await keyboard.type(" It's not for hire.")
  await keyboard.press('Control+Enter')
  await page.getByTestId('reply-undo').waitFor()
  await said(page, 'goes out in 60 seconds')
  await taken(page, box)

  await keyboard.press('Shift+Tab')
  await focusOn(page, 'reply-undo')
  await keyboard.press('Enter')
  await said(page, 'Taken back')
  await focusOn(page, 'reply-text')
  const begun = async () => await box.inputValue() === "Hello Jo. It's not for hire."
  await until('the text is in the box again', begun)
  await page.getByTestId('note-text').fill('Ask the museum')
  await page.reload()
  await box.waitFor()
  assert.equal(await page.getByTestId('note-text').inputValue(), 'Ask the museum')
  await until('the draft is there again', begun)
  assert.equal((await staffReplies(council, id)).length, 0)

  await page.getByTestId('way-private').check()
  await page.getByTestId('way-hint').getByText('Only they and our staff').waitFor()
  await page.getByTestId('way-public').check()
  for (const [action, words] of [['mark', 'Marked sensitive'], ['unmark', "isn't marked"]]) {
    await page.getByTestId('more').press('Enter')
    await page.getByTestId(action).press('Enter')
    await said(page, words)
    await focusOn(page, 'more')
  }
  await page.getByTestId('outcome').selectOption('praise')
  const departments = page.getByTestId('department-choice').locator('option')
  assert.equal(await departments.first().innerText(), 'Nobody in particular')
  assert.ok(await departments.count() > 1)
  await page.getByTestId('outcome').selectOption('done')
  await page.getByTestId('close-case').click()
  await page.getByTestId('owner').filter({ hasText: 'Closed: Done' }).waitFor()
  assert.equal(await page.getByTestId('kept-text').inputValue(), "Hello Jo. It's not for hire.")
}, HELD)

const MARKUP = '<img src=x onerror="document.title=\'owned\'"><b>bold</b> {{link}}'
const now = () => Math.floor(Date.now() / 1000)
const tom = { id: 3, name: 'Tom Ives', initials: 'TI' }

// What a colleague, the knowledge base or the resident could have put into a case by now.
function filled (frame) {
  if (frame.type === 'people') {
    frame.people.push({ ...tom, role: 'trainee', on: true, here: true, case: 1, typing: true })
  }
  if (frame.type === 'count') frame.warnings = [{ kind: 'name', words: MARKUP }]
  if (frame.type !== 'case') return frame
  const [first] = frame.messages
  frame.case.due_at = now() + 1230
  frame.case.lease_until = now() + 5400
  frame.suggestions = [{ intent: 'x', title: MARKUP, text: MARKUP, link: null, score: 0.5, would: true }]
  first.decision.would = MARKUP
  frame.notes = [{ id: 1, by: tom, text: MARKUP, at: now(), to: [tom] }]
  frame.earlier = [{
    id: 7,
    reference: '2C9M-4',
    reason: 'complaint',
    state: 'closed',
    outcome: 'answered',
    opened_at: now() - 864000,
    summary: MARKUP + 'W'.repeat(200)
  }]
  frame.replies = [['proposed', tom], ['failed', null], ['returned', tom]].map(([state, by], n) => ({
    id: 31 + n,
    message: first.id,
    text: MARKUP,
    private: false,
    elsewhere: false,
    handle: 'NorthmoorHelp',
    remote_url: 'javascript:alert(1)',
    state,
    by,
    error: MARKUP,
    created_at: first.written_at + n,
    changed_at: now(),
    held_until: null,
    after: null,
    approver: null,
    word: MARKUP,
    bulk: null
  }))
  frame.messages.push({
    ...first, id: 900, kind: 'private', text: MARKUP, written_at: first.written_at + 9, decision: null
  })
  return frame
}

story('a case full of what others wrote is read, and fits', async council => {
  await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'quayside_jo' })
  const page = await council.newPage()
  await page.routeWebSocket('**/ws', console => {
    const server = console.connectToServer()
    server.onMessage(text => console.send(JSON.stringify(filled(JSON.parse(text)))))
  })
  await page.goto(council.consoleUrl)
  await council.signIn(page, 'sam')
  await openCase(page, '@quayside_jo')
  await page.getByTestId('claim').click()
  await page.getByTestId('reply-text').fill('Hello.')
  await page.getByTestId('reply-form').getByTestId('reply-warnings').getByText('<b>').waitFor()
  assert.deepEqual(await page.getByTestId('conversation').locator('> li').evaluateAll(all =>
    all.map(one => one.dataset.replyState ?? one.dataset.testid)),
  ['message', 'proposed', 'failed', 'returned', 'message'])
  await page.getByTestId('due').getByText('20 minutes left').waitFor()
  await page.getByTestId('lease').getByText('yours until').waitFor()
  await page.getByTestId('others').getByText('Tom Ives is writing here').waitFor()

  await page.getByTestId('insert').click()
  for (const name of ['note-tell', 'history', 'why']) {
    await page.getByTestId(name).first().locator('summary').click()
  }
  await page.getByTestId('return').click()
  await page.getByTestId('return-send').click()
  await page.getByTestId('error').filter({ hasText: 'Say what Tom Ives should change' }).waitFor()
  await page.getByTestId('more').click()
  await page.getByTestId('pass').click()
  await focusOn(page, 'pass-target')
  for (const size of [{ width: 1280, height: 900 }, NARROW]) {
    await page.setViewportSize(size)
    await assertNoSidewaysScrolling(page, `a full case at ${size.width} px`)
    await assertAccessible(page, `a full case at ${size.width} px`)
  }
  await page.getByTestId('to-reply').click()
  await focusOn(page, 'reply-text')
  await page.getByTestId('reply-text').fill('')
  await page.getByTestId('take-would').press('Enter')
  await focusOn(page, 'reply-text')
  assert.equal(await page.getByTestId('reply-text').inputValue(), MARKUP)
  await page.keyboard.press('Escape')
  assert.equal(await page.locator('main img, main b, main a[href^="javascript"]').count(), 0)
  assert.doesNotMatch(await page.title(), /owned/)
})

story('ready words are found, taken by Enter, and never scroll within a list', async council => {
  await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'quayside_jo' })
  const page = await council.staffPage('sam')
  await openCase(page, '@quayside_jo')
  await page.getByTestId('claim').click()
  await page.getByTestId('insert').click()
  await page.getByTestId('no-suggestion').getByText('has no suggestion for this one').waitFor()
  const words = page.getByTestId('insert-words')
  await words.first().waitFor()
  const before = await words.count()
  await page.getByTestId('insert-all').click()
  assert.ok(await words.count() > before)
  await focusOn(page, 'insert-words')
  const scrolls = () => page.getByTestId('insert-sought').evaluate(field =>
    [...field.closest('.ks-disclosure__panel').querySelectorAll('ul')].some(list => list.scrollHeight > list.clientHeight + 1))
  assert.equal(await scrolls(), false)
  for (const size of [{ width: 1280, height: 900 }, NARROW]) {
    await page.setViewportSize(size)
    await assertNoSidewaysScrolling(page, `ready words at ${size.width} px`)
  }
  await assertAccessible(page, 'ready words')

  const wanted = await words.last().innerText()
  await page.getByTestId('insert-sought').fill(wanted)
  await until('what is sought comes first', async () => await words.first().innerText() === wanted)
  await page.getByTestId('insert-sought').press('Enter')
  await focusOn(page, 'reply-text')
  assert.match(await page.getByTestId('reply-text').inputValue(), /^@quayside_jo \S/)
  assert.equal(await page.getByTestId('reply-form').isVisible(), true)
  await page.getByTestId('insert').click()
  await page.getByTestId('insert-sought').fill('zzzz')
  await page.getByText('Nothing here has these words.').waitFor()
  await page.getByTestId('insert-sought').press('Enter')
  await page.getByTestId('insert-sought').press('Escape')
  await focusOn(page, 'insert')
})
