// A resident writes, Kerbside answers: the right words under the right post, once, or a person's queue.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, moveClock, OFFICE, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = 'my green bin has not been emptied, Elm Close'
const MISSED_LINK = 'https://northmoor.example/missed-bin'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

test('a request gets its answer under it, once', async t => {
  const w = await world(t)
  const id = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
  const reply = await w.x.replyTo(id)
  assert.ok(reply.text.endsWith(MISSED_LINK), reply.text)
  const pothole = await w.x.says('mill_road', '@NorthmoorHelp pothole on Mill Road')
  const second = await w.x.replyTo(pothole)
  assert.ok(second.text.includes('https://northmoor.example/pothole'), second.text)
  const states = () => w.kerbside.sql('SELECT state FROM reply')
  await until('both known to be sent', async () => (await states()).join() === 'sent,sent', { seen: states })
  await w.x.sweeps(3)
  assert.equal((await w.x.ours()).length, 2)
  assert.equal((await states()).length, 2)
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case'), [['0']])
  await w.x.noViolations()
})

test('words that X changes on their way arrive whole', async t => {
  const w = await world(t)
  const text = `@NorthmoorHelp ${MISSED} <at no. 4> & "next door" 🙂 https://example.org/a?b=1&c=2 ` +
    'pothole too?'
  const id = await w.x.says('elm_close_sam', text)
  await until('the message in the record', async () =>
    (await w.kerbside.sql('SELECT count(*) FROM message'))[0][0] === '1')
  const [[kept, remote]] = await w.kerbside.sql('SELECT text, remote_id FROM message')
  assert.equal(remote, id)
  assert.match(kept, /<at no\. 4> & "next door" 🙂 https:\/\/t\.co\/\w+ pothole too\?$/)
})

test('one resident does not get the same words twice, and several residents are answered',
  async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const texts = []
    for (let n = 1; n <= 2; n++) {
      const id = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED} (${n})`,
        { created_at: ago(900 - 200 * n) })
      texts.push((await w.x.replyTo(id)).text)
    }
    assert.equal(new Set(texts).size, 2, texts.join('\n'))
    // There are no other words left: a person finds some.
    await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED} (3)`, { created_at: ago(300) })
    await desk.caseOf('elm_close_sam')
    const ids = await Promise.all(['ann', 'bob', 'cat', 'dan'].map(name =>
      w.x.says(name, `@NorthmoorHelp ${MISSED}`)))
    for (const id of ids) {
      const { text } = await w.x.replyTo(id)
      assert.ok(text.includes(MISSED_LINK))
    }
    await w.x.sweeps()
    assert.equal((await w.x.ours()).length, 6)
    await w.x.noViolations()
  })

test('praise is thanked for, talk in passing is left alone', async t => {
  const w = await world(t)
  const sunset = await w.x.says('moor_walker', '@NorthmoorHelp nice sunset over the moor')
  const praise = await w.x.says('moor_walker', '@NorthmoorHelp brilliant work by the gardeners')
  const { text } = await w.x.replyTo(praise)
  assert.match(text, /team/)
  assert.doesNotMatch(text, /https?:/)
  await w.x.sweeps()
  assert.deepEqual(await w.x.repliesTo(sunset), [])
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case'), [['0']])
  assert.deepEqual(
    await w.kerbside.sql('SELECT action FROM decision ORDER BY message_id'), [['none'], ['thank']])
})

test('abuse gets nothing and lies in the ignored tray; swearing about a bin gets its answer',
  async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const abuse = await w.x.says('shouty', '@NorthmoorHelp you are a bunch of clowns')
    const { ignored } = await desk.event('message.ignored')
    assert.equal(ignored.handle, 'shouty')
    assert.equal(ignored.text, '@NorthmoorHelp you are a bunch of clowns')
    const [{ rule, words, spans: [[from, to]] }] = ignored.why
    assert.deepEqual([rule, words, ignored.text.slice(from, to)],
      ['troll.abuse', ['clowns'], 'clowns'])
    const request = await w.x.says('shouty', '@NorthmoorHelp clowns, the bin was not emptied')
    assert.ok((await w.x.replyTo(request)).text.includes(MISSED_LINK))
    assert.deepEqual(await w.x.repliesTo(abuse), [])
    assert.equal(desk.cases.size, 0)
  })

