// A conversation is more than what names us: follow-ups to others, what staff write in X's own app, what
// authors edit and take back.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const POTHOLE = '@NorthmoorHelp pothole on Mill Road'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const CHILD = 'there is a child alone next door'
const OPEN_THREADS = { sandbox: { searchLag: 0, carried: false } }

const replies = w => w.kerbside.sql(
  'SELECT state, elsewhere, private FROM reply ORDER BY id')
const recorded = (w, id) => until(`${id} in the record`, async () => {
  const [row] = await w.kerbside.sql('SELECT m.kind, d.action FROM message m JOIN decision d ON' +
    ` d.message_id=m.id WHERE m.remote_id='${id}'`)
  return row
})
// A reply has met the limit of `blocked`, and waits until that is over: it isn't on its way when something else happens.
async function limited (w) {
  await until('a refusal', async () => (await w.x.requests()).some(({ method, status }) =>
    method === 'POST' && status === 429), { seen: () => replies(w) })
  await until('a reply that waits', async () => (await replies(w)).some(([state]) => state === 'queued'))
}

// Nothing can be sent until `free` is called: a new start doesn't wait for the window.
async function blocked (w) {
  for (const on of ['post', 'send_message']) {
    await w.x.fault({ on, kind: 'rate_limited', times: 0, reset_in_s: 90 })
  }
  return async () => {
    await w.x.clearFaults()
    await w.x.control('POST', 'limits', {})
    await w.kerbside.restart()
  }
}

// A day has passed since everything was last looked up, or nearly.
async function aDayLater (w) {
  await w.kerbside.stop()
  await w.kerbside.sql('UPDATE message SET checked_at=checked_at-84000')
  await w.kerbside.start()
}

describe('threads', { concurrency: 3 }, () => {
  test('what doesn\'t name us comes into the case, and is never answered', async t => {
    const w = await world(t, OPEN_THREADS)
    const desk = await Desk.open(w.kerbside)
    const root = await w.x.says('kit', 'what a winter')
    const asked = await w.x.says('curious', QUESTION, { in_reply_to: root })
    const about = await desk.caseOf('curious')
    // Carried, as a reply to theirs is, and not at all: neither names us in its words.
    const more = await w.x.says('curious', 'my green bin has not been emptied either',
      { in_reply_to: asked })
    const other = await w.x.says('kit', 'pothole on Mill Road as well', { in_reply_to: root })
    assert.equal((await recorded(w, more))[0], 'addressed')
    assert.equal((await recorded(w, other))[0], 'overheard')
    await desk.until('all four in the case', () => desk.cases.get(about.id).messages === 4)
    const { messages } = await desk.ask('open', { case: about.id })
    assert.deepEqual(messages.map(({ handle, kind }) => [handle, kind]).sort(),
      [['curious', 'addressed'], ['curious', 'addressed'], ['kit', 'overheard'], ['kit', 'overheard']])
    assert.equal(desk.cases.size, 1)
    await w.x.sweeps(3)
    assert.deepEqual(await w.x.ours(), [])
    await w.x.noViolations()
  })

  test('what is overheard where nobody has a case: only something sensitive makes one', async t => {
    const w = await world(t, { ...OPEN_THREADS, started: false })
    const root = await w.x.says('kit', 'what a winter')
    const asked = await w.x.says('elm_close_sam', MISSED, { in_reply_to: root })
    const aside = await w.x.says('kit', 'do they sell harpsichords', { in_reply_to: root })
    const grave = await w.x.says('kit', 'anyway, ' + CHILD, { in_reply_to: root })
    await w.kerbside.start()
    await w.x.replyTo(asked)
    const desk = await Desk.open(w.kerbside)
    assert.deepEqual(await recorded(w, aside), ['overheard', 'none'])
    assert.deepEqual(await recorded(w, grave), ['overheard', 'handoff'])
    const about = await desk.caseOf('kit')
    assert.deepEqual([about.reason, about.sensitive], ['safeguarding', true])
    await w.x.sweeps(3)
    assert.equal((await w.x.ours()).length, 1)
    await w.x.noViolations()
  })

  test('long posts are read to their end', async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const text = `@NorthmoorHelp ${'A long walk over the moor & back, and then some. '.repeat(12)}${CHILD}`
    await w.x.says('moor_walker', text)
    const about = await desk.caseOf('moor_walker')
    assert.equal(about.reason, 'safeguarding')
    const { messages: [message] } = await desk.ask('open', { case: about.id })
    assert.equal(message.text, text)
    await w.x.noViolations()
  })
})

