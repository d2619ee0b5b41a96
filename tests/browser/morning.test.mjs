// A whole editor's morning: the gap is found in what residents asked, closed in plain words, tried,
// run over what was written before, put right where it got worse, published, seen to answer, and
// rolled back. A small knowledge base, and a mouse only to go from page to page.

import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { story } from './story.mjs'
import {
  assertAccessible, assertNoSidewaysScrolling, focusOn, IN_HOURS, row, STAFF, tabTo, until
} from './support.mjs'

const LINK = 'https://northmoor.example/skips'
const SKIPS = ['can i hire a skip please', 'is it you i hire a skip from', 'can i hire a skip today', 'please can i hire a skip again']
const HALL = ['can i hire the hall please', 'can i hire the hall today']

const conf = { kb: fileURLToPath(new URL('../data/kb', import.meta.url)) }

// With a keyboard: Tab by Tab to it, and what it is there for, once it can be done.
async function press (page, target, key = 'Enter') {
  await tabTo(page, target)
  await until('it can be pressed', async () => await target.getAttribute('aria-disabled') !== 'true')
  await page.keyboard.press(key)
}

async function type (page, target, text, way = 'Tab') {
  await tabTo(page, target, way)
  await page.keyboard.press('Control+a')
  await page.keyboard.insertText(text)
}

async function fits (page, where) {
  await assertAccessible(page, where)
  await page.setViewportSize({ width: 320, height: 640 })
  await assertNoSidewaysScrolling(page, `${where} at 320 px`)
  await page.setViewportSize({ width: 1280, height: 900 })
}

const saved = page => page.getByTestId('saving').filter({ hasText: 'Saved in the draft' }).waitFor()

async function replay (page) {
  await page.getByTestId('kb-nav-replay').click()
  await press(page, page.getByTestId('replay-do'))
  await page.getByTestId('outdated').waitFor({ state: 'detached' }) // what an earlier one found
  await page.getByTestId('replay-standing').filter({ hasText: 'Done' }).waitFor()
}

// What is on its way has come to its end.
async function published (page, version) {
  await page.getByTestId('ended').getByRole('link', { name: `See version ${version}`, exact: true }).waitFor()
}

story("an editor's morning", async council => {
  const ask = text => council.x.write(`@NorthmoorHelp ${text}`, { handle: `resident_${++residents}` })
  let residents = 0
  await council.x.control('POST', 'clock', { at: `${IN_HOURS}:00Z` })
  for (const text of [...SKIPS, ...HALL]) await ask(text)
  await council.x.write('@NorthmoorHelp my green bin was missed again', { handle: 'elm_close_sam' })
  await until('all of it is decided', () => council.sql('SELECT count(*) FROM decision')[0][0] === '7')
  const before = council.sql('SELECT max(id) FROM kb_version')[0][0]

  const page = await council.staffPage('edie')
  await page.getByTestId('alerts-banner').getByRole('button', { name: 'Not now' }).click()
  await page.getByTestId('nav-knowledge').click()
  await learn(page)
  await write(page)
  await tryIt(page)
  await mend(page)
  await publish(page, Number(before) + 1)
  await answersNow(council, ask)
  await rollBack(page, Number(before))
  await goneAgain(council, page, ask)
}, {
  staff: Object.values(STAFF),
  conf
})

// Who wrote it can't wave it through, and who agrees has read it.
story('what keeps people from harm waits for a second person', async council => {
  const at = async (who, place) => {
    const page = await council.staffPage(who)
    await page.evaluate(to => { location.hash = to }, `#/knowledge/${place}`)
    return page
  }
  const edie = await at('edie', 'rule/sensitive.gas?field=holding')
  await focusOn(edie, 'kb-holding')
  await edie.keyboard.press('Control+a')
  await edie.keyboard.insertText('Please ring 999 now. A person reads this {when}.')
  await saved(edie)
  await edie.getByTestId('kb-nav-publish').click()
  await edie.getByTestId('second-person').waitFor()
  await type(edie, edie.getByTestId('publish-note'), 'Shorter, so that it is read.')
  await press(edie, edie.getByTestId('publish-do'))
  const waiting = page => page.locator('[data-testid=proposal][data-state=waiting]')
  await waiting(edie).getByTestId('read-proposal').click()
  await waiting(edie).getByText('Please ring 999 now').waitFor()
  assert.equal(await waiting(edie).getByTestId('agree').count(), 0)

  const asha = await at('asha', 'publish')
  await waiting(asha).waitFor()
  assert.equal(await waiting(asha).getByTestId('agree').count(), 0)
  await press(asha, waiting(asha).getByTestId('read-proposal'))
  await waiting(asha).getByText('Please ring 999 now').waitFor()
  await fits(asha, 'a proposal that is read')
  await press(asha, waiting(asha).getByTestId('agree'))
  for (const page of [asha, edie]) await published(page, 2)
  await asha.getByTestId('ended').getByText('Asha Malik agreed').waitFor()
}, {
  staff: Object.values(STAFF),
  conf
})

// The gap is found, and its words are where the new answer begins.
async function learn (page) {
  await page.getByTestId('kb-nav-learn').click()
  const group = page.getByTestId('learn-group').filter({ hasText: 'skip' }).first()
  await group.waitFor()
  await fits(page, 'what nothing explained')
  await press(page, group.locator('summary').first())
  await group.getByText('can i hire a skip today').waitFor()
  await press(page, group.getByTestId('make-intent'))
  await page.getByTestId('beside').getByText('can i hire a skip today').waitFor()
  assert.match(await page.getByTestId('new-phrases').inputValue(), /skip/)
}

