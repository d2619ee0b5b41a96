// Direct messages end to end: answered as such, handed over as such, and seen by nobody whose role
// doesn't answer them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = 'my green bin has not been emptied'
const QUESTION = 'do you sell second hand harpsichords'
const FOOTER = /send STOP for no more.*https:\/\/northmoor\.example\/privacy$/

// What X asks of a first message it asks of automatic ones.
const BY_PEOPLE = { sandbox: { settings: { message_watch: false } } }

// Our direct messages once there are so many, oldest first.
const answers = (w, howMany) => until(`${howMany} direct messages of ours`, async () => {
  const ours = (await w.x.whispered()).filter(({ from }) => from === 'NorthmoorHelp')
  return ours.length >= howMany && ours
}, { seen: () => w.kerbside.sql('SELECT state, private, error, body FROM reply') })

const addStaff = async (w, login, name, initials, role) => {
  const { status, err } = await run(['staff', 'add', login, '--name', name, '--initials', initials,
    '--role', role, '--config', w.kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
}

test('answered, followed up and handed over, all in private, the way out named once', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await w.x.whispers('elm_close_sam', MISSED, { created_at: ago(400) })
  const [first] = await answers(w, 1)
  assert.match(first.text, /^[^@].*https:\/\/northmoor\.example\/missed-bin/)
  assert.match(first.text, FOOTER)
  await w.x.whispers('elm_close_sam', 'and a pothole on Mill Road', { created_at: ago(200) })
  const [, second] = await answers(w, 2)
  assert.match(second.text, /https:\/\/northmoor\.example\/pothole/)
  assert.doesNotMatch(second.text, FOOTER)

  await w.x.whispers('elm_close_sam', QUESTION)
  const about = await desk.caseOf('elm_close_sam')
  assert.equal(about.private, true)
  await desk.do('claim', about)
  const whole = await desk.ask('open', { case: about.id })
  assert.deepEqual(whole.messages.map(({ kind, remote_url: url }) => [kind, url]),
    Array(3).fill(['private', null]))
  const inPublic = await desk.ask('reply',
    { case: about.id, version: desk.cases.get(about.id).version, text: 'Hello', way: 'public' })
  assert.equal(inPublic.code, 'no_way')
  await desk.do('reply', about, { text: 'What is your address? We bring one.', way: 'private' })
  const [, , third] = await answers(w, 3)
  assert.equal(third.text, 'What is your address? We bring one. ^SR')
  await desk.event('reply.sent', event => event.case?.id === about.id)

  // Their answer joins the case, and nothing automatic is said any more.
  await w.x.whispers('elm_close_sam', '4 Elm Close. And a pothole on Elm Close')
  await desk.event('case.message', event => event.case.id === about.id)
  await w.x.sweeps(12)
  assert.equal((await answers(w, 3)).length, 3)
  assert.deepEqual(await w.x.ours(), [])
  await w.x.noViolations()
})

test('a public case that moves to direct messages stays one case', async t => {
  const w = await world(t, BY_PEOPLE)
  const desk = await Desk.open(w.kerbside)
  const post = await w.x.says('curious', '@NorthmoorHelp ' + QUESTION)
  const about = await desk.caseOf('curious')
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'Please send us a direct message.' })
  await w.x.replyTo(post)
  await w.x.whispers('curious', 'here I am: it is about a harpsichord for 4 Elm Close')
  await desk.event('case.message', event => event.case.id === about.id)
  await desk.do('reply', about, { text: 'Thank you, we ring you.', way: 'private' })
  const [answer] = await answers(w, 1)
  assert.equal(answer.text, 'Thank you, we ring you. ^SR')
  assert.equal(desk.cases.size, 1)
  const { case: told, messages, replies } = await desk.ask('open', { case: about.id })
  assert.equal(told.private, false)
  assert.deepEqual(messages.map(({ kind }) => kind).sort(), ['addressed', 'private'])
  assert.deepEqual(replies.map(reply => reply.private).sort(), [false, true])

  // A trainee knows of the case, and not of what was said in private.
  await addStaff(w, 'tess', 'Tess Ng', 'TN', 'trainee')
  const trainee = await Desk.open(w.kerbside, { login: 'tess' })
  const seen = await trainee.ask('open', { case: about.id })
  for (const each of [...seen.messages, ...seen.replies]) {
    const hidden = each.kind === 'private' || each.private === true
    assert.equal(each.text === null, hidden, JSON.stringify(each))
  }
  await w.x.noViolations()
})

