// Nobody is kept out: every view of the console in every state, looked at by axe, by the Tab key, at
// 320 pixels, enlarged four times and in forced colours; what is read aloud; and that what residents
// write stays words. One council for all of it. What time or trouble alone would bring is put into
// the frames on their way to the page, and held against the protocol first.

import assert from 'node:assert/strict'
import { obstacles } from './access.mjs'
import { EMOJI, ENDLESS, HOSTILE, MARKUP, ZALGO } from './hostile.mjs'
import { Stage } from './stage.mjs'
import { story } from './story.mjs'
import { IN_HOURS, openCase, row, STAFF, until } from './support.mjs'

const ADA = { login: 'ada', name: 'Ada Cole', initials: 'AC', role: 'admin' }
const LONGEST_MS = 840_000 // some sixty states
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const QUESTION = "do you hire out the old mayor's chain for weddings?"

const handleOf = n => `little_bobby_${n}`
const nameOf = n => [...HOSTILE[n]].slice(0, 30).join('')

story('nobody is kept out of any view', async (council, t) => {
  const keepsNobodyOut = (page, where) => t.test(where, async () => {
    await Stage.atRest(page)
    assert.deepEqual(await obstacles(page), [], `${where} keeps somebody out`)
  })
  council.forgiven.push(/\/api\/sign-in .* 401 /, /\/api\/me .*ERR_FAILED/)
  council.forgiveLostConnections()

  await signedOut(council, keepsNobodyOut)
  const asha = await Stage.open(council, 'asha')
  const tom = await Stage.open(council, 'tom')
  await empty(asha, keepsNobodyOut)
  await fill(council, asha, tom)
  await t.test('what is read aloud is what matters', () => readAloud(council))
  await t.test('what residents write is words', () => words(asha))
  await lists(asha, keepsNobodyOut)
  await cases(asha, tom, keepsNobodyOut)
  await pages(council, asha, keepsNobodyOut)
  await troubles(asha, keepsNobodyOut)
  await t.test('nothing inline runs', () => nothingInline(council))
  await fast(council, t)
}, {
  timeout: LONGEST_MS,
  staff: [...Object.values(STAFF), ADA],
  conf: { console: { address: '127.0.0.1', port: 0, undo_s: 60 } }
})

const answer = (status, body) => route =>
  route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) })

async function signedOut (council, keepsNobodyOut) {
  const page = await council.newPage()
  await page.goto(council.consoleUrl)
  await page.getByTestId('sign-in').waitFor()
  await keepsNobodyOut(page, 'signing in')
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'signing in without a login')
  await page.route('**/api/sign-in', answer(401, { error: "That code isn't right.", need: 'code' }))
  await page.getByTestId('login').fill('sam')
  await page.getByTestId('password').fill('the password')
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('code').waitFor()
  await keepsNobodyOut(page, 'being asked for a code')
  await page.getByTestId('code').fill('123456')
  await page.getByTestId('sign-in-submit').click()
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'a wrong code')
  await page.getByTestId('statement-link').click()
  await page.getByRole('heading', { name: 'Accessibility statement', level: 1 }).waitFor()
  await keepsNobodyOut(page, 'the accessibility statement, signed out')
  for (const must of ['password', 'second_factor']) {
    await page.route('**/api/me', answer(200, { staff: { id: 1, ...STAFF.sam }, must }))
    await page.goto(council.consoleUrl)
    await page.reload()
    await page.getByTestId(`must-${must}`).waitFor()
    await keepsNobodyOut(page, `having to: ${must}`)
  }
  await page.route('**/api/me', route => route.abort())
  await page.reload()
  await page.getByText("Kerbside can't be reached just now").waitFor()
  await keepsNobodyOut(page, 'a Kerbside that is down')
  await page.close()
}

async function empty (stage, keepsNobodyOut) {
  const views = ['queue', 'mine', 'approval', 'answered', 'ignored', 'sent', 'failed', 'closed', 'many', 'search?text=', 'search?text=zebra']
  for (const view of views) {
    await stage.go(view)
    await keepsNobodyOut(stage.page, `nothing in ${view}`)
  }
}

