// What X has besides posts to one account: direct messages and who may see them, a second account,
// answers in X's own app, posts that are changed and taken back, and shadow mode.

import assert from 'node:assert/strict'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, IN_HOURS, openCase, post, row, setClock, STAFF,
  tabTo
} from './support.mjs'

const QUESTION = "do you hire out the old mayor's chain for weddings?"
const NARROW = { width: 320, height: 640 }
const WITH_TRAINEE = { staff: [STAFF.sam, STAFF.tom] }

async function fits (page, where) {
  const { width, height } = page.viewportSize()
  await assertAccessible(page, where)
  await page.setViewportSize(NARROW)
  await assertNoSidewaysScrolling(page, `${where} at 320 px`)
  await page.setViewportSize({ width, height })
}

// Chooses on the sandbox's page whom the next message goes to, and how.
async function choose (page, account, way) {
  await page.locator('#account').selectOption(account)
  await page.locator(`#way-${way}`).check()
}

async function whisper (page, text, handle) {
  await choose(page, 'NorthmoorHelp', 'message')
  await page.locator('#handle').selectOption(handle)
  await page.locator('#text').fill(text)
  await page.locator('#post').click()
  await page.locator('.post__text', { hasText: text }).waitFor()
}

const privateThread = (page, handle) =>
  page.getByRole('article', { name: `Direct messages of @${handle} and @NorthmoorHelp` })

const sent = (page, text) => page.getByTestId('reply').filter({ hasText: text })
  .getByTestId('reply-state').filter({ hasText: /^sent$/ }).waitFor()

story('what is said privately is answered privately, out of a trainee\'s sight', async council => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const sam = await council.staffPage('sam')
  const tom = await council.staffPage('tom')
  await whisper(resident, QUESTION, 'quayside_jo')
  await fits(resident, 'the sandbox page with direct messages')
  await row(sam, '@quayside_jo').getByTestId('private').waitFor()
  await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'allotment_dave' })
  for (const page of [sam, tom]) await row(page, '@allotment_dave').waitFor()
  assert.equal(await tom.getByTestId('case-row').count(), 1)
  assert.equal(await sam.getByTestId('case-row').count(), 2)
  await fits(sam, 'a queue with a direct message in it')

  await openCase(sam, '@quayside_jo')
  await sam.getByTestId('message').getByText('wrote to us privately').waitFor()
  await sam.getByTestId('claim').click()
  await sam.getByTestId('reply-form').getByText('as a direct message').waitFor()
  assert.equal(await sam.getByTestId('way-public').count(), 0)
  await fits(sam, 'a case that came by direct message')
  const reply = "It's not for hire, sorry."
  await sam.getByTestId('reply-text').fill(reply)
  await sam.getByTestId('reply-count').filter({ hasText: 'of 10,000' }).waitFor()
  await sam.getByTestId('reply-send').click()
  await sent(sam, reply)
  await privateThread(resident, 'quayside_jo').locator('.post--ours', { hasText: reply }).waitFor()
  assert.deepEqual((await council.x.posts()).filter(each => each.ours), [])

  const id = await sam.getByTestId('case').getAttribute('data-case-id')
  await tom.goto(`${council.consoleUrl}#/case/${id}`)
  await tom.getByTestId('error').filter({ hasText: 'your role' }).waitFor()
  assert.equal(await tom.getByTestId('message').count(), 0)
  await fits(tom, 'a case that is not theirs to see')
}, WITH_TRAINEE)

story('a public case that moves to direct messages stays one case', async council => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const sam = await council.staffPage('sam')
  const tom = await council.staffPage('tom')
  const { id, ours } = await post(resident, `@NorthmoorHelp ${QUESTION}`, 'quayside_jo')
  await openCase(sam, '@quayside_jo')
  await sam.getByTestId('claim').click()
  await sam.getByTestId('reply-text').fill('Please tell us your full name and your address.')
  await sam.getByTestId('reply-send').click()
  await sam.getByTestId('error').filter({ hasText: 'where everybody can read' }).waitFor()
  await fits(sam, 'a case in which a reply asked for too much in public')
  await sam.getByTestId('reply-text').fill('Please send us a direct message about it.')
  await sam.getByTestId('reply-send').click()
  await ours.filter({ hasText: 'a direct message about it' }).waitFor()

  await openCase(tom, '@quayside_jo')
  await whisper(resident, 'it would be for the second of May', 'quayside_jo')
  await sam.getByTestId('message').filter({ hasText: 'second of May' }).waitFor()
  await tom.getByTestId('no-words').filter({ hasText: 'Your role' }).waitFor()
  assert.equal(await tom.getByText('second of May').count(), 0)
  await fits(tom, 'a case with a direct message that is not theirs to see')

  // Nothing was begun, so the reply goes as they wrote last. The other way, and back, without a mouse.
  await sam.getByText('Only they and our staff can read it.').waitFor()
  await tabTo(sam, sam.getByTestId('way-private'))
  await sam.keyboard.press('ArrowUp')
  await sam.getByText('Anybody can read it.').waitFor()
  await sam.keyboard.press('ArrowDown')
  assert.equal(await sam.getByTestId('way-private').isChecked(), true)
  await sam.getByText('Only they and our staff can read it.').waitFor()
  await fits(sam, 'a reply that goes as a direct message')
  await tabTo(sam, sam.getByTestId('reply-text'))
  await sam.keyboard.type('The second of May is free.')
  await tabTo(sam, sam.getByTestId('reply-send'))
  await sam.keyboard.press('Enter')
  await sent(sam, 'The second of May is free.')
  await privateThread(resident, 'quayside_jo').getByText('May is free. ^SR').waitFor()
  assert.equal((await council.ourReplies(id)).length, 1)
  await sam.getByTestId('nav-queue').click()
  await row(sam, '@quayside_jo, 2 messages').waitFor()
  assert.equal(await sam.getByTestId('case-row').count(), 1)
  assert.equal(await tom.getByText('is free').count(), 0)
}, WITH_TRAINEE)