test('nothing of a direct message reaches a trainee', async t => {
  const w = await world(t)
  await addStaff(w, 'tess', 'Tess Ng', 'TN', 'trainee')
  const [desk, trainee] = [await Desk.open(w.kerbside), await Desk.open(w.kerbside, { login: 'tess' })]
  const raw = []
  trainee.socket.on('text', text => raw.push(text))
  const SECRETS = ['harpsichord', 'my green bin', 'nearly_nobody', 'Quentin Nobody', 'clowns',
    'missed-bin', 'We bring it']

  await w.x.whispers('nearly_nobody', QUESTION, { name: 'Quentin Nobody' })
  const about = await desk.caseOf('nearly_nobody')
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'We bring it to you.', way: 'private' })
  await answers(w, 1)
  await desk.event('reply.sent', event => event.case?.id === about.id)
  await desk.do('close', about, { outcome: 'done' })
  await w.x.whispers('nearly_nobody2', MISSED)
  await answers(w, 2)
  await w.x.whispers('nearly_nobody3', 'you are a bunch of clowns')
  await until('the ignored one', () => desk.ignored.size === 1)
  const [[hidden]] = await w.kerbside.sql("SELECT message_id FROM decision WHERE action='ignore'")

  const tried = [
    await trainee.ask('open', { case: about.id }),
    await trainee.ask('claim', { case: about.id, version: 1 }),
    await trainee.ask('restore', { message: Number(hidden) })
  ]
  assert.deepEqual(tried.map(({ type, code }) => [type, code]),
    [['refused', 'not_allowed'], ['refused', 'not_allowed'], ['refused', 'unknown']])

  // What comes behind it in public does.
  await w.x.says('mill_road', '@NorthmoorHelp ' + 'do you sell second hand pianos')
  await trainee.caseOf('mill_road')
  // Also to one who comes later, with or without a last event.
  for (const last of [0, 1, trainee.events.at(-1).seq - 3]) {
    const later = await Desk.open(w.kerbside, { cookie: trainee.cookie, last })
    later.send({ type: 'count', id: 'end', text: 'x' })
    await later.until('all that was sent before', () => later.frames.some(({ id }) => id === 'end'))
    // the welcome offers every link to everybody
    raw.push(...later.frames.filter(({ type }) => type !== 'welcome').map(frame => JSON.stringify(frame)))
    await later.close()
  }
  // The desk's links are in the welcome, whoever asked for one.
  const told = raw.filter(text => !text.startsWith('{"type":"welcome"'))
  for (const secret of SECRETS) {
    assert.deepEqual(told.filter(text => text.includes(secret)), [], secret)
  }
  assert.ok(raw.some(text => text.includes('pianos')))
  // The agent, meanwhile, is shown all of it.
  const whole = JSON.stringify([desk.frames, await desk.ask('open', { case: about.id })])
  for (const secret of ['harpsichord', 'Quentin Nobody', 'clowns', 'We bring it']) {
    assert.ok(whole.includes(secret), secret)
  }
})

test('who takes no direct messages: staff read why', async t => {
  for (const closed of ['no_permission', 'not_permitted']) {
    await t.test(closed, async t => {
      const w = await world(t, BY_PEOPLE)
      const desk = await Desk.open(w.kerbside)
      await w.x.control('POST', 'messages/door', { handle: 'shut', closed })
      await w.x.whispers('shut', QUESTION)
      const about = await desk.caseOf('shut')
      await desk.do('claim', about)
      await desk.do('reply', about, { text: 'We are coming.', way: 'private' })
      const failed = await desk.event('reply.failed')
      assert.equal(failed.case.id, about.id)
      const { replies: [reply] } = await desk.ask('open', { case: about.id })
      assert.equal(reply.state, 'failed')
      assert.match(reply.error, /^X said 403: .* take no direct messages from us: answer in public/)
      // Open again, staff try again.
      await w.x.control('POST', 'messages/door', { handle: 'shut', closed: null })
      await desk.do('retry', about, { reply: reply.id })
      await answers(w, 1)
      await w.x.noViolations()
    })
  }
})

test('stop by direct message is confirmed there, and holds in public', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  await w.x.whispers('shy', 'STOP', { created_at: ago(400) })
  const [confirmed] = await answers(w, 1)
  assert.match(confirmed.text, /START/)
  await w.x.whispers('shy', MISSED, { created_at: ago(200) })
  const post = await w.x.says('shy', '@NorthmoorHelp pothole on Mill Road')
  await desk.caseOf('shy', each => !each.private)
  await w.x.sweeps(12)
  assert.equal((await answers(w, 1)).length, 1)
  assert.deepEqual(await w.x.repliesTo(post), [])
  await w.x.noViolations()
})
