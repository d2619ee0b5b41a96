// The pictures in docs/: plays the demo's day (tests/sandbox/day.mjs) and takes them.
//   KERBSIDE=build/release/kerbside node tests/browser/screenshots.mjs

import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Kerbside } from '../integration/support/kerbside.mjs'
import { playDay } from '../sandbox/day.mjs'
import { closeBrowser, Council, openCase, PASSWORD, row, STAFF } from './support.mjs'

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))
const NOW = Date.parse('2026-11-23T18:00:00Z') // a Monday in winter
const LAPTOP = { width: 1280, height: 900 }
const PHONES = {
  'phone-': { width: 390, height: 780 },
  'phone-small-': { width: 320, height: 640 }
}

const council = new Council()

async function take (page, name, options) {
  await page.mouse.move(0, 0) // or what lies under it is shown as pointed at
  await page.evaluate(() => {
    document.activeElement.blur()
    scrollTo(0, 0)
    return document.fonts.ready
  })
  await page.screenshot({ path: `${DOCS}${name}.png`, animations: 'disabled', ...options })
}

async function go (page, place) {
  await page.evaluate(place => { location.hash = place }, place)
}

// Somebody who tried their alerts when they signed in.
async function atWork (login, options) {
  const page = await council.staffPage(login, options)
  await page.getByTestId('alerts-banner').getByRole('button', { name: 'Not now' }).click()
  return page
}

async function takeLaptop () {
  const sam = await atWork('sam', { viewport: LAPTOP })
  await row(sam, '@olive_at_no5').waitFor()
  await take(sam, 'console-queue')

  await go(sam, '#/answered')
  await sam.getByTestId('glance-fine').first().waitFor()
  await take(sam, 'console-answered')

  await go(sam, '#/search?text=Elm%20Close')
  await sam.getByTestId('found-row').first().waitFor()
  await take(sam, 'console-search')

  await go(sam, '#/queue')
  for (const handle of ['@fete_sec', '@kite_day_kit']) {
    await row(sam, handle).getByTestId('select').check()
  }
  await sam.getByTestId('bulk-action').selectOption('many')
  await sam.getByTestId('bulk-do').click()
  await sam.getByTestId('many-text').fill('There is one form now for whatever is out of doors, and ' +
    'the events team helps you with it: ask here, and it comes by direct message.')
  await sam.getByTestId('many-text-count').filter({ hasText: /of 280/ }).waitFor()
  await sam.getByTestId('many-cases').locator('summary').click()
  await take(sam, 'console-many')
}

async function takeCase () {
  const asha = await atWork('asha', { viewport: LAPTOP, deviceScaleFactor: 2 / 3 })
  await openCase(asha, '@hazel_and_pip')
  await asha.getByTestId('reply-text').fill("No, you needn't. I've sent the form to your inbox now; " +
    'bring it on Monday as it is, and the registrar fills in the rest with you.')
  await asha.getByTestId('reply-count').filter({ hasText: /^1\d\d of 280/ }).waitFor()
  await take(asha, 'console-case', { fullPage: true })
}

// An editor's: what there is, and an answer that learns how else residents say it.
async function takeKnowledge () {
  const edie = await atWork('edie', { viewport: LAPTOP, deviceScaleFactor: 2 / 3 })
  await go(edie, '#/knowledge')
  await edie.getByTestId('kb-intents-list').getByText('Missed bin').first().waitFor()
  await take(edie, 'knowledge-overview')

  await go(edie, '#/knowledge/intent/bins.missed')
  await edie.getByTestId('kb-phrases').fill('bin men turned back')
  await edie.getByTestId('saving').filter({ hasText: 'Saved in the draft' }).waitFor()
  await edie.getByTestId('phrases-became').waitFor()
  await edie.getByTestId('try-text').fill('@NorthmoorHelp the bin men turned back at the top of our road')
  await edie.getByTestId('try-go').click()
  await edie.getByTestId('tried-draft').getByText('Answered:').waitFor()
  const box = target => edie.locator(target).boundingBox()
  await edie.evaluate(() => scrollTo(0, 0))
  const { y: top } = await box('.ks-subnav')
  const { y: last, height } = await box('[data-testid=phrases-became]')
  const clip = { x: 0, y: top, width: LAPTOP.width, height: last + height + 20 - top }
  await take(edie, 'knowledge-answer', { fullPage: true, clip })
}

async function takePhone (name, viewport) {
  const sam = await atWork('sam', { viewport, hasTouch: true, isMobile: true })
  await row(sam, '@olive_at_no5').waitFor()
  await take(sam, `${name}queue`)
  await openCase(sam, '@grand_union_jo')
  await take(sam, `${name}case`)
}

async function takeResident () {
  const resident = await council.residentPage({ viewport: LAPTOP })
  await resident.getByText('Gerald is packed').waitFor()
  await take(resident, 'sandbox')
}

mkdirSync(DOCS, { recursive: true })
try {
  await council.open({ staff: Object.values(STAFF) })
  const kerbside = new Kerbside('', '')
  kerbside.url = council.consoleUrl
  kerbside.origin = council.consoleUrl.replace(/\/$/, '')
  const { undone } = await playDay({ x: council.x, kerbside, password: PASSWORD, now: NOW })
  if (undone.length) throw new Error(`the day could not be played: ${undone.join('; ')}`)
  await takeLaptop()
  await takeCase()
  await takeKnowledge()
  for (const [name, viewport] of Object.entries(PHONES)) await takePhone(name, viewport)
  await takeResident()
  council.check()
  await council.stopKerbside()
} finally {
  await council.close()
  await closeBrowser()
}