describe('staff in X\'s own app', { concurrency: 2 }, () => {
  test('their post takes the case and silences what waits', async t => {
    const w = await world(t)
    let desk = await Desk.open(w.kerbside)
    const free = await blocked(w)
    const bin = await w.x.says('elm_close_sam', MISSED, { created_at: ago(300) })
    await limited(w)
    await w.x.says('NorthmoorHelp', 'Sorry Sam, they come today.', { in_reply_to: bin })
    await desk.event('reply.dropped')
    await desk.event('reply.elsewhere')
    await free()
    // What they write next is for those who answered.
    const next = await w.x.says('elm_close_sam', '@NorthmoorHelp and a pothole on Mill Road',
      { in_reply_to: bin })
    await recorded(w, next)
    desk = await Desk.open(w.kerbside)
    const about = await desk.caseOf('elm_close_sam')
    assert.deepEqual(await w.kerbside.sql('SELECT elsewhere FROM handoff_case'), [['1']])
    const { replies: shown } = await desk.ask('open', { case: about.id })
    const [ours] = shown.filter(({ elsewhere }) => elsewhere)
    assert.deepEqual([ours.text, ours.state, ours.by], ['Sorry Sam, they come today.', 'sent', null])
    assert.match(ours.remote_url, /^https:\/\/x\.com\/.*\/status\/\d+$/)
    await w.x.sweeps(3)
    assert.deepEqual((await w.x.ours()).map(({ by_hand: byHand }) => byHand), [true])
    assert.deepEqual((await replies(w)).map(([state]) => state).sort(), ['dropped', 'sent'])
    await w.x.noViolations()
  })

  test('so does their direct message', async t => {
    const w = await world(t)
    const free = await blocked(w)
    await w.x.whispers('elm_close_sam', 'my green bin has not been emptied', { created_at: ago(300) })
    await limited(w)
    const [[author]] = await w.kerbside.sql('SELECT remote_id FROM resident')
    await w.x.clearFaults() // staff's app has no window of ours
    await w.x.control('POST', 'limits', {})
    await w.x.control('POST', 'settings', { message_watch: false })
    await w.x.send('POST', `/2/dm_conversations/with/${author}/messages`,
      { body: { text: 'Sorry Sam, they come today.' } })
    await until('the queued one dropped', async () =>
      (await replies(w)).some(([state]) => state === 'dropped'))
    await free()
    const next = await w.x.whispers('elm_close_sam', 'and a pothole on Mill Road')
    await recorded(w, 'dm:' + next)
    await w.x.sweeps(3)
    assert.equal((await w.x.whispered()).filter(({ from }) => from === 'NorthmoorHelp').length, 1)
    assert.deepEqual(await replies(w),
      [['dropped', '0', '1'], ['sent', '1', '1']])
    await w.x.noViolations()
  })
})

const edit = async (w, id, text) =>
  (await w.x.control('POST', `posts/${id}/edit`, { text })).json.id

describe('edits', { concurrency: 2 }, () => {
  test('a harmless post edited into a sensitive one is a case', async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    const first = await w.x.says('mill_road', '@NorthmoorHelp nice sunset over the moor')
    assert.deepEqual(await recorded(w, first), ['addressed', 'none'])
    const second = await edit(w, first, `@NorthmoorHelp nice sunset, but ${CHILD}`)
    const about = await desk.caseOf('mill_road')
    assert.deepEqual([about.reason, about.sensitive], ['safeguarding', true])
    const { messages } = await desk.ask('open', { case: about.id })
    assert.equal(messages.length, 1)
    assert.match(messages[0].text, /child alone/)
    assert.ok(messages[0].edited_at)
    assert.deepEqual(await w.kerbside.sql('SELECT remote_id FROM message'), [[second]])
    await w.x.noViolations()
  })

  test('one that is edited before it was answered is answered by its last words, once', async t => {
    const w = await world(t)
    const free = await blocked(w)
    const first = await w.x.says('elm_close_sam', MISSED)
    await limited(w)
    const last = await edit(w, first, POTHOLE)
    await until('the first answer dropped', async () =>
      (await replies(w)).some(([state]) => state === 'dropped'))
    await free()
    const reply = await w.x.replyTo(last)
    assert.match(reply.text, /https:\/\/northmoor\.example\/pothole/)
    await w.x.sweeps(3)
    assert.equal((await w.x.ours()).length, 1)
    // Edited again after it was answered: nothing more is said.
    await edit(w, last, MISSED)
    await aDayLater(w)
    await w.x.sweeps(3)
    assert.equal((await w.x.ours()).length, 1)
    assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM message'), [['1']])
    await w.x.noViolations()
  })
})

test('deleted, protected, suspended, withheld: gone within a day, from the file as well', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  const words = {
    deleted: 'marzipan',
    protected: 'bassoon',
    suspended: 'periwinkle',
    withheld: 'gooseberry',
    kept: 'tambourine'
  }
  const ids = {}
  for (const [handle, word] of Object.entries(words)) {
    ids[handle] = await w.x.says(handle + '_one', `@NorthmoorHelp my ${word} has ${word}s. ${CHILD}`,
      { name: 'Nomen ' + word })
    await desk.caseOf(handle + '_one')
    assert.ok(w.kerbside.holds(word))
  }
  await w.x.control('POST', `posts/${ids.deleted}/delete`)
  await w.x.control('POST', 'users/protected_one', { state: 'protected' })
  await w.x.control('POST', 'users/suspended_one', { state: 'suspended' })
  await w.x.control('POST', `posts/${ids.withheld}/withhold`)
  await aDayLater(w)
  for (const [handle, word] of Object.entries(words)) {
    if (handle === 'kept') continue
    await until(`nothing left of ${word}`, () => !w.kerbside.holds(word))
  }
  assert.ok(w.kerbside.holds(words.kept))
  const again = await Desk.open(w.kerbside)
  await again.until('five cases', () => again.cases.size === 5)
  const cases = [...again.cases.values()]
  assert.deepEqual(cases.map(({ gone }) => gone).sort(), [false, true, true, true, true])
  const shown = []
  for (const { id } of cases) shown.push(JSON.stringify(await again.ask('open', { case: id })))
  for (const [handle, word] of Object.entries(words)) {
    assert.equal(shown.some(text => text.includes(word)), handle === 'kept', word)
  }
  await w.x.noViolations()
})
