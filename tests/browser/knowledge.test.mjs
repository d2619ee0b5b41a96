// An editor who knows bins and no regular expressions: what is typed is in the draft, whatever
// happens to the page, beside what is live; another editor's change is shown and not overwritten.

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { Stage } from './stage.mjs'
import { day } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, focusOn, focusOnHeading, STAFF, tabTo, until
} from './support.mjs'

const ITEM = 'knowledge/intent/bins.missed'
const part = day({
  staff: [STAFF.edie, STAFF.asha, STAFF.sam],
  conf: { kb: fileURLToPath(new URL('../data/kb', import.meta.url)) }
})

const go = (page, view) => page.evaluate(to => { location.hash = `#/${to}` }, view)
const field = (page, name) => page.getByTestId(`kb-${name}`)
const saving = (page, text) => page.getByTestId('saving').filter({ hasText: text }).waitFor()

// The item's page, its fields filled in from what the server said.
async function open (page, item = ITEM) {
  await go(page, item)
  await page.getByTestId('saving').waitFor()
}

const drafted = (council, item) => council.sql(
  `SELECT body FROM kb_draft WHERE kind = 'intent' AND item = '${item}'`).map(([body]) => JSON.parse(body))

async function fits (page, where) {
  const { width, height } = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 640 })
  await assertNoSidewaysScrolling(page, `${where} at 320 px`)
  await assertAccessible(page, `${where} at 320 px`)
  await page.setViewportSize({ width, height })
}

part('pages that could not be loaded say so, and can be tried again', async council => {
  council.forgiven.push(/knowledge-\w+\.js says: Failed to load resource: net::ERR_FAILED/)
  const page = await council.staffPage('edie')
  const script = '**/assets/knowledge-*.js'
  await page.route(script, route => route.abort())
  await page.getByTestId('nav-knowledge').click()
  const missing = page.getByTestId('pages-missing')
  await missing.waitFor()
  await focusOn(page, 'error')
  await fits(page, 'pages that are missing')
  await page.unroute(script)
  await tabTo(page, missing.getByRole('button', { name: 'Try again' }))
  await page.keyboard.press('Enter')
  await page.getByTestId('kb-row').first().waitFor()
})

part('the heading of the first page has the focus when its script is there', async council => {
  const page = await council.staffPage('edie')
  await page.getByTestId('nav-knowledge').focus()
  await page.keyboard.press('Enter')
  await page.getByTestId('kb-row').first().waitFor()
  await focusOnHeading(page)
})

part('what is typed is in the draft, after a reload too, until it is discarded', async council => {
  const page = await council.staffPage('edie')
  await page.getByTestId('nav-knowledge').click()
  await page.getByTestId('kb-text').fill('recycling not emptied')
  await page.getByTestId('kb-found').getByRole('link', { name: 'Missed bin' }).waitFor()
  await page.getByTestId('kb-text').fill('missed')
  await page.getByTestId('kb-row').filter({ hasText: 'Missed bin' }).getByRole('link').click()
  await saving(page, 'As it is live')
  await tabTo(page, field(page, 'title'))
  await page.keyboard.press('End')
  await page.keyboard.type(' today')
  await saving(page, 'Saved in the draft')
  await field(page, 'phrases').focus()
  await page.keyboard.type('bin not emptied')
  await saving(page, 'Saved in the draft')
  await page.getByTestId('phrases-became').getByRole('link', { name: 'bin', exact: false }).first().waitFor()
  await page.getByTestId('changes').filter({ hasText: '1' }).waitFor()
  const [body] = drafted(council, 'bins.missed')
  assert.equal(body.title, 'Missed bin today')
  assert.deepEqual(body.phrases, ['bin not emptied'])
  await fits(page, 'an answer with changes')

  await page.reload()
  await saving(page, 'In the draft, not live yet')
  assert.equal(await field(page, 'title').inputValue(), 'Missed bin today')
  await page.getByTestId('discard').click()
  await page.getByTestId('confirm-yes').click()
  await saving(page, 'it is as live again')
  assert.equal(await field(page, 'title').inputValue(), 'Missed bin')
  assert.deepEqual(drafted(council, 'bins.missed'), [])
})

part('what is wrong stands at its field, and what is not saved is back after a crash', async council => {
  council.forgiveLostConnections()
  const stage = await Stage.open(council, 'edie')
  const { page } = stage
  await open(page)
  await field(page, 'replies').fill('Sorry about that, and no link.')
  const errors = page.getByTestId('kb-errors')
  await errors.getByRole('link').first().click()
  assert.equal(await page.evaluate(() => document.activeElement.id), 'kb-replies')
  await fits(page, 'an answer with something wrong')
  await page.getByTestId('kb-replies-count').filter({ hasText: 'of 280' }).waitFor()

  await stage.lose()
  await page.getByTestId('connection').filter({ hasText: 'lost' }).waitFor()
  await field(page, 'title').fill('Typed on a train')
  await saving(page, 'Not saved')
  assert.equal(drafted(council, 'bins.missed')[0].title, 'Missed bin')
  stage.reachable = true
  await page.reload()
  await page.getByTestId('restored').waitFor()
  await saving(page, 'Saved in the draft')
  assert.equal(await field(page, 'title').inputValue(), 'Typed on a train')
  await page.getByTestId('discard').click()
  await page.getByTestId('confirm-yes').click()
  await saving(page, 'it is as live again')
})