test('a sensitive message gets the holding words, no link, and stands at the top of the queue',
  async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    await w.x.says('curious', QUESTION)
    await desk.caseOf('curious')
    const id = await w.x.says('neighbour',
      '@NorthmoorHelp there is a child alone next door, and our bin was not emptied')
    const about = await desk.caseOf('neighbour')
    assert.equal(about.priority, 0)
    assert.equal(about.sensitive, true)
    assert.equal(about.reason, 'safeguarding')
    assert.equal(about.team, 'safeguarding')
    const { text } = await w.x.replyTo(id)
    assert.match(text, /999/)
    assert.doesNotMatch(text, /https?:/)
    const late = await Desk.open(w.kerbside, { login: 'priya' })
    await late.until('a snapshot', () => late.snapshot)
    assert.deepEqual(late.snapshot.cases.map(each => each.resident.handle),
      ['neighbour', 'curious'])
  })

test('in hours a question goes to the queue and nothing is said', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  assert.deepEqual(desk.welcome.open, { now: true, next_at: null })
  const id = await w.x.says('curious', QUESTION)
  const about = await desk.caseOf('curious')
  assert.equal(about.reason, 'unresolved')
  assert.equal(about.priority, 2)
  assert.equal(about.acknowledged, false)
  await w.x.sweeps()
  assert.deepEqual(await w.x.repliesTo(id), [])
})

// When somebody is back, by the moment of the question. Northmoor closes at 4.30pm on Fridays.
const CLOSED = [
  ['a Sunday evening', '2026-11-22T20:00:00Z', /from 9 tomorrow/, '2026-11-23T09:00:00Z'],
  ['early on a Wednesday', '2026-11-25T06:30:00Z', /from 9 today/, '2026-11-25T09:00:00Z'],
  ['a Friday after half past four', '2026-11-27T16:31:00Z', /from 9 on Monday/,
    '2026-11-30T09:00:00Z'],
  // Christmas Day, the weekend, and Boxing Day's substitute on the Monday.
  ['Christmas Eve after closing', '2026-12-24T18:00:00Z', /from 9 on Tuesday/,
    '2026-12-29T09:00:00Z'],
  ['a summer night', '2026-06-10T21:00:00Z', /from 9 tomorrow/, '2026-06-11T08:00:00Z']
]

for (const [moment, at, when, back] of CLOSED) {
  test(`out of hours a question is acknowledged once, with when: ${moment}`, async t => {
    const w = await world(t, { conf: { hours: { week: OFFICE } } })
    await moveClock(w, at)
    const desk = await Desk.open(w.kerbside)
    await desk.until('the hours of that moment', () => desk.hours.now === false &&
      desk.hours.next_at === Date.parse(back) / 1000, { seen: () => desk.hours })
    const id = await w.x.says('curious', QUESTION)
    assert.match((await w.x.replyTo(id)).text, when)
    const about = await desk.caseOf('curious', each => each.acknowledged)
    const again = await w.x.says('curious', '@NorthmoorHelp or a spinet', { in_reply_to: id })
    await desk.caseOf('curious', each => each.messages === 2 && each.id === about.id)
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(again), [])
    assert.equal((await w.x.ours()).length, 1)
    await w.x.noViolations()
  })
}

test('the same question in hours and after: the clock of the sandbox page decides', async t => {
  const w = await world(t, { conf: { hours: { week: OFFICE } } })
  w.sandbox.control.kerbside = w.kerbside.url
  const moved = await w.x.control('POST', 'clock', { at: '2026-11-25T11:00:00Z' })
  assert.equal(moved.json.kerbside, 'set')
  const day = await w.x.says('curious', QUESTION)
  await until('the question in the record', async () =>
    (await w.kerbside.sql('SELECT count(*) FROM message'))[0][0] === '1')
  await w.x.control('POST', 'clock', { at: '2026-11-25T19:00:00Z' })
  const evening = await w.x.says('other', QUESTION)
  assert.match((await w.x.replyTo(evening)).text, /from 9 tomorrow/)
  assert.deepEqual(await w.x.repliesTo(day), [])
})

test('our own posts are not answered', async t => {
  const w = await world(t)
  await w.x.tweet(`@NorthmoorHelp tests itself: ${MISSED}`)
  const first = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
  const reply = await w.x.replyTo(first)
  await w.x.tweet('@NorthmoorHelp pothole on Mill Road', reply.id)
  await w.x.sweeps(3)
  assert.equal((await w.x.ours()).length, 3)
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM message'), [['1']])
})

test('a message that does not summon us is never answered, but becomes a case if it needs one',
  async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const first = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
    const reply = await w.x.replyTo(first)
    // Replies carry our handle in front; the resident did not write it, so X lets nobody answer.
    const request = await w.x.says('elm_close_sam', 'the pothole is still there as well',
      { in_reply_to: reply.id })
    const about = await desk.caseOf('elm_close_sam')
    assert.equal(about.summary, 'the pothole is still there as well')
    const sunset = await w.x.says('passer_by', 'nice sunset over the moor',
      { in_reply_to: reply.id })
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(request), [])
    assert.deepEqual(await w.x.repliesTo(sunset), [])
    assert.equal(desk.cases.size, 1)
    await w.x.noViolations()
  })

