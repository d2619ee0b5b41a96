// Two people side by side, each in a browser of their own, and what goes wrong between them: both
// want the same case, a connection breaks, a laptop sleeps, the server is killed. No event is missing,
// nothing is sent twice, no draft is lost; where that is said, it is held against the database.

import assert from 'node:assert/strict'
import { day } from './story.mjs'
import { assertAccessible, focusOn, openCase, row, STAFF, until } from './support.mjs'

const QUESTION = "do you hire out the old mayor's chain for weddings?"
const REPLAYED = 500 // events; who missed more is given a snapshot

const part = day({
  staff: [STAFF.sam, STAFF.asha, STAFF.tom],
  conf: { console: { undo_s: 2 } }
})

// The way of a page's frames, in the test's hand.
class Wire {
  heard = [] // the numbers of the events that came through, in their order
  others = [] // the other frames of the server's
  said = [] // the page's frames
  loses = () => false // which of the server's frames never arrive
  #held = null
  #pairs = []

  // Only listens: what breaks is Chromium's own connection.
  static beside (page) {
    const wire = new Wire()
    page.on('websocket', socket => socket.on('framereceived', ({ payload }) =>
      wire.#hear(JSON.parse(payload))))
    return wire
  }

  static async under (page) {
    const wire = new Wire()
    await page.routeWebSocket('**/ws', near => wire.#join(near))
    return wire
  }

  #join (near) {
    const far = near.connectToServer()
    this.#pairs.push([near, far])
    near.onMessage(text => {
      this.said.push(JSON.parse(text))
      far.send(text)
    })
    far.onMessage(text => {
      const frame = JSON.parse(text)
      if (this.loses(frame)) return
      this.#hear(frame)
      if (this.#held) this.#held.push(() => near.send(text))
      else near.send(text)
    })
  }

  #hear (frame) {
    if (frame.type === 'event') this.heard.push(frame.seq)
    else this.others.push(frame)
  }

  hold () { this.#held = [] }

  letGo () {
    for (const send of this.#held) send()
    this.#held = null
  }

  // Both ends find the connection gone.
  cut () {
    for (const pair of this.#pairs.splice(0)) for (const end of pair) end.close()
  }
}

async function open (council, who, wired = true) {
  const page = await council.newPage()
  const wire = wired ? await Wire.under(page) : Wire.beside(page)
  await page.goto(council.consoleUrl)
  await council.signIn(page, who)
  return { page, wire }
}

const both = (council, wired) =>
  Promise.all(['sam', 'asha'].map(who => open(council, who, wired)))

let residents = 0
async function ask (council, text = QUESTION) {
  const handle = `resident_${++residents}`
  const id = await council.x.write(`@NorthmoorHelp ${text}`, { handle })
  return { id, handle: `@${handle}` }
}

const caseId = page => page.getByTestId('case').getAttribute('data-case-id')
const box = page => page.getByTestId('reply-text')
const send = page => page.getByTestId('reply-send').click()
const owner = (page, words) => page.getByTestId('owner').filter({ hasText: words }).waitFor()

async function claim (page, handle) {
  await page.getByTestId('nav-queue').click()
  await openCase(page, handle)
  await page.getByTestId('claim').click()
  await focusOn(page, 'reply-text')
}

const staffReplies = async (council, id) =>
  (await council.ourReplies(id)).filter(({ text }) => / (\^[A-Z]+|\d\/\d)$/.test(text))

// What staff wrote in a thread, without their initials, once all of it has left.
async function said (council, id, count) {
  const find = () => staffReplies(council, id)
  await until(`${count} of what staff wrote stand on the network`, async () =>
    (await find()).length >= count)
  await council.everythingSaid()
  return (await find()).map(({ text }) => text.replace(/ \^[A-Z]+$/, ''))
}

// Held, queued or sent: however often a reply is anywhere.
const repliesIn = (council, text) => council.sql(
  `SELECT count(*) FROM reply WHERE state NOT IN ('dropped', 'returned') AND body LIKE '${text}%'`)[0][0]
const draftOf = (council, login) => council.sql('SELECT draft.text FROM draft JOIN staff ON ' +
  `staff.id=staff_id WHERE login='${login}' AND text<>'' ORDER BY case_id`).map(([text]) => text)

async function drafted (council, login, text) {
  await until(`the database has what ${login} wrote`, () => draftOf(council, login).includes(text))
}

// What a page's queue says, but for the times, who is looking, and which order a reader kept.
const queueOf = page => page.getByTestId('queue').getByTestId('case-row').evaluateAll(rows => rows
  .map(row => {
    const copy = row.cloneNode(true)
    copy.querySelectorAll('time, [data-testid=presence]').forEach(one => one.remove())
    return `${row.dataset.caseId}: ${copy.textContent.trim()}`
  }).sort())

// The page missed nothing: it heard each event once, and shows what the database has and what
// somebody is shown who comes now.
async function missedNothing (council, { page, wire }, login) {
  const inDatabase = council.sql('SELECT seq FROM event ORDER BY seq').map(([seq]) => Number(seq))
  const [{ seq: first }] = wire.others.filter(({ type }) => type === 'snapshot')
  const day = inDatabase.filter(seq => seq > first)
  await until(`${login} has heard all`, () => wire.heard.at(-1) >= day.at(-1))
  assert.deepEqual(wire.heard.filter(seq => seq <= day.at(-1)), day, `what ${login} heard`)
  await showsAll(council, page, login)
}

async function showsAll (council, page, login) {
  const fresh = await page.context().newPage()
  await fresh.goto(council.consoleUrl)
  await page.getByTestId('nav-queue').click()
  const owners = council.sql('SELECT handoff_case.id, coalesce(name, \'Nobody\'), login FROM handoff_case ' +
    "LEFT JOIN staff ON staff.id=owner_id WHERE handoff_case.state<>'closed'")
    .map(([id, name, whose]) => [id, whose === login ? 'You have it' : `${name} has it`])
  let shown, now
  await until(`${login} sees what somebody sees who comes now`, async () => {
    [shown, now] = [await queueOf(page), await queueOf(fresh)]
    return now.length === owners.length && JSON.stringify(shown) === JSON.stringify(now)
  }).catch(() => assert.deepEqual(shown, now))
  for (const [id, words] of owners) {
    const found = shown.find(text => text.startsWith(`${id}: `))
    assert.ok(found?.includes(words), `${login} sees of case ${id} "${found}", it is "${words}"`)
  }
  assert.doesNotMatch(council.log, /console\.mismatch/)
  await fresh.close()
  await fresh.close()
}

part('both claim the same case at once: one has it, the other is told who', async council => {
  const [sam, asha] = await both(council)
  const { handle } = await ask(council)
  await openCase(sam.page, handle)
  await openCase(asha.page, handle)
  const id = await caseId(sam.page)
  for (const { page, wire } of [sam, asha]) {
    wire.hold() // neither hears of the other before both have clicked
    await page.getByTestId('claim').click()
  }
  await until('both have claimed', () =>
    [sam, asha].every(({ wire }) => wire.others.some(({ type }) => /^(ok|refused)$/.test(type))))
  for (const { wire } of [sam, asha]) wire.letGo()

  const samFirst = sam.wire.others.some(({ type }) => type === 'ok')
  const [winner, loser] = samFirst ? [sam, asha] : [asha, sam]
  const name = samFirst ? 'Sam Reed' : 'Asha Malik'
  await owner(winner.page, 'You have it')
  await loser.page.getByTestId('error').filter({ hasText: `${name} has taken this case` }).waitFor()
  await owner(loser.page, `${name} has it`)
  await box(winner.page).waitFor()
  assert.equal(await box(loser.page).count(), 0)
  assert.equal(await loser.page.getByTestId('claim').count(), 0)
  assert.deepEqual(council.sql(`SELECT count(*) FROM event WHERE kind='case.claimed' AND case_id=${id}`),
    [['1']])
})

part('both write: who has it sends; a takeover in the middle of a word loses no draft', async council => {
  const [sam, asha] = await both(council)
  const { id, handle } = await ask(council)
  const others = (page, words) => page.getByTestId('others').filter({ hasText: words }).waitFor()
  await claim(sam.page, handle)
  await openCase(asha.page, handle)
  await others(asha.page, 'Sam Reed is looking at this')
  await sam.page.keyboard.type('The chain stays in')
  await others(asha.page, 'Sam Reed is writing here')

  // He types on while she takes it: none of it is lost, and no letter is taken for a shortcut.
  const typing = sam.page.keyboard.type(' because it can go with nobody', { delay: 40 })
  await asha.page.getByTestId('release').click()
  await asha.page.getByTestId('claim').click()
  await box(asha.page).waitFor()
  await typing
  await owner(sam.page, 'Asha Malik has it')
  await sam.page.keyboard.type('c g q u x')
  assert.match(sam.page.url(), /#\/case\//)
  await focusOn(sam.page, 'kept-text')
  await sam.page.getByTestId('live').getByText('What you wrote is kept')
    .waitFor({ state: 'attached' })
  await assertAccessible(sam.page, 'a case that was taken over')
  const begun = await sam.page.getByTestId('kept-text').inputValue()
  assert.match(begun, /^The chain stays in/)
  await drafted(council, 'sam', begun)
  assert.equal(await box(sam.page).count(), 0)
  await send(asha.page)
  await asha.page.getByTestId('error').filter({ hasText: 'nothing to send' }).waitFor()

  await box(asha.page).pressSequentially('No, sorry.')
  await others(sam.page, 'Asha Malik is writing here')
  await send(asha.page)
  assert.deepEqual(await said(council, id, 1), ['No, sorry.'])
  await drafted(council, 'sam', begun)

  await asha.page.getByTestId('release').click()
  await sam.page.getByTestId('claim').click()
  await until('his words are in the box again', async () => await box(sam.page).inputValue() === begun)
  await send(sam.page)
  assert.deepEqual(await said(council, id, 2), ['No, sorry.', begun])
  assert.deepEqual(draftOf(council, 'sam'), [])
})

part('offline in the middle of a reply, and back: it is sent once', async council => {
  council.forgiveLostConnections()
  const { page, wire } = await open(council, 'sam')
  const { id, handle } = await ask(council)
  await claim(page, handle)

  const about = await caseId(page)

  // For so short a time that nobody notices: what is said waits on the way.
  await page.keyboard.type('First, for')
  await page.context().setOffline(true)
  await page.keyboard.type(' a moment.')
  await send(page)
  const other = await ask(council)
  await page.context().setOffline(false)
  assert.deepEqual(await said(council, id, 1), ['First, for a moment.'])

  // For longer: the connection is gone, and they have written since, which he has to see first.
  await until('the box is free', async () => await box(page).inputValue() === '')
  await page.keyboard.type('Second, for')
  await page.context().setOffline(true)
  wire.cut()
  await page.getByTestId('connection').filter({ hasText: 'Connection lost' }).waitFor()
  await page.keyboard.type(' longer.')
  await send(page)
  await page.getByTestId('pending-banner').waitFor()
  await council.x.write('@NorthmoorHelp are you there?', { handle: handle.slice(1), in_reply_to: id })
  await until('they have written', () => council.sql("SELECT 1 FROM event WHERE kind='case.message' " +
    `AND case_id=${about}`).length > 0)
  await page.context().setOffline(false)
  await page.getByTestId('pending-banner').waitFor({ state: 'detached' })
  await page.getByTestId('error').filter({ hasText: 'changed since you last saw it' }).waitFor()
  await page.getByTestId('message').filter({ hasText: 'are you there?' }).waitFor()
  assert.equal(repliesIn(council, 'Second'), '0')
  await send(page)
  assert.deepEqual((await said(council, id, 2)).slice(1), ['Second, for longer.'])

  // It breaks when Kerbside has been told everything and has said nothing yet.
  await until('the box is free', async () => await box(page).inputValue() === '')
  wire.loses = ({ type }) => type === 'ok'
  await page.keyboard.type('Third, unheard.')
  await drafted(council, 'sam', 'Third, unheard.')
  await send(page)
  await until('Kerbside has it', () => repliesIn(council, 'Third') === '1')
  assert.ok(await page.getByTestId('reply-send').filter({ hasText: 'Sending' }).count())
  wire.loses = () => false
  wire.cut()
  await until('the box is free', async () => await box(page).inputValue() === '')
  assert.deepEqual((await said(council, id, 3)).slice(2), ['Third, unheard.'])
  for (const text of ['First', 'Second', 'Third']) assert.equal(repliesIn(council, text), '1', text)
  assert.equal(await page.getByTestId('error').count(), 0)
  assert.deepEqual(draftOf(council, 'sam'), [])
  await page.reload()
  await box(page).waitFor()
  assert.equal(await box(page).inputValue(), '')
  assert.equal(await page.getByTestId('other-draft').count(), 0)
  await page.getByTestId('nav-queue').click()
  await row(page, other.handle).waitFor()
})

part('the server is killed while both work: no event missing, nothing twice, no draft lost', async council => {
  council.forgiveLostConnections()
  const [sam, asha] = await both(council, false)
  const asked = []
  for (let n = 0; n < 4; n++) asked.push(await ask(council))
  const [held, begun, clicked, later] = asked
  await claim(sam.page, begun.handle)
  await claim(sam.page, held.handle)
  await sam.page.keyboard.type('Held, and then gone.')
  await send(sam.page)
  await sam.page.getByTestId('reply').filter({ hasText: 'Held, and then gone.' }).waitFor()
  await sam.page.getByTestId('nav-queue').click()
  await openCase(sam.page, begun.handle)
  await openCase(asha.page, clicked.handle)

  await box(sam.page).pressSequentially('Half a sen')
  await Promise.all([asha.page.getByTestId('claim').click(), council.killKerbside()])
  for (const { page } of [sam, asha]) {
    await page.getByTestId('connection').filter({ hasText: 'Connection lost' }).waitFor()
  }
  await box(sam.page).pressSequentially('tence')
  await council.x.write('@NorthmoorHelp hello?', { handle: later.handle.slice(1), in_reply_to: later.id })
  await ask(council)
  await council.startKerbside()
  for (const { page } of [sam, asha]) {
    await page.getByTestId('connection').filter({ hasText: /^Connected$/ }).waitFor()
  }

  await owner(asha.page, 'You have it')
  assert.equal(await asha.page.getByTestId('error').count(), 0)
  assert.equal(await box(sam.page).inputValue(), 'Half a sentence')
  await drafted(council, 'sam', 'Half a sentence')
  assert.deepEqual(await said(council, held.id, 1), ['Held, and then gone.'])
  assert.equal(repliesIn(council, 'Held'), '1')
  assert.deepEqual(council.sql("SELECT count(*) FROM event JOIN staff ON staff.id=staff_id WHERE " +
    `kind='case.claimed' AND login='asha' AND case_id=${await caseId(asha.page)}`), [['1']])
  await missedNothing(council, sam, 'sam')
  await missedNothing(council, asha, 'asha')
  await openCase(sam.page, begun.handle)
  await until('the draft is in the box', async () => await box(sam.page).inputValue() === 'Half a sentence')
})

part('a trainee proposes; a colleague changes it, lets it go, or gives it back', async council => {
  const [{ page: tom }, { page: asha }] =
    await Promise.all([open(council, 'tom'), open(council, 'asha')])
  const { id, handle } = await ask(council)
  const propose = async text => {
    await box(tom).fill(text)
    await send(tom)
    await until('it has gone', async () => await box(tom).inputValue() === '')
    const gone = Math.floor(Date.now() / 1000)
    await tom.locator('[data-reply-state=proposed]').filter({ hasText: text }).waitFor()
    await asha.getByTestId('nav-approval').click()
    await openCase(asha, handle)
    // By the second a page knows what comes back from what it has just sent.
    await until('the second is over', () => Date.now() / 1000 >= gone + 1)
  }
  await claim(tom, handle)
  await propose('No way.')
  await asha.getByTestId('return').click()
  await asha.getByTestId('return-word').fill('A little kinder, please.')
  await asha.getByTestId('return-send').click()
  await tom.locator('[data-reply-state=returned]').getByText('A little kinder, please.').waitFor()
  await until('it is in his box again', async () => await box(tom).inputValue() === 'No way.')

  await propose("Sorry, it isn't for hire.")
  await asha.getByTestId('approve-edit').click()
  await asha.getByTestId('approve-text').fill("Sorry, it's never for hire.")
  await asha.getByTestId('approve-send').click()
  await tom.locator('[data-reply-state=sent]').filter({ hasText: "Sorry, it's never for hire. ^TI" })
    .getByText('Approved by Asha Malik').waitFor()
  assert.equal(await box(tom).inputValue(), '')
  assert.deepEqual(await said(council, id, 1), ["Sorry, it's never for hire."])
  assert.deepEqual(draftOf(council, 'tom'), [])
})

part('a note that names a colleague reaches them, until they have seen it', async council => {
  const [sam, asha] = await both(council)
  const { handle } = await ask(council)
  await claim(sam.page, handle)

  // What he writes while his reply is on its way is not torn apart by what comes back.
  await box(sam.page).fill('I have asked a colleague.')
  sam.wire.hold()
  await send(sam.page)
  await sam.page.getByTestId('note-text').pressSequentially('Do you know ')
  sam.wire.letGo()
  await until('the reply is taken', async () => await box(sam.page).inputValue() === '')
  await sam.page.keyboard.type('about the chain?')
  assert.equal(await sam.page.getByTestId('note-text').inputValue(), 'Do you know about the chain?')
  await sam.page.getByTestId('note-tell').locator('summary').click()
  await sam.page.getByLabel('Asha Malik').check()
  await sam.page.getByTestId('note-add').click()
  await asha.page.getByTestId('nav-mine').click()
  await row(asha.page, handle).getByTestId('named').waitFor()
  await sam.page.getByTestId('note').waitFor()
  await openCase(asha.page, handle)
  await asha.page.getByTestId('note').getByText('Told: you').waitFor()
  await until('it is seen', () =>
    council.sql('SELECT 1 FROM note_to WHERE seen_at IS NULL').length === 0)
  await asha.page.getByTestId('nav-mine').click()
  await row(asha.page, handle).waitFor({ state: 'detached' })
})

part('a long answer goes as a thread, in its order', async council => {
  const { page } = await open(council, 'sam')
  const { id, handle } = await ask(council)
  const sentences = [
    'The old chain was made in 1871 by a jeweller in Bridge Street, of silver gilt and blue enamel.',
    'It has a link for each of the first thirty mayors, and the names of their wives behind them.',
    'Because no insurance covers it outside the town hall, we have never let anybody borrow it.',
    'You are welcome to have photographs taken beside its case on any weekday before four, though.',
    'Ask for Mrs Okafor at the front desk: she has the key, and knows which lamps must be on.',
    'We hope that the day goes well, and that the weather is kinder to you than it was to the mayor.'
  ]
  await claim(page, handle)
  await box(page).fill(sentences.join(' '))
  await page.getByTestId('reply-split').check()
  await send(page)
  const parts = await said(council, id, 3)
  assert.deepEqual(parts.map(text => text.match(/ (\d\/\d)$/)?.[1]), ['1/3', '2/3', '3/3'])
  assert.equal(parts.map(text => text.replace(/ \d\/\d$/, '')).join(' '), sentences.join(' '))
  const thread = await staffReplies(council, id)
  assert.deepEqual(thread.map(one => one.in_reply_to), [id, thread[0].id, thread[1].id])
  const resident = await council.residentPage()
  const shown = resident.locator(`.thread[data-id="${id}"] .post--ours .post__text`)
  await shown.filter({ hasText: '3/3' }).waitFor()
  assert.deepEqual((await shown.allInnerTexts()).slice(-3), thread.map(({ text }) => text))
})

// So many notes, from a console that has no page.
const writeNotes = (page, about, count) => page.evaluate(([about, count]) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/ws`, 'kerbside.v1')
    socket.onopen = () => {
      socket.send('{"type":"hello","last":0}')
      for (let n = 0; n < count; n++) {
        socket.send(JSON.stringify({ type: 'note', id: `note-${n}`, case: about, text: `Note ${n}` }))
      }
    }
    let done = 0
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(data)
      if (type === 'refused') reject(new Error(data))
      if (type === 'ok' && ++done === count) resolve(socket.close())
    }
  }), [about, count])

part('a laptop sleeps for an hour, and shows what there is when it wakes', async council => {
  council.forgiveLostConnections()
  const [sam, asha] = await both(council)
  const [mine, theirs] = [await ask(council), await ask(council)]
  await claim(asha.page, mine.handle)
  await asha.page.keyboard.type('Begun before lunch')
  await drafted(council, 'asha', 'Begun before lunch')
  await row(sam.page, theirs.handle).waitFor()

  const laptop = await asha.page.context().newCDPSession(asha.page)
  await asha.page.context().setOffline(true)
  await laptop.send('Page.setWebLifecycleState', { state: 'frozen' })
  asha.wire.cut()
  const heard = asha.wire.heard.at(-1)
  await writeNotes(sam.page, Number(await caseId(asha.page)), REPLAYED)
  await claim(sam.page, theirs.handle)
  await sam.page.getByTestId('outcome').selectOption('done')
  await sam.page.getByTestId('close-case').click()
  await owner(sam.page, 'Closed')
  const fresh = await ask(council)
  const hourLater = new Date(Date.now() + 3600_000).toISOString()
  const { json: { kerbside } } = await council.x.control('POST', 'clock', { at: hourLater })
  assert.equal(kerbside, 'set')
  const last = await ask(council)
  await sam.page.getByTestId('nav-queue').click()
  for (const { handle } of [fresh, last]) await row(sam.page, handle).waitFor()

  await laptop.send('Page.setWebLifecycleState', { state: 'active' })
  await asha.page.context().setOffline(false)
  await asha.page.getByTestId('live').getByText('fetched again').waitFor({ state: 'attached' })
  assert.deepEqual(asha.wire.others.filter(({ type }) => type === 'reset').map(({ why }) => why),
    ['too_old'])
  assert.equal(await box(asha.page).inputValue(), 'Begun before lunch')
  assert.ok(asha.wire.heard.every(seq => seq <= heard || seq > heard + REPLAYED))
  await showsAll(council, asha.page, 'asha')
  await showsAll(council, sam.page, 'sam')
  await openCase(asha.page, mine.handle)
  await send(asha.page)
  assert.deepEqual(await said(council, mine.id, 1), ['Begun before lunch'])
})