// In plain words, without a thought of patterns. One of them says too much.
async function write (page) {
  await type(page, page.getByTestId('new-title'), 'Hiring a skip')
  await type(page, page.getByTestId('new-topic'), 'tip')
  await type(page, page.getByTestId('new-phrases'), 'hire a skip\nhire')
  await press(page, page.getByTestId('new-go'))
  await page.getByRole('heading', { name: 'Hiring a skip', level: 1 }).waitFor()
  await type(page, page.getByTestId('kb-called'), 'hiring a skip')
  await type(page, page.getByTestId('kb-department'), 'waste')
  await type(page, page.getByTestId('kb-link'), LINK)
  await press(page, page.getByTestId('kb-replies-add'))
  await focusOn(page, 'kb-replies')
  await page.keyboard.insertText('You can hire a skip from us for a week: {link}')
  await type(page, page.getByTestId('kb-examples-yes'), 'I want to hire a skip')
  await saved(page)
  await until('the draft has no errors', async () =>
    await page.getByTestId('kb-errors').count() === 0)
  await page.getByTestId('phrases-became').getByText('skip').first().waitFor()
  await fits(page, 'the new answer')
}

async function tryIt (page) {
  await page.getByTestId('kb-nav-try').click()
  await type(page, page.getByTestId('try-text'), 'hi, can I hire a skip please?')
  await page.keyboard.press('Enter')
  await page.getByTestId('tried-live').getByText('Goes to a person').waitFor()
  await page.getByTestId('tried-draft').getByText('Answered: Hiring a skip').waitFor()
  await page.getByTestId('tried-draft').getByText(LINK).waitFor()
}

// The hall isn't a skip: what got worse is marked, put right, and gone when it is run again.
async function mend (page) {
  await replay(page)
  const hall = page.getByTestId('replayed-row').filter({ hasText: 'hire the hall' })
  await hall.first().waitFor()
  assert.equal(await hall.count(), HALL.length)
  assert.equal(await page.getByTestId('replayed-row').count(), SKIPS.length + HALL.length)
  await fits(page, 'what a replay found')
  await press(page, hall.first().getByTestId('mark-neither'), 'ArrowUp') // to the one before: worse
  await page.getByTestId('marks').filter({ hasText: '0 better, 1 worse' }).waitFor()
  await press(page, hall.first().getByTestId('make-example'))
  await page.getByTestId('beside').getByText('hire the hall').waitFor()
  await focusOn(page, 'kb-examples-yes')
  assert.equal(await page.getByTestId('kb-examples-yes').inputValue(), 'I want to hire a skip\n')
  await page.keyboard.insertText('could we hire one of your skips')
  await type(page, page.getByTestId('kb-examples-no'), 'is the assembly room for hire?')
  const phrases = 'hire a skip\nhire one of your skips'
  await type(page, page.getByTestId('kb-phrases'), phrases, 'Shift+Tab')
  await saved(page)

  await page.getByTestId('kb-nav-replay').click()
  await page.getByTestId('outdated').waitFor()
  await replay(page)
  await until('only the skips are answered', async () =>
    await page.getByTestId('replayed-row').count() === SKIPS.length)
  assert.equal(await hall.count(), 0)
}

// One page says what residents will get, asks why, and has the one button.
async function publish (page, version) {
  await page.getByTestId('kb-nav-publish').click()
  await page.getByTestId('summary').filter({ hasText: 'New: 1 answer.' }).waitFor()
  await page.getByTestId('difference').getByText(LINK).waitFor()
  await page.getByTestId('publish-form').waitFor()
  await fits(page, 'a draft to be published')
  await type(page, page.getByTestId('publish-note'), 'Residents ask for skips every spring.')
  await press(page, page.getByTestId('publish-do'))
  await published(page, version)
  await page.getByTestId('no-changes').waitFor()
  await fits(page, 'what was published')
}

async function answersNow (council, ask) {
  const id = await ask('can i hire a skip for a week')
  await until('the new answer is given', async () => {
    const [reply] = await council.ourReplies(id)
    return reply?.text.includes(LINK)
  })
}

// The version before, what is different from it, and why: then it is live again.
async function rollBack (page, version) {
  await page.getByTestId('kb-nav-versions').click()
  const rows = page.getByTestId('version-row')
  await rows.filter({ hasText: 'Residents ask for skips' }).getByTestId('live-tag').waitFor()
  await press(page, rows.getByRole('link', { name: `Version ${version}`, exact: true }))
  await press(page, page.getByTestId('again'))
  await page.getByTestId('summary').filter({ hasText: 'Taken away: 1 answer.' }).waitFor()
  await fits(page, 'a version to be live again')
  await type(page, page.getByTestId('rollback-note'), 'There are no skips left.')
  await press(page, page.getByTestId('rollback-do'))
  await published(page, version + 2)
}

async function goneAgain (council, page, ask) {
  const id = await ask('can i hire a skip for a month')
  await page.getByTestId('nav-queue').click()
  await row(page, 'skip for a month').waitFor()
  const bin = await ask('my green bin was missed')
  await until('a later message is answered', async () => (await council.ourReplies(bin)).length > 0)
  assert.deepEqual(await council.ourReplies(id), [])
}
