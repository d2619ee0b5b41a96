// The console in the hands of staff: what they are told, what they are refused, what survives a
// lost connection, and that nobody is kept out by keyboard, a narrow screen or a hostile message.

import assert from 'node:assert/strict'
import { weigh } from '../sandbox/weigh.mjs'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, focusOn, focusOnHeading, openCase, row, tabTo, taken, until
} from './support.mjs'

const QUESTION = "do you hire out the old mayor's chain for weddings?"

// A question that is in the queue, and the case opened by whoever looks at `staff`.
async function askAndOpen (council, staff, text = QUESTION, handle = 'quayside_jo') {
  const id = await council.x.write(`@NorthmoorHelp ${text}`, { handle })
  await openCase(staff, `@${handle}`)
  return id
}

const staffReplies = async (council, conversation) =>
  (await council.ourReplies(conversation)).filter(({ text }) => /\^[A-Z]+$/.test(text))

const connection = (page, words) =>
  page.getByTestId('connection').filter({ hasText: words }).waitFor()

const problem = (page, words) => page.getByTestId('error').filter({ hasText: words }).waitFor()

story('signing in and out says what is wrong', async council => {
  const page = await council.newPage()
  council.forgiven.push(/\/api\/sign-in .* 401 /)
  const answer = await page.goto(council.consoleUrl)
  assert.match(answer.headers()['content-security-policy'], /default-src 'none'/)
  await page.getByTestId('sign-in').waitFor()
  await page.getByTestId('sign-in-submit').click()
  await problem(page, 'Enter your login')
  await page.getByTestId('login').fill('sam')
  await page.getByTestId('password').fill('not the password')
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('error').filter({ hasNotText: 'Enter your login' }).waitFor()
  await assertAccessible(page, 'signing in with a wrong password')

  await council.signIn(page, 'sam')
  await page.getByText('Nothing is waiting.').waitFor()
  assert.equal(await page.getByTestId('staff-name').innerText(), 'Sam Reed')
  await page.getByTestId('nav-mine').click()
  await page.getByText("You haven't claimed a case.").waitFor()

  const other = await page.context().newPage()
  await other.goto(council.consoleUrl)
  await connection(other, 'Connected')
  await other.getByTestId('sign-out').click()
  await other.getByText("You're signed out.").waitFor()
  await page.getByText("You've been signed out.").waitFor()
  await assertAccessible(page, 'having been signed out')
})

story('a reply over the limit is refused, one that just fits is sent', async council => {
  const staff = await council.staffPage()
  const id = await askAndOpen(council, staff)
  await staff.getByTestId('claim').click()
  const box = staff.getByTestId('reply-text')
  const counted = words => staff.getByTestId('reply-count').filter({ hasText: words }).waitFor()

  await box.fill('The chain stays in the town hall. '.repeat(9))
  await counted('too many to send')
  assert.equal(await box.getAttribute('aria-invalid'), 'true')
  await staff.getByTestId('reply-send').click()
  await problem(staff, 'too long to send')
  assert.equal(await staff.getByTestId('reply').filter({ hasText: 'town hall' }).count(), 0)

  // As the network counts: an emoji is 2, a link 23. The sandbox counts for itself.
  const start = '👰🏽 Café: https://example.com/weddings/the-chain-of-office-and-all-that-goes '
  await box.fill(start + 'a'.repeat(280 - weigh(start + ' ^SR')))
  await counted(/^280 of 280$/)
  await staff.getByTestId('reply-send').click()
  await until('the reply stands on the network', async () =>
    (await staffReplies(council, id)).length === 1)
  const [sent] = await staffReplies(council, id)
  assert.ok(sent.text.startsWith('👰🏽 Café: '), sent.text)
  await staff.getByTestId('reply').filter({ hasText: '👰🏽' })
    .getByTestId('reply-state').filter({ hasText: /^sent$/ }).waitFor()
  await taken(staff, box)
})

story('a colleague sees a claim at once, and is refused', async council => {
  const sam = await council.staffPage('sam')
  const asha = await council.newPage()
  let held = null // while a list: what Asha's console would have been told without asking
  let letGo
  await asha.routeWebSocket('**/ws', console => {
    const server = console.connectToServer()
    server.onMessage(frame => {
      if (held && JSON.parse(frame).type === 'event') held.push(frame)
      else console.send(frame)
    })
    letGo = () => {
      held.forEach(frame => console.send(frame))
      held = null
    }
  })
  await asha.goto(council.consoleUrl)
  await council.signIn(asha, 'asha')
  await askAndOpen(council, sam)
  await row(asha, '@quayside_jo').getByText('Nobody has it yet').waitFor()
  await sam.getByTestId('claim').click()
  await row(asha, '@quayside_jo').getByText('Sam Reed has it').waitFor()

  await openCase(asha, '@quayside_jo')
  await asha.getByTestId('not-yours').filter({ hasText: 'Sam Reed has this case' }).waitFor()
  assert.equal(await asha.getByTestId('claim').count(), 0)
  assert.equal(await asha.getByTestId('reply-text').count(), 0)

  await sam.getByTestId('release').click()
  await asha.getByTestId('claim').waitFor()
  held = []
  await sam.getByTestId('claim').click()
  await sam.getByTestId('reply-text').waitFor()
  await asha.getByTestId('claim').click()
  await problem(asha, /Sam|changed/)
  await asha.getByTestId('owner').filter({ hasText: 'Sam Reed has it' }).waitFor()
  assert.equal(await asha.getByTestId('claim').count(), 0)
  await assertAccessible(asha, 'a case in which a claim was refused')
  letGo()

  await sam.getByTestId('reply-text').fill("It's not for hire, sorry.")
  await sam.getByTestId('reply-send').click()
  await asha.getByTestId('reply').filter({ hasText: "It's not for hire, sorry. ^SR" })
    .getByTestId('reply-state').filter({ hasText: /^sent$/ }).waitFor()
})

