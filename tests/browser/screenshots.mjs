// The pictures in docs/: plays a morning at the council and takes them.
//   KERBSIDE=build/release/kerbside node tests/browser/screenshots.mjs

import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { closeBrowser, Council, openCase, row, until } from './support.mjs'

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url))
const DAY = '2026-11-23' // a Monday in winter, when London keeps UTC

// What came in, and what comes of it: answered, thanked, ignored, or a case for people, two of them
// by a direct message and to the other account.
const MORNING = [
  ['08:35', 'allotment_dave', 'Dave Holroyd', 'case',
    "do you hire out the old mayor's chain for weddings? Asking for my sister"],
  ['08:52', 'priya_northmoor', 'Priya Raman', 'answered',
    "recycling wasn't collected on Alder Road this morning, lorry went straight past"],
  ['09:03', 'quayside_jo', 'Jo Pemberton', 'case',
    'who winds the clock above the market hall, and would they show my class of 30 how?'],
  ['09:10', 'grace_on_no9', 'Grace Adeyemi', 'answered',
    'are you gritting tonight? supposed to be minus 4 😬'],
  ['09:14', 'tom_on_mill_ln', 'Tom Farrow', 'answered',
    'massive pothole outside the post office on Mill Lane, going to wreck a car'],
  ['09:18', 'harbour_hq', 'Wesley Oduya', 'case',
    "that's the third time I've reported the street light on Harbour Row, still broken"],
  ['09:22', 'grumpy_of_no4', 'Grumpy', 'ignored',
    "you're all a bunch of useless wankers"],
  ['09:27', 'nell_reads', 'Nell Ashby', 'answered', 'how do I join the library?'],
  ['09:31', 'hazel_and_pip', 'Hazel Marsh', 'case',
    "my mum died on Thursday and I don't know who I need to tell at the council"],
  ['09:36', 'market_st_mo', 'Mo Siddiqui', 'thanked',
    'the planters on the high street look fantastic, well done to the team'],
  ['09:38', 'elm_close_sam', 'Sam Whitlock', 'case',
    'can I speak to a real person about my parking permit please'],
  ['09:39', 'nell_reads', 'Nell Ashby', 'private',
    "it's about my neighbour's hedge, I'd rather not say which street where everybody reads it"],
  ['09:40', 'tom_on_mill_ln', 'Tom Farrow', 'news',
    'who is singing at the harbour concert?']
]

const council = new Council()

const setTime = time => council.x.control('POST', 'clock', { at: `${DAY}T${time}:00Z` })

async function write (handle, name, outcome, text) {
  if (outcome === 'private') return council.x.control('POST', 'messages', { handle, name, text })
  const account = outcome === 'news' ? 'NorthmoorNews' : 'NorthmoorHelp'
  return council.x.write(`@${account} ${text}`, { handle, name })
}

async function play (staff, [time, handle, name, outcome, text]) {
  await setTime(time)
  const id = await write(handle, name, outcome, text)
  if (['case', 'news', 'private'].includes(outcome)) await row(staff, `@${handle}`).waitFor()
  if (outcome === 'ignored') await until('it is ignored', () => /action=ignore/.test(council.log))
  if (outcome === 'answered' || outcome === 'thanked') {
    await until(`@${handle} is ${outcome}`, async () => (await council.ourReplies(id)).length > 0)
  }
}

async function take (page, name, options) {
  await page.mouse.move(0, 0) // or what lies under it is shown as pointed at
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: DOCS + name, animations: 'disabled', ...options })
}

async function playMorning () {
  await setTime('08:30')
  const sam = await council.staffPage('sam', { viewport: { width: 1280, height: 860 } })
  const asha = await council.staffPage('asha')
  for (const one of MORNING) {
    await play(sam, one)
    if (one[1] !== 'quayside_jo') continue
    await openCase(asha, '@quayside_jo')
    await asha.getByTestId('claim').click()
  }
  await setTime('09:42')
  return sam
}

async function takeAll (sam) {
  await sam.reload() // so that the waiting times are of now
  await row(sam, '@hazel_and_pip').waitFor()
  await take(sam, 'console-queue.png', { fullPage: true })

  const phone = await council.staffPage('sam',
    { viewport: { width: 375, height: 780 }, deviceScaleFactor: 2 })
  await row(phone, '@hazel_and_pip').waitFor()
  await take(phone, 'console-phone.png')

  await openCase(sam, '@hazel_and_pip')
  await sam.getByTestId('claim').click()
  await sam.getByTestId('reply-text').fill("I'm so sorry about your mum, Hazel. You needn't ring " +
    "round: once the death is registered we tell council tax for you. I'll send you a private " +
    'message now.')
  await sam.getByTestId('reply-count').filter({ hasText: /^1\d\d of 280/ }).waitFor()
  await sam.getByTestId('why').locator('summary').click()
  await sam.evaluate(() => {
    document.activeElement.blur()
    scrollTo(0, 0)
  })
  await take(sam, 'console-case.png', { fullPage: true })

  const resident = await council.residentPage({ viewport: { width: 1280, height: 1000 } })
  await resident.getByText('Thursday and I').waitFor()
  await take(resident, 'sandbox.png')
}

mkdirSync(DOCS, { recursive: true })
try {
  await council.open()
  await takeAll(await playMorning())
  council.check()
  await council.stopKerbside()
} finally {
  await council.close()
  await closeBrowser()
}