// A morning: residents who write what nobody should have to read, and what comes of it.
async function fill (council, asha, tom) {
  const write = (handle, text, name) => council.x.write(`@NorthmoorHelp ${text}`, { handle, name })
  await council.x.control('POST', 'clock', { at: `${IN_HOURS}:00Z` })
  const desk = await asha.desk()
  const learner = await tom.desk()
  for (const n of [0, 1, 2]) await write(`nell_reads_${n}`, 'how do I join the library?')
  for (const [n, text] of HOSTILE.entries()) await write(handleOf(n), `${QUESTION} ${text}`, nameOf(n))
  await write('grumpy_of_no4', `you're all a bunch of useless wankers <img src=x onerror=alert(1)>${'W'.repeat(300)}`, nameOf(0))
  await write('grace_on_no9', "there's a child alone next door and I can hear screaming")
  await council.x.control('POST', 'messages', { handle: 'quayside_jo', name: 'Jo', text: QUESTION })
  await desk.event('message.ignored')
  await desk.caseOf('quayside_jo')
  await desk.event('reply.sent')
  const propose = async n => {
    const one = await learner.caseOf(handleOf(n))
    await learner.do('claim', one)
    const { reply } = await learner.do('reply', one, { text: `It stays in the hall. ${MARKUP.slice(0, 60)}` })
    return reply
  }
  await propose(0)
  await desk.ask('return', { reply: await propose(1), text: `Kinder, please. ${MARKUP}` })
  await desk.do('mute', await desk.caseOf(handleOf(2)), { muted: true })
  const done = await desk.caseOf(handleOf(3))
  await desk.ask('note', { case: done.id, text: `${MARKUP} ${'W'.repeat(300)}`, to: [tom.id] })
  await desk.do('claim', done)
  await desk.do('close', done, { outcome: 'praise', department: 'Waste' })
  await council.x.fault({ on: 'post', kind: 'forbidden' })
  await write('tom_on_mill_ln', 'how do I join the library?')
  await desk.event('reply.failed')
  await desk.close()
  await learner.close()
}

// Ten ordinary cases say nothing, an urgent one is told, and so is what becomes of one's own reply.
async function readAloud (council) {
  const { page } = await Stage.open(council, 'sam')
  const heard = () => page.evaluate(() => window.heard.splice(0))
  const write = (handle, text) => council.x.write(`@NorthmoorHelp ${text}`, { handle })
  await row(page, `@${handleOf(2)}`).waitFor()
  await heard()
  for (let n = 0; n < 10; n++) await write(`asker_${n}`, `${QUESTION} It's for ${n + 2} people.`)
  await row(page, '@asker_9').waitFor()
  assert.deepEqual(await heard(), [])
  const nowHeard = async () => {
    let news
    await until('something is read aloud', async () => (news = await heard()).length > 0)
    return news
  }
  await write('hazel_and_pip', "there's a child alone next door and I can hear screaming")
  await row(page, '@hazel_and_pip').waitFor()
  assert.deepEqual(await nowHeard(), ['Urgent: Child or adult at risk, from @hazel_and_pip'])

  await openCase(page, '@asker_0')
  await page.getByTestId('claim').click()
  await page.getByTestId('reply-text').fill("It isn't for hire, sorry.")
  await page.getByTestId('reply-count').filter({ hasText: 'of 280' }).waitFor()
  assert.deepEqual(await nowHeard(), ['The case is yours.'])
  await page.getByTestId('reply-send').click()
  await page.getByTestId('reply-undo').waitFor()
  await until('the box is empty', async () => await page.getByTestId('reply-text').inputValue() === '')
  assert.deepEqual(await nowHeard(), ['Your reply goes out in 60 seconds. Undo stands before the box.'])
  await page.close()
}

// Every letter is there, and none of it is anything but a letter.
async function words ({ page }) {
  for (const n of [0, 1, 2, 4]) {
    await page.evaluate(() => { location.hash = '#/queue' })
    await openCase(page, `@${handleOf(n)}`)
    const text = `@NorthmoorHelp ${QUESTION} ${HOSTILE[n]}`.slice(0, 4000)
    assert.equal(await page.getByTestId('message').first().locator('.ks-words').textContent(), text)
    const name = await page.locator('.ks-case__facts bdi').nth(1).textContent()
    assert.equal(name, nameOf(n))
  }
}