part('two editors of one item see each other, and the second chooses', async council => {
  council.forgiveLostConnections()
  const edie = await council.staffPage('edie')
  const stage = await Stage.open(council, 'asha')
  const asha = stage.page
  await Promise.all([open(edie), open(asha)])
  await edie.getByTestId('kb-others').filter({ hasText: 'Asha Malik' }).waitFor()
  await stage.lose()
  await field(edie, 'title').fill("Edie's title")
  await saving(edie, 'Saved in the draft')
  await field(asha, 'title').fill("Asha's title")
  await saving(asha, 'Not saved')
  stage.reachable = true
  const conflict = asha.getByTestId('conflict')
  await conflict.waitFor()
  for (const words of ["Edie's title", "Asha's title"]) {
    await conflict.getByText(words, { exact: true }).waitFor()
  }
  await fits(asha, 'a conflict')
  await asha.getByTestId('keep-mine').click()
  await saving(asha, 'Saved in the draft')
  await until('Edie sees it', async () => await field(edie, 'title').inputValue() === "Asha's title")
  await edie.getByTestId('discard').click()
  await edie.getByTestId('confirm-yes').click()
  await saving(edie, 'it is as live again')
})

part('a new answer in plain words, tried before anybody sees it', async council => {
  const page = await council.staffPage('edie')
  await go(page, 'knowledge/new/intent?phrases=skip+hire')
  await page.getByTestId('new-go').click()
  await page.getByText('Enter a few words.').waitFor()
  await fits(page, 'a new answer with something missing')
  await page.getByTestId('new-title').fill('Hiring a skip')
  await page.getByTestId('new-topic').fill('bins')
  assert.equal(await page.getByTestId('new-id').inputValue(), 'bins.hiring_skip')
  await page.getByTestId('new-go').click()
  await field(page, 'link').fill('https://northmoor.example/skips')
  await field(page, 'called').fill('hiring a skip')
  await page.getByTestId('kb-replies-add').click()
  await focusOn(page, 'kb-replies')
  await page.keyboard.type("Here's how to hire a skip: {link}")
  await saving(page, 'Saved in the draft')
  await until('nothing is wrong', async () => await page.getByTestId('kb-errors').count() === 0)
  await page.getByTestId('try-text').fill('where can I get skip hire?')
  await page.getByTestId('try-text').press('Enter')
  await page.getByTestId('tried-draft').filter({ hasText: 'Answered: Hiring a skip' }).waitFor()
  assert.doesNotMatch(await page.getByTestId('tried-live').innerText(), /Hiring a skip/)
  await fits(page, 'a message that was tried')
  await page.getByTestId('remove').click()
  await page.getByTestId('confirm-yes').click()
  await page.getByTestId('nowhere').waitFor()
  assert.deepEqual(drafted(council, 'bins.hiring_skip'), [])
})

part('what is said of patterns is for who opens them', async council => {
  const page = await council.staffPage('edie')
  await open(page)
  await page.getByText('Patterns, for who knows regular expressions', { exact: true }).click()
  await page.getByTestId('kb-match-add').click()
  await focusOn(page, 'kb-match-2') // behind the two that there are
  await page.keyboard.type('crater')
  await saving(page, 'Saved in the draft')
  await page.getByText('no example needs [2]').waitFor()
  assert.equal(await page.getByTestId('kb-warnings').count(), 0)
  await page.getByTestId('kb-nav-publish').click()
  await page.getByTestId('of-patterns').filter({ hasText: '1 remark on patterns' }).waitFor()
  assert.equal(await page.getByTestId('warnings').count(), 0)
  await open(page)
  await page.getByTestId('discard').click()
  await page.getByTestId('confirm-yes').click()
  await saving(page, 'it is as live again')
})

part('a term says where it is used, a phrase whether it is enough', async council => {
  const page = await council.staffPage('edie')
  await open(page, 'knowledge/term/missed')
  const used = page.getByTestId('used-by')
  await used.getByText('changes what 1 answer understands').waitFor()
  await fits(page, 'a term')
  await used.getByRole('link', { name: 'Missed bin' }).click()
  await field(page, 'phrases').fill('a bin')
  await page.getByTestId('not-enough').waitFor()
  await fits(page, 'a phrase that says too little')
  await page.getByTestId('discard').click()
  await page.getByTestId('confirm-yes').click()
  await saving(page, 'it is as live again')
})