test('a follow-up in a thread that staff have joins their case, and raises it if it is urgent',
  async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const id = await w.x.says('curious', QUESTION, { created_at: ago(600) })
    const about = await desk.caseOf('curious')
    const request = await w.x.says('curious', `@NorthmoorHelp and ${MISSED}`,
      { in_reply_to: id, created_at: ago(300) })
    await desk.caseOf('curious', each => each.messages === 2)
    assert.deepEqual(desk.cases.get(about.id).priority, 2)
    await w.x.says('curious', '@NorthmoorHelp there is a child alone next door',
      { in_reply_to: request })
    const raised = await desk.caseOf('curious', each => each.priority === 0)
    assert.equal(raised.id, about.id)
    assert.equal(raised.reason, 'safeguarding')
    assert.equal(raised.sensitive, true)
    await desk.event('case.raised')
    const whole = await desk.ask('open', { case: about.id })
    assert.equal(whole.messages.length, 3)
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(request), [])
  })

test('once somebody has taken the conversation, nothing automatic is said in it', async t => {
  const w = await world(t, { conf: { hours: { week: OFFICE } } })
  await moveClock(w, '2026-11-22T20:00:00Z')
  const desk = await Desk.open(w.kerbside)
  const id = await w.x.says('curious', QUESTION)
  await w.x.replyTo(id)
  const about = await desk.caseOf('curious')
  await desk.do('claim', about)
  for (const text of ['and a spinet', MISSED, 'brilliant work', 'there is a child alone here']) {
    await w.x.says('curious', `@NorthmoorHelp ${text}`, { in_reply_to: id })
  }
  await desk.caseOf('curious', each => each.messages === 5)
  await w.x.sweeps()
  assert.equal((await w.x.ours()).length, 1)
})

test('who wants no automatic replies gets none any more', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await w.x.says('no_bots', '@NorthmoorHelp please stop the automatic replies',
    { created_at: ago(600) })
  await desk.caseOf('no_bots')
  const id = await w.x.says('no_bots', `@NorthmoorHelp ${MISSED}`)
  await desk.caseOf('no_bots', about => about.summary.includes('bin'))
  await w.x.sweeps()
  assert.deepEqual(await w.x.repliesTo(id), [])
})

test('asking for a person, or for the same again in one thread, reaches a person', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await w.x.says('fed_up', '@NorthmoorHelp my bin was not emptied, let me talk to a real person')
  const about = await desk.caseOf('fed_up')
  assert.deepEqual([about.reason, about.priority], ['human', 1])
  const first = await w.x.says('again', `@NorthmoorHelp ${MISSED}`, { created_at: ago(600) })
  await w.x.replyTo(first)
  const second = await w.x.says('again', `@NorthmoorHelp ${MISSED}`, { in_reply_to: first })
  assert.equal((await desk.caseOf('again')).reason, 'human')
  await w.x.sweeps()
  assert.deepEqual(await w.x.repliesTo(second), [])
})

test('a message that is old when it arrives goes to staff, without an automatic reply', async t => {
  const w = await world(t, { conf: { answer_within_s: 3600 } })
  const desk = await Desk.open(w.kerbside)
  const first = await w.x.says('early', `@NorthmoorHelp ${MISSED}`)
  await w.x.replyTo(first)
  const at = new Date(Date.now() - 2 * 3600 * 1000).toISOString()
  const id = await w.x.says('late', `@NorthmoorHelp ${MISSED}`, { created_at: at })
  await desk.caseOf('late')
  await w.x.sweeps()
  assert.deepEqual(await w.x.repliesTo(id), [])
})

// More at once than an account says in ten minutes: the rest is answered by people.
test('a hundred and fifty messages at once are all answered or queued, each once', async t => {
  const w = await world(t, { started: false })
  for (let n = 0; n < 150; n++) {
    await w.x.says(`r${n}`, n % 3 ? `@NorthmoorHelp ${MISSED} ${n}` : QUESTION)
  }
  await w.kerbside.start()
  const left = `SELECT (SELECT count(*) FROM message),
    (SELECT count(*) FROM reply WHERE state NOT IN ('sent', 'failed'))`
  await until('the end of all replies', async () =>
    (await w.kerbside.sql(left))[0].join() === '150,0', { ms: 240000 })
  await w.x.sweeps()
  const ours = await w.x.ours()
  assert.equal(ours.length, 40)
  assert.equal(new Set(ours.map(post => post.in_reply_to)).size, 40)
  assert.equal(new Set(ours.map(post => post.text)).size, 40)
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case'), [['110']])
  await w.x.noViolations()
})