async function lists (stage, keepsNobodyOut) {
  const { page } = stage
  await stage.go('queue')
  await row(page, '@grace_on_no9').waitFor()
  await keepsNobodyOut(page, 'the queue')
  await openCase(page, '@grace_on_no9')
  await keepsNobodyOut(page, 'a case that nobody has')
  await stage.go('queue')
  await page.getByTestId('filters').locator('summary').click()
  await page.getByTestId('filter-whose').selectOption('nobody')
  await keepsNobodyOut(page, 'the queue with a filter')
  await page.getByTestId('filter-due').selectOption('over')
  await page.getByText('No case is like that just now.').waitFor()
  await keepsNobodyOut(page, 'a filter that lets nothing through')
  await page.getByTestId('clear-filters').click()
  await page.getByTestId('select-all').check()
  await page.getByTestId('bulk-action').selectOption('close')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('bulk').getByRole('alert').waitFor()
  await keepsNobodyOut(page, 'a queue with everything selected')
  await page.getByTestId('bulk-action').selectOption('claim')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('bulk-report').waitFor()
  await keepsNobodyOut(page, 'what came of many at once')
  await page.getByTestId('select-all').check()
  await page.getByTestId('bulk-action').selectOption('many')
  await page.getByTestId('bulk-do').click()
  await page.getByTestId('many-text').fill('The chain stays in the hall, sorry. '.repeat(9))
  await page.getByTestId('many-text-count').filter({ hasText: 'too many to send' }).waitFor()
  await page.getByTestId('many-cases').locator('summary').click()
  await page.getByTestId('left-out').waitFor()
  await keepsNobodyOut(page, 'one message to many')
  await page.getByTestId('many-text').fill('The chain stays in the hall, sorry.')
  await page.getByTestId('many-send').click()
  await page.getByTestId('bulk-row').waitFor()
  await keepsNobodyOut(page, 'one message to many on its way')
  for (const view of ['mine', 'approval', 'answered', 'ignored', 'sent', 'failed', 'closed', 'search?text=chain']) {
    await stage.go(view)
    await page.locator('.ks-row').first().waitFor()
    for (const more of await page.locator('main details > summary').all()) await more.click()
    await keepsNobodyOut(page, view)
  }
  await page.setViewportSize({ width: 320, height: 640 })
  await page.getByTestId('menu').click()
  await keepsNobodyOut(page, 'the menu')
  await page.setViewportSize({ width: 1280, height: 900 })
}

const now = () => Math.floor(Date.now() / 1000)
const learner = { id: 3, name: 'Tom Ives', initials: 'TI' }

// A case in which everything has happened that can.
function full (frame) {
  if (frame.type === 'count') {
    frame.warnings = ['phone', 'address', 'email', 'name'].map(kind => ({ kind, words: MARKUP }))
  }
  if (frame.type !== 'case') return frame
  const [first] = frame.messages
  Object.assign(frame.case, {
    warned: true, escalated: true, lease_until: now() + 5400, due_at: now() - 600, department: 'Waste'
  })
  frame.suggestions = [{ intent: 'x', title: MARKUP, text: ENDLESS, link: null, score: 0.5, would: false }]
  frame.notes = [{ id: 1, by: learner, text: ENDLESS, at: now(), to: [learner] }]
  frame.earlier = [{
    id: 7, reference: '2C9M-4', reason: 'complaint', state: 'closed', outcome: 'answered', opened_at: now() - 864000, summary: ENDLESS
  }]
  const states = ['held', 'proposed', 'returned', 'queued', 'unknown', 'sent', 'failed', 'dropped', 'withheld']
  frame.replies.push(...states.map((state, n) => ({
    id: 900 + n,
    message: first.id,
    text: n % 2 ? ENDLESS : EMOJI,
    private: n % 2 > 0,
    elsewhere: false,
    handle: 'NorthmoorHelp',
    remote_url: 'javascript:alert(1)',
    state,
    by: state === 'held' ? frame.case.owner : learner,
    error: state === 'failed' ? ENDLESS : null,
    created_at: first.written_at + n,
    changed_at: now(),
    held_until: state === 'held' ? now() + 3600 : null,
    after: null,
    approver: null,
    word: MARKUP,
    bulk: null
  })))
  frame.messages.push({ ...first, id: 900, kind: 'private', text: ZALGO, edited_at: now(), decision: null },
    { ...first, id: 901, kind: 'overheard', text: '', name: '', handle: '', gone_at: now(), decision: null })
  frame.draft = { text: ENDLESS, way: 'public', changed_at: now() }
  return frame
}

