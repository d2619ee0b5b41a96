// What staff write, on its way out: held and undone, split, proposed and approved; and drafts. Nothing is
// sent twice, and nothing that was written is lost, over kill -9 too.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const SHIM = process.env.KERBSIDE_KILLPOINT
const HOLD_S = 60 // the longest: nobody waits for it, the clock is moved

const SENTENCES = [
  'Thank you for asking about the harpsichords, and for the photographs that you sent with your message. ',
  'The museum has four of them in its store, and two can be played on the first Monday of each month. ',
  'None of them is for sale at present, since they were given to the town by the family who built them. ',
  'If you would like to play one, the museum keeps a list, and there is room for six people at a time. ',
  'You can also come to the concert in December, where all four are played together by the youth orchestra. ',
  'Tickets are free for everybody who lives in Northmoor, and the library on the square has them from Friday.'
]
const LONG = SENTENCES.join('')

// A world with staff, and an open case of `handle` for each of `handles`, which Sam has.
async function withCases (t, handles, options = {}) {
  const w = await world(t, options)
  const desk = await Desk.open(w.kerbside)
  const cases = {}
  for (const handle of handles) {
    const post = await w.x.says(handle, QUESTION)
    cases[handle] = { post, ...await desk.caseOf(handle) }
    await desk.do('claim', cases[handle])
  }
  return { ...w, desk, cases }
}

const letTimePass = async ({ kerbside }, seconds) => {
  const at = new Date(Date.now() + seconds * 1000).toISOString()
  const { status, text } = await kerbside.request('POST', '/demo/clock', { body: { at }, origin: null })
  assert.equal(status, 200, text)
}

const draftOf = async (desk, about) => (await desk.ask('open', { case: about.id })).draft

const statesOf = w => w.kerbside.sql('SELECT state FROM reply ORDER BY id').then(rows => rows.flat())

// The posts of a thread of ours under `post`, from above: each answers the one before.
async function threadUnder (w, post, length) {
  return until(`${length} posts in a row`, async () => {
    const ours = await w.x.ours()
    const found = []
    for (let above = post; ;) {
      const below = ours.filter(each => each.in_reply_to === above)
      assert.ok(below.length <= 1, `two under ${above}`)
      if (!below.length) break
      found.push(below[0])
      above = below[0].id
    }
    return found.length >= length && found
  }, { seen: () => w.kerbside.sql('SELECT id, state, remote_id, error FROM reply') })
}

const assertThread = (posts, initials = 'SR') => {
  const marks = posts.map((post, n) => ` ${n + 1}/${posts.length}`)
  marks[marks.length - 1] += ` ^${initials}`
  const texts = posts.map((post, n) => {
    assert.ok(post.text.endsWith(marks[n]), post.text)
    return post.text.slice(0, -marks[n].length)
  })
  assert.equal(texts.join(' '), LONG)
  assert.ok(texts.every(text => /\.$/.test(text)), 'cut at the ends of sentences')
}

test('held, undone, closed and sent, with kill -9 in between; drafts are their owner\'s', async t => {
  const w = await withCases(t, ['anna', 'ben'], { conf: { console: { undo_s: HOLD_S } } })
  const { desk, cases: { anna, ben }, x, kerbside } = w

  assert.equal((await desk.ask('draft', { case: anna.id, text: 'No harps' })).type, 'ok')
  assert.equal((await draftOf(desk, anna)).text, 'No harps')
  const begun = Math.floor(Date.now() / 1000)
  const held = await desk.do('reply', anna, { text: 'No harpsichords.' })
  assert.ok(held.held_until >= begun + HOLD_S && held.held_until < begun + HOLD_S + 60)
  await desk.event('reply.held')
  assert.equal(await draftOf(desk, anna), null)
  await desk.do('undo', anna, { reply: held.reply })
  const undone = await desk.event('reply.undone')
  assert.equal(undone.by, 'Sam Reed')
  assert.equal((await draftOf(desk, anna)).text, 'No harpsichords.')

  // said again, and the case closed behind it
  await desk.do('reply', anna, { text: 'No, sorry.' })
  await desk.do('close', anna, { outcome: 'answered' })
  // somebody else's eyes and hands change nothing of a draft
  assert.equal((await desk.ask('draft', { case: ben.id, text: 'Perhaps in', way: 'private' })).type, 'ok')
  await desk.do('release', ben)
  const priya = await Desk.open(kerbside, { login: 'priya' })
  await priya.caseOf('ben')
  assert.equal(await draftOf(priya, ben), null)
  await priya.do('claim', ben)
  assert.equal((await priya.ask('undo', { reply: held.reply })).code, 'not_yours')

  await x.sweeps(1)
  assert.deepEqual(await x.ours(), [])
  await kerbside.stop('SIGKILL')
  await kerbside.start()
  const again = await Desk.open(kerbside, { cookie: desk.cookie })
  const { text, way } = await draftOf(again, ben)
  assert.deepEqual([text, way], ['Perhaps in', 'private'])
  assert.deepEqual(await statesOf(w), ['dropped', 'held'])
  await letTimePass(w, HOLD_S + 1)
  assert.equal((await x.replyTo(anna.post)).text, 'No, sorry. ^SR')
  await again.event('reply.sent')
  assert.equal((await again.ask('undo', { reply: held.reply + 1 })).code, 'too_late')
  assert.equal((await x.ours()).length, 1)
  await x.noViolations()
})

