// What isn't in the queue: the trays, a glance at what was answered, and search, through the real
// program. What the rows of the trays are is unit.trays' business, what may be asked for unit.search's.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = 'my green bin was not emptied'
const MISSED_TOO = 'the brown bin in our street has not been collected'
const ODD = 'do you sell second hand harpsichords'

const list = async (desk, tray, before = null) => {
  const page = await desk.ask('list', { tray, before })
  assert.equal(page.type, 'list', JSON.stringify(page))
  assert.equal(page.tray, tray)
  return page
}
const find = async (desk, text, before = null) => {
  const page = await desk.ask('search', { text, before })
  assert.equal(page.type, 'found', JSON.stringify(page))
  return page
}
// What is marked in an item, as a browser marks it.
const marked = ({ text, spans }) => spans.map(([from, to]) => text.slice(from, to))

const addTrainee = async w => {
  const { status, err } = await run(['staff', 'add', 'tess', '--name', 'Tess Ng', '--initials',
    'TN', '--role', 'trainee', '--config', w.kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  return Desk.open(w.kerbside, { login: 'tess' })
}

test('trays, and a glance at what was answered', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  const trainee = await addTrainee(w)
  await w.x.replyTo(await w.x.says('elm_close_sam', '@NorthmoorHelp ' + MISSED))
  await w.x.replyTo(await w.x.says('mill_road', '@NorthmoorHelp ' + MISSED_TOO))
  await w.x.whispers('in_private', MISSED)
  await w.x.says('clown', '@NorthmoorHelp you are a bunch of clowns')
  const answered = await until('three answers', async () => {
    const { items } = await list(desk, 'answered')
    return items.length === 3 && items
  })
  const sureness = answered.map(({ decision: { score, lead } }) => Math.min(score, lead))
  assert.deepEqual(sureness, [...sureness].sort((a, b) => a - b))
  assert.equal((await list(trainee, 'answered')).items.length, 2)
  const [ignored] = await until('the ignored one', async () => {
    const { items } = await list(desk, 'ignored')
    return items.length && items
  })
  await desk.event('message.ignored')
  assert.equal(ignored.expires_at - desk.ignored.get(ignored.message).expires_at, 0)
  assert.ok(Math.abs(ignored.expires_at - Date.now() / 1000 - 14 * 86400) < 300)

  // One is fine, one was wrong and is a case; a colleague who looks at the tray is told.
  await desk.atRest()
  const [fine, wrong] = answered.filter(item => !item.private)
  assert.equal(fine.reply.by, null)
  assert.equal((await desk.ask('glance', { message: fine.message, fine: true })).type, 'ok')
  assert.equal((await trainee.event('message.glanced')).message, fine.message)
  assert.equal((await trainee.ask('glance', { message: fine.message, fine: true })).code, 'unknown')
  assert.equal((await trainee.ask('glance', { message: wrong.message, fine: false })).type, 'ok')
  const about = await desk.caseOf(wrong.handle)
  const whole = await desk.ask('open', { case: about.id })
  const last = whole.history.at(-1)
  assert.deepEqual([last.kind, last.by, last.text],
    ['message.glanced', 'Tess Ng', 'the automatic answer was wrong'])
  assert.equal(whole.messages[0].decision.action, 'answer')
  const [suggestion] = whole.suggestions
  assert.deepEqual([suggestion.intent, suggestion.title, suggestion.link],
    ['bins.missed', 'Missed bin', 'https://northmoor.example/missed-bin'])
  assert.match(suggestion.text, /https:\/\/northmoor\.example\/missed-bin/)
  assert.deepEqual((await list(desk, 'answered')).items.map(item => item.private), [true])

  // A reply that leaves, one that repeats it and may not, one that fails, a case that is closed.
  const words = { text: 'We are looking into it for you.' }
  await desk.do('claim', about)
  await desk.do('reply', about, words)
  await desk.event('reply.sent', event => event.case?.id === about.id)
  await w.x.says('curious', '@NorthmoorHelp ' + ODD)
  const odd = await desk.caseOf('curious')
  await desk.do('claim', odd)
  const { version } = desk.cases.get(odd.id)
  const repeated = await desk.ask('reply', { case: odd.id, version, ...words })
  assert.equal(repeated.code, 'repeated')
  await w.x.fault({ on: 'post', kind: 'forbidden' })
  await desk.do('reply', odd, { text: 'We know, and are looking into it.' })
  await desk.event('reply.failed', event => event.case?.id === odd.id)
  await desk.do('close', about, { outcome: 'done' })
  await desk.atRest()
  const sent = (await list(desk, 'sent')).items
  assert.deepEqual([sent[0].by.name, sent[0].case], ['Sam Reed', about.id])
  assert.equal(sent.length, 4)
  assert.equal((await list(trainee, 'sent')).items.length, 3)
  const failed = (await list(desk, 'failed')).items
  assert.deepEqual(failed.map(({ case: id, state }) => [id, state]), [[odd.id, 'failed']])
  assert.ok(failed[0].error)
  assert.deepEqual((await list(desk, 'closed')).items.map(({ id }) => id), [about.id])
  assert.equal((await desk.ask('list', { tray: 'lost', before: null })).code, 'unknown')
  await w.x.noViolations()
})

test('search finds what may be seen, page by page, and nothing that is erased', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  const trainee = await addTrainee(w)
  const count = 34
  for (let n = 0; n < count; n++) {
    await w.x.says(`resident_${n}`, `@NorthmoorHelp 😀 ${ODD}, like number ${n}?`)
  }
  await w.x.whispers('in_private', 'a Harpsichord of my grandmother')
  const erased = await w.x.says('sorry_now', '@NorthmoorHelp my harpsichord plays bassoonwise')
  await desk.until('all of them', () => desk.cases.size === count + 2)

  const first = await find(desk, 'HARPSI')
  assert.equal(first.items.length, 30)
  const second = await find(desk, 'HARPSI', first.next)
  assert.equal(second.items.length, 6)
  assert.equal(second.next, null)
  const all = [...first.items, ...second.items]
  assert.equal(new Set(all.map(({ message }) => message)).size, count + 2)
  for (const item of all) assert.match(marked(item).join(), /^harpsichords?$/i)
  const pages = await find(trainee, 'harpsi')
  const rest = await find(trainee, 'harpsi', pages.next)
  assert.equal(pages.items.length + rest.items.length, count + 1)
  assert.equal((await find(trainee, 'grandmother')).items.length, 0)
  assert.equal((await find(trainee, '@in_private')).items.length, 0)

  const [one] = (await find(desk, '@resident_7')).items
  const about = desk.cases.get(one.case)
  assert.deepEqual([one.kind, one.who, one.state, one.reference],
    ['message', '@resident_7', 'open', about.reference])
  const [byReference] = (await find(desk, about.reference)).items
  assert.deepEqual([byReference.kind, byReference.case], [null, about.id])
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'Not since the organ went.' })
  const [reply] = (await find(desk, 'organ')).items
  assert.deepEqual([reply.kind, reply.who, reply.case], ['reply', 'Sam Reed', about.id])

  for (const [text, code] of [['', 'empty'], [' '.repeat(9), 'empty'],
    ['a'.repeat(201), 'too_long'], [7, 'bad_frame'], [undefined, 'bad_frame']]) {
    assert.equal((await desk.ask('search', { text, before: null })).code, code, text)
  }
  assert.equal((await desk.ask('search', { text: 'a', before: 'b' })).code, 'bad_frame')
  assert.equal((await find(desk, '") OR words:* NEAR(')).items.length, 0)
  // Whoever leaves before the answer is missed by nobody.
  const leaving = await Desk.open(w.kerbside)
  leaving.send({ type: 'search', id: 's1', text: 'harpsi' })
  leaving.socket.drop()

  assert.equal((await find(desk, 'bassoonwise')).items.length, 1)
  assert.ok(w.kerbside.holds('bassoonwise'))
  await w.x.control('POST', `posts/${erased}/delete`)
  await w.kerbside.stop()
  await w.kerbside.sql('UPDATE message SET checked_at=checked_at-84000')
  await w.kerbside.start()
  await until('nothing left of it', () => !w.kerbside.holds('bassoonwise') &&
    !w.kerbside.holds('ssoonwise'))
  const again = await Desk.open(w.kerbside)
  assert.equal((await find(again, 'bassoonwise')).items.length, 0)
  assert.equal((await find(again, '@sorry_now')).items.length, 0)
  assert.equal((await find(again, 'grandmother')).items.length, 1)
})
