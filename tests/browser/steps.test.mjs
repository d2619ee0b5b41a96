// From a resident's words to the answer under them, through the real binary: who gets a link, who
// gets a person, who gets nothing.

import assert from 'node:assert/strict'
import { story } from './story.mjs'
import {
  assertAccessible, BEFORE_EASTER, IN_HOURS, linkOf, openCase, post, row, setClock, until
} from './support.mjs'

const anyLink = /https?:|northmoor\.example/

story('a missed bin is answered with its link', async (council, t) => {
  const page = await council.residentPage()
  await assertAccessible(page, 'the empty sandbox page')
  const began = performance.now()
  const { ours } = await post(page,
    "@NorthmoorHelp my green bin hasn't been emptied, Elm Close")
  await ours.waitFor()
  t.diagnostic(`answered in ${Math.round(performance.now() - began)} ms`)
  const link = ours.getByRole('link', { name: linkOf('bins.missed') })
  assert.equal(await link.getAttribute('href'), linkOf('bins.missed'))
  assert.equal(await ours.count(), 1)
  await assertAccessible(page, 'the sandbox page with a conversation')
})

const requests = [
  ['roads.pothole', 'massive pothole outside the post office on Mill Lane'],
  ['gritting.tonight', 'are you gritting tonight? supposed to be minus 4'],
  ['library.join', 'how do I join the library?']
]

for (const time of [IN_HOURS, 'Sunday 21:00']) {
  story(`a pothole, gritting, the library: ${time}`, async council => {
    const page = await council.residentPage()
    await setClock(page, time)
    for (const [intent, text] of requests) {
      const { ours } = await post(page, `@NorthmoorHelp ${text}`)
      await ours.getByRole('link', { name: linkOf(intent), exact: true }).waitFor()
      assert.equal(await ours.count(), 1)
    }
  })
}

story('a child alone goes to a person, before everything else', async (council, t) => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const staff = await council.staffPage('sam')
  await council.x.write("@NorthmoorHelp do you hire out the old mayor's chain for weddings?",
    { handle: 'quayside_jo' })
  await row(staff, "mayor's chain").waitFor()

  const began = performance.now()
  const { id, thread } = await post(resident,
    "@NorthmoorHelp there's a child alone next door and I can hear screaming")
  await row(staff, 'a child alone').waitFor()
  t.diagnostic(`in the queue after ${Math.round(performance.now() - began)} ms`)
  const first = staff.getByTestId('case-row').first()
  assert.match(await first.innerText(), /a child alone next door/)
  assert.match(await first.innerText(), /Child or adult at risk/)
  await first.getByTestId('urgent').waitFor()
  await staff.getByTestId('live').getByText('Child or adult at risk').waitFor({ state: 'attached' })

  await openCase(staff, 'a child alone')
  await staff.getByTestId('why').first().locator('summary').click()
  assert.match(await staff.getByTestId('why').first().innerText(), /A child at risk.*child alone/s)
  await staff.getByTestId('claim').click()
  await staff.getByTestId('reply-text').fill('Thank you. Somebody is on the way to the house now.')
  await staff.getByTestId('reply-send').click()
  const answer = thread.locator('.post--ours', { hasText: 'on the way to the house now' })
  await answer.waitFor()
  assert.match(await answer.locator('.post__text').innerText(), /house now\. \^SR$/)
  await staff.getByTestId('reply').filter({ hasText: 'on the way to the house now' })
    .getByTestId('reply-state').filter({ hasText: /^sent$/ }).waitFor()

  await staff.getByTestId('outcome').selectOption('passed_on')
  await staff.getByTestId('close-case').click()
  await staff.getByTestId('owner').filter({ hasText: /^Closed/ }).waitFor()
  await staff.getByTestId('nav-queue').click()
  await row(staff, "mayor's chain").waitFor()
  assert.equal(await row(staff, 'a child alone').count(), 0)
  await staff.getByTestId('nav-closed').click()
  await staff.getByTestId('closed-row').filter({ hasText: 'a child alone' }).waitFor()

  await council.everythingSaid()
  for (const { text } of await council.ourReplies(id)) assert.doesNotMatch(text, anyLink)
})

story('what nobody foresaw goes to the queue; at night with a word about when', async council => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const staff = await council.staffPage('sam')
  const text = "@NorthmoorHelp do you hire out the old mayor's chain for weddings?"

  const byDay = await post(resident, text, 'quayside_jo')
  await row(staff, '@quayside_jo').waitFor()
  await council.everythingSaid()
  assert.deepEqual(await council.ourReplies(byDay.id), [])
  assert.equal(await staff.getByTestId('hours-banner').count(), 0)

  await setClock(resident, BEFORE_EASTER)
  await staff.getByTestId('hours-banner').filter({ hasText: 'Tuesday 30 March at 9:00' }).waitFor()
  const byNight = await post(resident, text, 'allotment_dave')
  await row(staff, '@allotment_dave').waitFor()
  await byNight.ours.filter({ hasText: 'from 9 on Tuesday' }).waitFor()
  assert.doesNotMatch(await byNight.ours.innerText(), anyLink)
  await row(staff, '@allotment_dave').getByText('Acknowledged', { exact: true }).waitFor()

  await council.x.write('@NorthmoorHelp it would be for the second of May',
    { handle: 'allotment_dave', in_reply_to: byNight.id })
  await row(staff, '@allotment_dave, 2 messages').waitFor()
  await council.everythingSaid()
  assert.equal((await council.ourReplies(byNight.id)).length, 1)
  assert.equal((await council.ourReplies(byDay.id)).length, 0)
})

story('abuse is left alone, in sight; swearing about a bin is answered', async council => {
  const resident = await council.residentPage()
  await setClock(resident, IN_HOURS)
  const staff = await council.staffPage('sam')
  await staff.getByTestId('nav-ignored').click()
  await staff.getByText('Nothing has been left alone.').waitFor()

  const abuse = await post(resident, "@NorthmoorHelp you're all a bunch of useless wankers",
    'grumpy_of_no4')
  const ignored = staff.getByTestId('ignored-row').filter({ hasText: 'useless wankers' })
  await ignored.waitFor()
  const swearing = await post(resident,
    "@NorthmoorHelp where the fuck are the bin men, my green bin hasn't been emptied again")
  await swearing.ours.getByRole('link', { name: linkOf('bins.missed') }).waitFor()
  assert.deepEqual(await council.ourReplies(abuse.id), [])
  assert.equal(await staff.getByTestId('ignored-row').count(), 1)
  await ignored.locator('summary').click()

  await ignored.getByTestId('restore').click()
  await ignored.waitFor({ state: 'detached' })
  await staff.getByTestId('nav-queue').click()
  await openCase(staff, 'useless wankers')
  await staff.getByTestId('claim').waitFor()
  await council.everythingSaid()
  assert.deepEqual(await council.ourReplies(abuse.id), [])
  await until('the bin has one answer', async () =>
    (await council.ourReplies(swearing.id)).length === 1)
})