// What it began with is erased, and somebody answers it in X's own app.
function gone (frame) {
  if (frame.type !== 'case') return frame
  const resident = { handle: '', name: '' }
  Object.assign(frame.case, { resident, summary: '', gone: true, expired: true, elsewhere: true, state: 'open', owner: null })
  for (const one of frame.messages) Object.assign(one, { ...resident, text: '', gone_at: now(), expired: true })
  return frame
}

async function cases (asha, tom, keepsNobodyOut) {
  const { page } = asha
  const opened = async (stage, handle) => {
    await stage.go('queue')
    await openCase(stage.page, handle)
  }
  await opened(asha, `@${handleOf(0)}`)
  await page.getByTestId('judge').waitFor()
  await keepsNobodyOut(page, "a colleague's case with a reply to approve")
  await page.getByTestId('approve-edit').click()
  await keepsNobodyOut(page, 'changing a reply before it is approved')
  await page.getByTestId('judge').getByRole('button', { name: 'Leave it as it is' }).click()
  await page.getByTestId('return').click()
  await page.getByTestId('return-send').click()
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'giving a reply back without a word')
  await opened(asha, `@${handleOf(2)}`)
  await page.getByTestId('muted').waitFor()
  await keepsNobodyOut(page, 'a muted case')
  await opened(asha, '@quayside_jo')
  await keepsNobodyOut(page, 'a direct message')
  await asha.go('failed')
  await page.getByRole('link', { name: /^Case \d+/ }).first().click()
  await page.getByTestId('reply-retry').waitFor()
  await keepsNobodyOut(page, 'a case with a reply that was not sent')
  await asha.go('closed')
  await page.locator('.ks-row__link').first().click()
  await page.getByTestId('conversation').waitFor()
  await page.getByTestId('history').locator('summary').click()
  await keepsNobodyOut(page, 'a closed case')
  await asha.go('case/9999')
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'a case that is not there')

  asha.alter = full
  await opened(asha, `@${handleOf(4)}`)
  await page.getByTestId('reply-warnings').locator('li').first().waitFor()
  await keepsNobodyOut(page, 'a case in which everything has happened')
  for (const name of ['history', 'note-tell']) await page.getByTestId(name).locator('summary').click()
  await page.getByTestId('insert').click()
  await page.getByTestId('more').click()
  await page.getByTestId('pass').click()
  await page.getByTestId('pass-send').click()
  await page.getByTestId('pass-form').getByTestId('error').waitFor()
  await page.getByTestId('reply-send').click()
  await page.getByTestId('reply-form').getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'a case with every form open')
  await page.getByTestId('pass-target').focus()
  await page.keyboard.press('Escape')
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), 'more')
  asha.alter = gone
  await opened(asha, `@${handleOf(4)}`)
  await keepsNobodyOut(page, 'a case whose words are erased')
  asha.alter = frame => frame

  await opened(tom, `@${handleOf(0)}`)
  await keepsNobodyOut(tom.page, "a trainee's case with a reply that waits for approval")
  await opened(tom, `@${handleOf(1)}`)
  await tom.page.getByTestId('reply').filter({ hasText: 'Kinder, please.' }).waitFor()
  await keepsNobodyOut(tom.page, "a trainee's case with a reply that was given back")
}

