// What may leave, from outside: residents, staff and editors try to get round each rule, and the network's
// side of the books says whether they did.

import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, KB, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const POTHOLE = '@NorthmoorHelp pothole on Mill Road'
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const CONFIRMED = /START/

const posted = async w => (await w.x.requestsTo('POST', '/2/tweets')).length
const replies = w => w.kerbside.sql('SELECT state, coalesce(error, \'\') FROM reply ORDER BY id')
const WAITING = "SELECT count(*) FROM reply WHERE state IN ('queued', 'sending', 'unknown')"
const settled = w => until('the end of all replies', async () =>
  (await w.kerbside.sql(WAITING))[0][0] === '0', { seen: () => w.kerbside.log.slice(-2000) })

// The message is recorded and decided.
const taken = (w, id) => until(`the decision about ${id}`, async () =>
  (await w.kerbside.sql('SELECT count(*) FROM decision d JOIN message m ON m.id=d.message_id ' +
    `WHERE m.remote_id='${id}'`))[0][0] === '1')

// Nothing can be posted until `free` is called.
async function blocked (w) {
  await w.x.fault({ on: 'post', kind: 'rate_limited', times: 0, reset_in_s: 90 })
  return async () => {
    await w.x.clearFaults()
    await w.x.control('POST', 'limits', {})
    await w.kerbside.stop('SIGKILL') // a new start doesn't wait for the window, and must not forget
    await w.kerbside.start()
  }
}

test('stop: one confirmation, however often and wherever it is said, and then silence', async t => {
  const w = await world(t)
  const stop = await w.x.says('shy', '@NorthmoorHelp STOP', { created_at: ago(800) })
  assert.match((await w.x.replyTo(stop)).text, CONFIRMED)
  const again = await w.x.says('shy', '@NorthmoorHelp stop', { created_at: ago(600) })
  const third = await w.x.says('shy', '@NorthmoorHelp STOP',
    { in_reply_to: stop, created_at: ago(400) })
  const request = await w.x.says('shy', MISSED, { created_at: ago(200) })
  for (const id of [again, third, request]) await taken(w, id)
  await settled(w)
  await w.x.sweeps()
  assert.equal((await w.x.ours()).length, 1)
  // What they ask is a person's.
  const desk = await Desk.open(w.kerbside)
  const about = await desk.caseOf('shy', each => each.reason !== 'human')
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'Hello, we will come for it tomorrow.' })
  assert.match((await w.x.replyTo(request)).text, /tomorrow/)
  await w.x.noViolations()
})

test('stop, while answers wait and the program is killed: only the confirmation leaves', async t => {
  const w = await world(t)
  const free = await blocked(w)
  const bin = await w.x.says('shy', MISSED, { created_at: ago(800) })
  await taken(w, bin)
  const hole = await w.x.says('shy', POTHOLE, { created_at: ago(600) })
  await taken(w, hole)
  const stop = await w.x.says('shy', '@NorthmoorHelp STOP',
    { in_reply_to: hole, created_at: ago(400) })
  await taken(w, stop)
  await free()
  assert.match((await w.x.replyTo(stop)).text, CONFIRMED)
  await w.x.sweeps()
  assert.equal((await w.x.ours()).length, 1)
  // Nothing is lost: both requests are with staff.
  const desk = await Desk.open(w.kerbside)
  await desk.until('two cases', () =>
    [...desk.cases.values()].filter(about => about.resident.handle === 'shy').length === 2)
})

test('start: back again, said once, and only for who had stopped it', async t => {
  const w = await world(t)
  const stranger = await w.x.says('stranger', '@NorthmoorHelp start')
  await taken(w, stranger)
  const stop = await w.x.says('shy', '@NorthmoorHelp STOP', { created_at: ago(800) })
  await w.x.replyTo(stop)
  const start = await w.x.says('shy', '@NorthmoorHelp START', { created_at: ago(600) })
  assert.match((await w.x.replyTo(start)).text, /on again.*STOP/)
  const request = await w.x.says('shy', MISSED, { created_at: ago(400) })
  assert.match((await w.x.replyTo(request)).text, /missed-bin/)
  assert.deepEqual(await w.x.repliesTo(stranger), [])
})

test('staff: no question for an address in public, and the same words once', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  const post = await w.x.says('curious', QUESTION)
  const about = await desk.caseOf('curious')
  await desk.do('claim', about)
  const { version } = desk.cases.get(about.id)
  for (const text of ['What\'s your address?',
    'Sorry! Could you post your account number here, and your name?']) {
    const answer = await desk.ask('reply', { case: about.id, version, text })
    assert.equal(answer.code, 'in_public', text)
    assert.match(answer.text, /direct message/)
  }
  assert.equal(await posted(w), 0)
  await desk.do('reply', about, { text: 'Could you send us your address as a direct message?' })
  await w.x.replyTo(post)
  // Once more, word for word: its writer hears of it before it is on its way.
  const again = await desk.ask('reply', {
    case: about.id,
    version: desk.cases.get(about.id).version,
    text: 'Could you send us your address as a direct message?'
  })
  assert.equal(again.code, 'repeated')
  assert.match(again.text, /in other words/)
  assert.equal(await posted(w), 1)
  await w.x.noViolations()
})