part("the election's page leads to its report", async council => {
  await council.x.write('@NorthmoorHelp my green bin was missed again', { handle: 'elm_close_sam' })
  await until('it is answered', () => council.sql("SELECT count(*) FROM reply WHERE state = 'sent'")[0][0] !== '0')
  const page = await council.staffPage('edie')
  await open(page, 'knowledge/election/election')
  await page.getByTestId('to-report').click()
  await page.getByTestId('report-from').fill('2099-01-01')
  await page.getByTestId('report-do').click()
  await page.getByText('That day is still to come.').waitFor()
  await fits(page, 'a report of days to come')
  await page.getByTestId('report-from').fill('2026-01-01')
  await page.getByTestId('report-do').click()
  const report = page.getByTestId('report')
  await report.getByRole('row', { name: 'Missed bin 1' }).waitFor()
  await report.getByRole('row').filter({ hasText: 'Kerbside' }).first().waitFor()
  await fits(page, 'the report')
  await page.emulateMedia({ media: 'print' })
  assert.equal(await page.getByTestId('report-do').isVisible(), false)
  await page.emulateMedia({ media: null })
})

part('an agent has no knowledge pages', async council => {
  const page = await council.staffPage('sam')
  await page.getByTestId('nav-queue').waitFor()
  assert.equal(await page.getByTestId('nav-knowledge').count(), 0)
})

part('an incident is published at once, and ended', async council => {
  const page = await council.staffPage('edie')
  await go(page, 'knowledge/new/incident')
  await page.getByTestId('new-title').fill('Flood at Mill Lane')
  await page.getByTestId('new-go').click()
  await field(page, 'text').fill('Mill Lane is under water. Crews are there.')
  await page.getByLabel('Missed bin').check()
  // A year comes digit by digit, and each of them makes another moment.
  await field(page, 'until').focus()
  await page.keyboard.type('12122027')
  assert.match(await field(page, 'until').inputValue(), /^2027-12-12T/)
  await saving(page, 'Saved in the draft')
  await page.getByTestId('incident-note').fill('The lane is under water.')
  await page.getByTestId('incident-go').click()
  await page.getByTestId('incident-done').waitFor()
  await saving(page, 'As it is live')
  await page.getByTestId('try-text').fill('missed our recycling again')
  await page.getByTestId('try-go').click()
  await page.getByTestId('tried-live').filter({ hasText: 'Mill Lane is under water' }).waitFor()
  await fits(page, 'an incident that is running')

  await page.getByTestId('kb-nav-overview').click()
  await page.getByTestId('running-incidents').getByText('Flood at Mill Lane').first().waitFor()
  await fits(page, 'the overview while an incident is running')
  await page.getByTestId('incident-end').click()
  await page.getByTestId('running-incidents').waitFor({ state: 'detached' })
})

part('the other editors see who has an answer open', async council => {
  const [edie, asha] = await Promise.all([council.staffPage('edie'), council.staffPage('asha')])
  await go(asha, 'knowledge')
  const row = asha.locator('[data-testid="kb-row"][data-item="bins.missed"]')
  await row.waitFor()
  await open(edie)
  await row.getByText('Edie Park has it open.').waitFor()
  await fits(asha, 'an overview with an answer that somebody has open')
  await go(edie, 'queue')
  await row.getByText('Edie Park has it open.').waitFor({ state: 'detached' })
})

part('the other editors hear what became of the knowledge base', async council => {
  const [edie, asha] = await Promise.all([council.staffPage('edie'), council.staffPage('asha')])
  await go(edie, 'knowledge/new/incident')
  await edie.getByTestId('new-title').fill('Burst main in Kiln Road')
  await edie.getByTestId('new-go').click()
  await field(edie, 'text').fill('Kiln Road is closed, so rounds are late. Crews are there.')
  await edie.getByTestId('kb-variants-add').click()
  await edie.keyboard.type('Rounds are late today: Kiln Road is closed for repairs.')
  await edie.getByLabel('Missed bin').check()
  await saving(edie, 'Saved in the draft')
  await edie.getByTestId('incident-note').fill('A main has burst.')
  await edie.getByTestId('incident-go').click()
  await edie.getByTestId('incident-done').waitFor()
  const news = asha.getByTestId('news-banner')
  await news.getByText('A main has burst.').first().waitFor()
  await saving(edie, 'As it is live')

  await go(edie, 'knowledge')
  await edie.getByTestId('incident-end').click()
  const over = page => page.getByTestId('news-banner').getByRole('listitem')
    .filter({ hasText: 'Burst main in Kiln Road' }).filter({ hasText: 'An incident is over.' })
  await Promise.all([over(edie).waitFor(), over(asha).waitFor()])
  // what came before it has come: what she published herself is no news to her
  assert.doesNotMatch(await edie.getByTestId('news-banner').innerText(), /Published/)
  await fits(asha, 'news')
  await over(asha).getByRole('link').click()
  await asha.getByRole('heading', { level: 1, name: 'Burst main in Kiln Road' }).waitFor()
  await news.getByRole('button', { name: "I've looked" }).click()
  await news.waitFor({ state: 'detached' })
  await go(asha, 'knowledge')
  await asha.getByTestId('kb-news').getByRole('listitem').filter({ hasText: 'Burst main in Kiln Road' }).first().waitFor()
})