story('a lost connection is shown, and nothing is missed', async council => {
  council.forgiveLostConnections()
  const staff = await council.staffPage()
  const id = await askAndOpen(council, staff)
  await staff.getByTestId('claim').click()
  await staff.getByTestId('reply-text').fill('Begun before, sent after.')
  await staff.evaluate(() => { window.sameDocument = true })

  await council.killKerbside()
  await connection(staff, 'Connection lost')
  await staff.getByTestId('reply-send').click()
  await staff.getByTestId('pending-banner').waitFor()
  await staff.getByTestId('give-up').click()
  await problem(staff, 'this was not done')
  assert.equal(await staff.getByTestId('pending-banner').count(), 0)
  await council.x.write('@NorthmoorHelp it would be for the second of May',
    { handle: 'quayside_jo', in_reply_to: id })
  await council.x.write("@NorthmoorHelp there's a child alone next door and I can hear screaming",
    { handle: 'grace_on_no9' })

  await council.startKerbside()
  await connection(staff, /^Connected$/)
  await staff.getByTestId('message').filter({ hasText: 'second of May' }).waitFor()
  assert.equal(await staff.getByTestId('reply-text').inputValue(), 'Begun before, sent after.')
  await staff.getByTestId('reply-send').click()
  await until('the reply stands on the network', async () =>
    (await staffReplies(council, id)).length > 0)
  await staff.getByTestId('nav-queue').click()
  await row(staff, 'a child alone').waitFor()
  await row(staff, '@quayside_jo').waitFor()
  assert.equal(await staff.getByTestId('case-row').count(), 2)
  assert.equal(await staff.evaluate(() => window.sameDocument), true)
  await council.everythingSaid()
  assert.equal((await staffReplies(council, id)).length, 1)

  await openCase(staff, '@quayside_jo')
  await staff.getByTestId('reply-text').fill('Done without a connection, sent with one.')
  await council.killKerbside()
  await connection(staff, 'Connection lost')
  await staff.getByTestId('reply-send').click()
  await staff.getByTestId('pending-banner').waitFor()
  await council.startKerbside()
  await until('what was done offline stands on the network', async () =>
    (await staffReplies(council, id)).length > 1)
  await staff.getByTestId('pending-banner').waitFor({ state: 'detached' })
  await council.everythingSaid()
  assert.equal((await staffReplies(council, id)).length, 2)
})

story('a reply that could not be sent, and a network that is down, are seen', async council => {
  const staff = await council.staffPage()
  const id = await askAndOpen(council, staff)
  await council.everythingSaid()
  await council.x.fault({ on: 'post', kind: 'forbidden' })
  await staff.getByTestId('claim').click()
  await staff.getByTestId('reply-text').fill("It's not for hire, sorry.")
  await staff.getByTestId('reply-send').click()
  await staff.getByTestId('reply-retry').waitFor()
  await staff.getByTestId('reply-state').filter({ hasText: 'not sent' }).waitFor()
  await staff.getByTestId('nav-queue').click()
  await row(staff, '@quayside_jo').getByTestId('failed-reply').waitFor()
  await assertAccessible(staff, 'a queue with a reply that was not sent')
  await openCase(staff, '@quayside_jo')
  await staff.getByTestId('reply-retry').click()
  await until('the reply stands on the network', async () =>
    (await staffReplies(council, id)).length === 1)
  await staff.getByTestId('reply-retry').waitFor({ state: 'detached' })

  await council.x.fault({ on: 'mentions', kind: 'unauthorized', times: 0 })
  await staff.getByTestId('network-banner').waitFor()
  await council.x.control('DELETE', 'faults')
})