test('nobody asked us: a person is told before X is', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await w.x.says('curious', QUESTION)
  const about = await desk.caseOf('curious')
  // As it is recorded where the handle is only carried along by a reply.
  await w.kerbside.stop()
  await w.kerbside.sql('UPDATE message SET may_reply=0')
  await w.kerbside.start()
  const again = await Desk.open(w.kerbside)
  await again.do('claim', about)
  await again.do('reply', about, { text: 'We do not, sorry.' })
  await again.event('reply.failed')
  assert.match((await replies(w))[0][1], /didn't mention, quote or answer us/)
  assert.equal(await posted(w), 0)
})

// A copy of the small knowledge base whose wording is changed by `change`, file by file.
function editKb (dir, file, change) {
  const path = join(dir, 'kb', file)
  const tree = JSON.parse(readFileSync(path, 'utf8'))
  change(tree)
  writeFileSync(path, JSON.stringify(tree))
}

test('editors: what is new by a word is not said again, what asks is not loaded', async t => {
  const w = await world(t, { started: false, conf: { kb: 'kb' } })
  cpSync(KB, join(w.dir, 'kb'), { recursive: true })
  const say = text => editKb(w.dir, 'bins.json', tree => { tree.intents[0].replies = [text] })
  say('Sorry about your bin. Tell us where it is and the crew will be back by tomorrow: {link}')
  await w.kerbside.start()
  await w.x.replyTo(await w.x.says('elm_close_sam', MISSED, { created_at: ago(800) }))
  say('Sorry about your bin. Tell us where it stands and the crew will be back by tomorrow: {link}')
  await w.kerbside.restart()
  const second = await w.x.says('elm_close_sam', MISSED, { created_at: ago(400) })
  await taken(w, second)
  const other = await w.x.says('mill_road', MISSED)
  await w.x.replyTo(other) // to somebody else it may be said
  await settled(w)
  assert.deepEqual(await w.x.repliesTo(second), [])
  assert.match((await replies(w))[1][1], /nearly the same/)
  assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM handoff_case WHERE state=\'open\''), [['1']])

  await w.kerbside.stop()
  say('Sorry. What\'s your address? Tell us at {link}')
  assert.equal(await w.kerbside.start({ mayDie: true }), false)
  assert.match(w.kerbside.log, /bins\.missed: replies\[0\]: asks for an address where everybody/)
})

test('an account whose voice is nowhere: the start says which there are', async t => {
  const w = await world(t, { started: false, conf: { kb: 'kb', account: { voice: 'loud' } } })
  cpSync(KB, join(w.dir, 'kb'), { recursive: true })
  editKb(w.dir, 'wording.json', tree => {
    tree.voices = { news: { thanks: ['Cheers, all.'] }, plain: {} }
  })
  assert.equal(await w.kerbside.start({ mayDie: true }), false)
  assert.match(w.kerbside.log,
    /"accounts\[0\]\.voice": .*wording\.json has no voice "loud"; it has: news, plain/)
  writeFileSync(w.kerbside.config, readFileSync(w.kerbside.config, 'utf8').replace('loud', 'news'))
  await w.kerbside.start()
  const praise = await w.x.says('moor_walker', '@NorthmoorHelp brilliant work by the gardeners')
  assert.match((await w.x.replyTo(praise)).text, /^Cheers, all\.$/)
})

test('shadow: all is decided, nothing leaves, nobody is asked', async t => {
  const w = await world(t, { conf: { mode: 'shadow' } })
  const desk = await Desk.open(w.kerbside)
  await w.x.says('elm_close_sam', MISSED)
  await w.x.says('curious', QUESTION)
  const about = await desk.caseOf('curious')
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'We do not, sorry.' })
  await desk.event('reply.withheld')
  await until('both kept back', async () =>
    (await replies(w)).every(([state]) => state === 'withheld') && (await replies(w)).length === 2)
  await w.kerbside.restart()
  await w.x.sweeps()
  const asked = await w.x.requests()
  assert.deepEqual(asked.filter(each => each.method !== 'GET'), [])
  // Our posts are read, without reposts; what looks for a reply asks for all of them.
  assert.deepEqual(asked.filter(each => each.path.split('?')[0].endsWith('/tweets') &&
    !each.path.includes('exclude=retweets')), [])
  assert.deepEqual(await w.x.ours(), [])
})

test('refused three times in a row for no reason: staff are told, and it ends by itself', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await desk.networkIs(true)
  await w.x.fault({ on: 'post', kind: 'forbidden', times: 3 })
  for (const handle of ['ann', 'bob', 'cat']) await w.x.says(handle, MISSED)
  const { text } = await desk.networkIs(false)
  assert.match(text, /refuses all that we post/)
  const post = await w.x.says('dan', POTHOLE)
  await w.x.replyTo(post)
  await desk.networkIs(true)
  await desk.until('three cases', () => desk.cases.size === 3)
})