test('what a trainee writes waits for somebody else', async t => {
  const w = await world(t)
  const { kerbside, x } = w
  const { status, err } = await run(['staff', 'add', 'tess', '--name', 'Tess Hall', '--initials', 'TH',
    '--role', 'trainee', '--config', kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  const sam = await Desk.open(kerbside)
  const tess = await Desk.open(kerbside, { login: 'tess' })
  const post = await x.says('anna', QUESTION)
  const about = await tess.caseOf('anna')
  await tess.do('claim', about)
  const first = await tess.do('reply', about, { text: 'nope' })
  assert.equal(first.held_until, null)
  const proposed = await sam.event('reply.proposed')
  assert.equal(proposed.case.proposed_replies, 1)
  assert.equal((await tess.ask('approve', { reply: first.reply })).code, 'not_allowed')

  assert.equal((await sam.ask('return', { reply: first.reply, text: 'Kinder, please' })).type, 'ok')
  const returned = await tess.event('reply.returned')
  assert.deepEqual(returned.to, [tess.welcome.staff.id])
  const whole = await tess.ask('open', { case: about.id })
  assert.equal(whole.draft.text, 'nope')
  assert.deepEqual(whole.replies.map(({ state, word, approver }) => [state, word, approver.name]),
    [['returned', 'Kinder, please', 'Sam Reed']])

  const second = await tess.do('reply', about, { text: 'I am afraid not' })
  await sam.event('reply.proposed', event => event.seq > returned.seq)
  const edited = await sam.ask('approve', { reply: second.reply, text: 'I am afraid not, sorry.' })
  assert.equal(edited.type, 'ok')
  assert.equal((await x.replyTo(post)).text, 'I am afraid not, sorry. ^TH')

  // as it is, and long
  const third = await tess.do('reply', about, { text: LONG, split: true })
  assert.equal((await sam.ask('approve', { reply: third.reply })).type, 'ok')
  const ours = await until('four posts', async () => {
    const all = await x.ours()
    return all.length === 4 && all
  })
  const [head] = ours.filter(each => each.text.includes(' 1/3'))
  assert.equal(head.in_reply_to, post)
  assertThread([head, ...await threadUnder(w, head.id, 2)], 'TH')
  await x.noViolations()
})

const TROUBLES = [
  ['nothing is wrong', null],
  ['the second part is refused', { kind: 'forbidden', after: 1 }],
  ['nobody hears whether the first part arrived, which it did', { kind: 'reset_after' }],
  ['nobody hears whether the second part arrived, which it did', { kind: 'reset_after', after: 1 }],
  ['nobody hears whether the second part arrived, which it did not', { kind: 'unavailable', after: 1 }],
  ['nobody hears whether the last part arrived, which it did', { kind: 'half_json', after: 2 }]
]

test('a split reply stands in order, once, whatever goes wrong on the way', async t => {
  const w = await withCases(t, TROUBLES.map((trouble, n) => `anna${n}`))
  for (const [n, [note, fault]] of TROUBLES.entries()) {
    const about = w.cases[`anna${n}`]
    if (fault) await w.x.fault({ on: 'post', ...fault })
    const text = SENTENCES.map(sentence => `${n}: ${sentence}`).join('') // no repetition of the last
    const sent = await w.desk.do('reply', about, { text, split: true })
    if (fault?.kind === 'forbidden') {
      const failed = await w.desk.event('reply.failed', event => event.case.failed_replies === 2)
      const { replies } = await w.desk.ask('open', { case: failed.case.id })
      assert.deepEqual(replies.map(each => [each.state, each.after]),
        [['sent', null], ['failed', sent.reply], ['failed', sent.reply + 1]])
      await w.desk.do('retry', about, { reply: sent.reply + 1 })
    }
    const posts = await threadUnder(w, about.post, 3)
    assert.equal(posts.length, 3, note)
    assert.deepEqual(posts.map(post => /\d\/3/.exec(post.text)[0]), ['1/3', '2/3', '3/3'], note)
    await until(`all sent: ${note}`, async () =>
      (await statesOf(w)).every(state => state === 'sent'), { seen: () => statesOf(w) })
  }
  assert.equal((await w.x.ours()).length, 3 * TROUBLES.length)
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM reply WHERE elsewhere'), [['0']])
})

test('killed around each part: the thread is whole, and nothing stands there twice', async t => {
  for (const when of ['before', 'after']) {
    for (let part = 1; part <= 3; part++) {
      const w = await world(t, { started: false, conf: { x: { lookup_wait_ms: 50 } } })
      const { kerbside, x } = w
      await kerbside.start({
        env: {
          LD_PRELOAD: SHIM,
          ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
          KILL_ON: 'post',
          KILL_AT: String(part),
          KILL_WHEN: when
        }
      })
      const desk = await Desk.open(kerbside)
      const post = await x.says('anna', QUESTION)
      const about = await desk.caseOf('anna')
      await desk.do('claim', about)
      desk.ask('reply', { case: about.id, version: desk.cases.get(about.id).version, text: LONG, split: true })
        .catch(() => {})
      assert.equal((await kerbside.ending).signal, 'SIGKILL', `${when} ${part}`)
      await kerbside.start()
      const posts = await threadUnder(w, post, 3)
      assertThread(posts)
      await until('all sent', async () => (await statesOf(w)).every(state => state === 'sent'))
      assert.equal((await x.ours()).length, 3, `${when} ${part}`)
      await x.noViolations()
      await kerbside.stop()
    }
  }
})

test('while staff have a case, nothing automatic is said there', async t => {
  const { x, desk, cases: { anna }, kerbside } = await withCases(t, ['anna'])
  const inThread = { in_reply_to: anna.post }
  await x.says('anna', '@NorthmoorHelp and my green bin has not been emptied', inThread)
  await desk.event('case.message', event => event.case.id === anna.id)
  await x.sweeps(2)
  assert.deepEqual(await x.ours(), [])
  assert.deepEqual(await kerbside.sql('SELECT count(*) FROM reply'), [['0']])
})