async function pages (council, asha, keepsNobodyOut) {
  const { page } = asha
  await asha.go('desk')
  await page.getByTestId('person').first().waitFor()
  await keepsNobodyOut(page, 'the desk')
  await page.getByTestId('shift-go').click()
  await page.getByTestId('goes-back').waitFor()
  await keepsNobodyOut(page, 'at the desk')
  await asha.go('settings')
  await page.getByTestId('alerts-test').click()
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'alerts and shortcuts')
  await asha.go('accessibility')
  await keepsNobodyOut(page, 'the accessibility statement')
  await page.getByTestId('shortcuts-open').click()
  await page.getByTestId('shortcuts').waitFor()
  await keepsNobodyOut(page, 'the shortcuts')
  await page.getByTestId('shortcuts').locator('h2').focus()
  await page.keyboard.press('Escape')

  const ada = await Stage.open(council, 'ada')
  for (const [view, part] of [['account', 'session'], ['people', 'person'], ['audit', 'audit-row']]) {
    await ada.go(view)
    await ada.page.getByTestId(part).first().waitFor()
    for (const more of await ada.page.locator('main details > summary').all()) await more.click()
    await keepsNobodyOut(ada.page, view)
  }
  await ada.page.close()
}

// All that can be wrong, at once.
async function troubles (stage, keepsNobodyOut) {
  const { page } = stage
  const bulk = { id: 1, by: learner, text: ENDLESS, at: now(), stopped_at: null, waiting: 12, sent: 28, failed: 3, stopped: 0 }
  stage.alter = frame => {
    if (frame.type === 'welcome' || frame.type === 'status') {
      const network = { ok: false, text: 'X refuses our token since 9:14.' }
      Object.assign(frame, { mode: 'shadow', network, open: { now: false, next_at: now() + 3600 } })
    }
    if (frame.type === 'snapshot') frame.bulks = [bulk]
    if (frame.type === 'beat') Object.assign(frame, { count: null, hash: null })
    return frame
  }
  await stage.go('queue')
  await page.reload()
  await page.getByTestId('partial-banner').waitFor()
  await keepsNobodyOut(page, 'the queue when everything is wrong')
  await stage.go('many')
  await keepsNobodyOut(page, 'a message to many on its way')
  await stage.go('queue')
  await openCase(page, '@hazel_and_pip')
  await stage.lose()
  await page.getByTestId('connection').filter({ hasText: 'Connection lost' }).waitFor()
  await page.getByTestId('release').click()
  await page.getByTestId('pending-banner').waitFor()
  await keepsNobodyOut(page, 'something that waits for the connection')
  await page.getByTestId('give-up').click()
  await page.getByTestId('error').waitFor()
  await keepsNobodyOut(page, 'something that was given up')
  await page.evaluate(() => { location.hash = '#/audit' })
  await page.getByText('Fetching the log').waitFor()
  await keepsNobodyOut(page, 'a page that waits for the connection')
}

// The policy holds even against a script that is already in the page.
async function nothingInline (council) {
  const page = await council.newPage()
  council.forgiven.push(/Content.Security.Policy/)
  const answer = await page.goto(council.consoleUrl)
  assert.equal(answer.headers()['content-security-policy'], POLICY)
  await page.getByTestId('sign-in').waitFor()
  const directives =
    ['connect-src', 'img-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']
  await page.evaluate(() => {
    window.refused = new Set()
    addEventListener('securitypolicyviolation', event => window.refused.add(event.effectiveDirective))
    const script = document.createElement('script')
    script.textContent = 'document.title = "owned"'
    const pressed = document.createElement('div')
    pressed.innerHTML = '<img src="data:," onerror="document.title=\'owned\'" style="color:red">'
    document.body.append(script, pressed)
    return fetch('https://northmoor.example/').catch(() => {})
  })
  const refused = () => page.evaluate(() => [...window.refused].sort())
  await until('all of it is refused', async () => (await refused()).length >= directives.length)
  assert.deepEqual(await refused(), directives)
  assert.doesNotMatch(await page.title(), /owned/)
  await page.close()
}

// How long it takes until there's a queue to work on, with nothing in the browser's cache. Reported,
// not judged: that depends on the machine.
async function fast (council, t) {
  const first = await council.staffPage('sam')
  const page = await council.newPage({ storageState: await first.context().storageState() })
  await page.goto(council.consoleUrl)
  await page.getByTestId('select').first().waitFor()
  const { ms, bytes } = await page.evaluate(() => ({
    ms: Math.round(performance.now()),
    bytes: performance.getEntriesByType('resource').filter(({ name }) => name.includes('/assets/'))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)
  }))
  t.diagnostic(`a queue to work on after ${ms} ms, ${bytes} bytes of script and style`)
  assert.ok(bytes > 0 && bytes < 100_000, `${bytes} bytes of script and style`)
}