story('everything that staff do is done without a mouse', async council => {
  const page = await council.newPage()
  const { keyboard } = page
  const id = await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'quayside_jo' })
  await page.goto(council.consoleUrl)
  await page.getByTestId('sign-in').waitFor()
  await tabTo(page, page.getByTestId('login'))
  await keyboard.type('sam')
  await tabTo(page, page.getByTestId('password'))
  await keyboard.type('browser-test-password')
  await keyboard.press('Enter')
  const link = row(page, '@quayside_jo').getByRole('link')
  await link.waitFor()

  await tabTo(page, link)
  await keyboard.press('Enter')
  await page.getByTestId('claim').waitFor()
  await focusOnHeading(page)
  await tabTo(page, page.getByTestId('claim'))
  await keyboard.press('Enter')
  await focusOn(page, 'reply-text')
  await keyboard.type("It's not for hire, sorry.")
  await tabTo(page, page.getByTestId('reply-send'))
  await keyboard.press('Enter')
  await until('the reply stands on the network', async () =>
    (await staffReplies(council, id)).length === 1)

  await taken(page, page.getByTestId('reply-text'))
  await tabTo(page, page.getByTestId('outcome'))
  await keyboard.press('A') // Answered
  await tabTo(page, page.getByTestId('close-case'))
  await keyboard.press('Enter')
  await page.getByTestId('owner').filter({ hasText: 'Closed: Answered' }).waitFor()
  await focusOnHeading(page)
  await page.getByTestId('live').getByText('The case is closed.').waitFor({ state: 'attached' })
})

const MARKUP = "<script>document.title = 'owned'</script>" +
  '<img src=x onerror="document.title=\'owned\'">' +
  '</p></li><b>&lt;bold&gt; &amp; &#60;</b> {{link}} ${link} javascript:alert(1)'
const BIDI = '\u202egnp.exe\u202c \u2067\u05d0\u05d1\u2069 \u200f! \u200bzero\u200dwidth'
const LONG = 'W'.repeat(700) + ' ' + 'https://' + 'long-'.repeat(60) + '.example/'
const HOSTILE = `@NorthmoorHelp ${QUESTION} ${MARKUP}\n${BIDI}\n${LONG}\n`
  .padEnd(4000, 'do mi re fa ')
const NAME = '<b>Bobby</b> \u202eyeliaB'

async function assertHarmless (page) {
  assert.doesNotMatch(await page.title(), /owned/)
  assert.equal(await page.locator('main img, main script, main b, main iframe').count(), 0)
}

story('hostile words are words, on a narrow screen too', async council => {
  const narrow = { viewport: { width: 320, height: 640 } }
  const fits = async (page, where) => {
    await assertNoSidewaysScrolling(page, `${where} at 320 px`)
    await assertAccessible(page, `${where} at 320 px`)
  }
  const staff = await council.newPage(narrow)
  await staff.goto(council.consoleUrl)
  await staff.getByTestId('sign-in').waitFor()
  await fits(staff, 'signing in')
  await council.signIn(staff, 'sam')
  await council.x.write(HOSTILE, { handle: 'little_bobby_15', name: NAME })
  await row(staff, '@little_bobby_15').waitFor()
  await council.x.write("@NorthmoorHelp you're all a bunch of useless wankers " +
    '<img src=x onerror=alert(1)>' + 'W'.repeat(300), { handle: 'grumpy_of_no4', name: NAME })
  await council.x.write("@NorthmoorHelp there's a child alone next door and I can hear screaming",
    { handle: 'grace_on_no9' })
  await row(staff, 'a child alone').waitFor()
  await fits(staff, 'the queue')
  await assertHarmless(staff)

  await openCase(staff, '@little_bobby_15')
  const words = staff.getByTestId('message').locator('.ks-words')
  assert.equal(await words.evaluate(one => one.textContent), HOSTILE)
  assert.equal(await staff.locator('.ks-case__facts bdi', { hasText: '<b>' })
    .evaluate(one => one.textContent), NAME)
  await staff.getByTestId('claim').click()
  await staff.getByTestId('why').locator('summary').click()
  await staff.getByTestId('history').locator('summary').click()
  await fits(staff, 'a case')
  await staff.getByTestId('reply-text').fill(LONG)
  await staff.getByTestId('reply-count').filter({ hasText: 'too many to send' }).waitFor()
  await staff.getByTestId('reply-send').click()
  await staff.getByTestId('error').waitFor()
  await fits(staff, 'a case with a refused reply')
  const reply = '<b>No</b> &amp; "sorry" \'twas <script>never</script> for hire'
  await staff.getByTestId('reply-text').fill(reply)
  await staff.getByTestId('reply-send').click()
  await staff.getByTestId('reply').filter({ hasText: reply })
    .getByTestId('reply-state').filter({ hasText: /^sent$/ }).waitFor()
  await assertHarmless(staff)
  await staff.getByTestId('menu').click()
  await staff.getByTestId('nav-ignored').click()
  await staff.getByTestId('ignored-row').filter({ hasText: 'onerror=alert(1)' }).waitFor()
  await fits(staff, 'the tray')
  await assertHarmless(staff)

  const resident = await council.residentPage(narrow)
  const ours = resident.locator('.post--ours .post__text')
  await ours.filter({ hasText: reply }).waitFor()
  assert.equal(await ours.filter({ hasText: reply }).evaluate(one => one.textContent),
    `${reply} ^SR`)
  await resident.locator('.post__text', { hasText: 'onerror="document' }).waitFor()
  await fits(resident, 'the sandbox page')
  assert.doesNotMatch(await resident.title(), /owned/)
})