story('two accounts share the queue; a supervisor sees what it all costs', async council => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const sam = await council.staffPage('sam')
  const asha = await council.staffPage('asha')
  await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'allotment_dave' })
  await choose(resident, 'NorthmoorNews', 'post')
  assert.equal(await resident.locator('#text').inputValue(), '@NorthmoorNews ')
  const { ours } = await post(resident, `@NorthmoorNews ${QUESTION}`, 'quayside_jo')
  await row(sam, '@quayside_jo').getByText('to @NorthmoorNews').waitFor()
  await row(sam, '@allotment_dave').getByText('to @NorthmoorHelp').waitFor()
  await fits(sam, 'a queue of two accounts')
  await openCase(sam, '@quayside_jo')
  await sam.getByText('For communications').waitFor()
  await sam.getByTestId('claim').click()
  await sam.getByText('It goes from @NorthmoorNews.').waitFor()
  await sam.getByTestId('reply-text').fill("It's not for hire, sorry.")
  await sam.getByTestId('reply-send').click()
  await ours.filter({ hasText: 'not for hire' }).waitFor()
  const [answer] = (await council.x.posts()).filter(each => each.ours)
  assert.equal(answer.handle, 'NorthmoorNews')

  await asha.getByTestId('cost').filter({ hasText: /US\$0\.\d\d, about US\$\d+ by its end/ })
    .waitFor()
  await fits(asha, 'a queue with the cost above it')
  assert.equal(await sam.getByTestId('cost').count(), 0)
})

story('an answer in X\'s own app takes the case; what is taken back is gone', async council => {
  council.forgiveLostConnections()
  const resident = await council.residentPage()
  const daysAgo = Date.now() - 2 * 24 * 60 * 60 * 1000
  await setClock(resident, new Date(daysAgo).toISOString().slice(0, 16))
  const sam = await council.staffPage('sam')
  await sam.evaluate(() => { window.sameDocument = true })
  const { thread } = await post(resident, `@NorthmoorHelp ${QUESTION}`, 'quayside_jo')
  await row(sam, '@quayside_jo').getByText('Nobody has it yet').waitFor()

  await thread.getByRole('button', { name: /^Edit/ }).click()
  await resident.locator('#text').fill('@NorthmoorHelp do you hire out the bandstand?')
  await fits(resident, 'the sandbox page with a post being changed')
  await resident.locator('#post').click()
  await row(sam, 'the bandstand').waitFor()
  await openCase(sam, '@quayside_jo')
  await sam.getByTestId('message').filter({ hasText: 'the bandstand?' })
    .getByText('(edited since)').waitFor()

  await resident.locator('#handle').selectOption('NorthmoorHelp')
  await thread.getByRole('button', { name: /^Reply/ }).click()
  assert.equal(await resident.locator('#text').inputValue(), '@quayside_jo ')
  await resident.keyboard.type('We do, have a look at the notice board.')
  await resident.locator('#post').click()
  await sam.getByTestId('reply').filter({ hasText: 'notice board' })
    .getByText("Sent in X's own app").waitFor()
  await sam.getByTestId('owner').filter({ hasText: "Somebody answers in X's own app" }).waitFor()
  await fits(sam, "a case that is answered in X's own app")
  await sam.getByTestId('nav-queue').click()
  await row(sam, '@quayside_jo').getByText("Somebody answers in X's own app").waitFor()
  await fits(sam, "a queue with a case that is answered in X's own app")
  await openCase(sam, '@quayside_jo')
  await sam.getByTestId('release').click()
  await sam.getByTestId('owner').filter({ hasText: 'Nobody has it yet' }).waitFor()

  await thread.getByRole('button', { name: /^Delete/ }).click()
  await thread.locator('.post', { hasText: 'bandstand' }).waitFor({ state: 'detached' })
  // Posts are asked after once a day. A new start is on today's time, when that is due.
  await council.stopKerbside()
  await council.startKerbside()
  await sam.getByTestId('no-words').filter({ hasText: 'taken back by its author' }).waitFor()
  assert.equal(await sam.getByText('the bandstand').count(), 0)
  await fits(sam, 'a case whose words are gone')
  await sam.getByTestId('nav-queue').click()
  await sam.getByTestId('case-row').getByText('What it began with was taken back').waitFor()
  await fits(sam, 'a queue with a case whose words are gone')
  assert.equal(await sam.evaluate(() => window.sameDocument), true)
})

story('in shadow mode nothing is sent, and everybody is told so', async council => {
  const sam = await council.staffPage('sam')
  await sam.getByTestId('shadow-banner').waitFor()
  await council.x.write(`@NorthmoorHelp ${QUESTION}`, { handle: 'quayside_jo' })
  await openCase(sam, '@quayside_jo')
  await sam.getByTestId('claim').click()
  await sam.getByTestId('reply-text').fill("It's not for hire, sorry.")
  await sam.getByTestId('reply-send').click()
  await sam.getByTestId('reply').filter({ hasText: 'not for hire' })
    .getByTestId('reply-state').filter({ hasText: 'not sent' }).waitFor()
  await fits(sam, 'a case in shadow mode')
  assert.deepEqual((await council.x.posts()).filter(each => each.ours), [])
}, { conf: { mode: 'shadow' } })
