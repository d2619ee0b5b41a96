// Coming to the desk and leaving it: what X is told once, what goes back to the queue, and what
// residents are told when nobody is there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { KB, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const ACCOUNT = 'NorthmoorHelp'
const MORNING = "Good morning, it's Sam. It's icy out there."
const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const SENSITIVE = '@NorthmoorHelp there is a child alone next door'
const OPEN = JSON.parse(readFileSync(join(KB, 'wording.json'), 'utf8')).acknowledge_open

const posts = w => w.kerbside.sql('SELECT state, body FROM announcement ORDER BY id')
const alone = async w => (await w.x.ours()).filter(post => !post.in_reply_to).map(post => post.text)

test('a day at the desk', async t => {
  const w = await world(t)
  const { kerbside, x } = w
  const desk = await Desk.open(kerbside)
  // Nobody has ever signed on: the hours alone say that somebody is there.
  const early = await x.says('early', QUESTION)
  const about = await desk.caseOf('early')

  const on = await desk.ask('sign_on', { account: ACCOUNT, post: MORNING })
  assert.equal(on.type, 'ok', JSON.stringify(on))
  const sent = await desk.event('post.sent')
  assert.match(sent.text, /^@NorthmoorHelp: .*Good morning/)
  assert.ok(desk.events.some(event => event.kind === 'staff.on' && event.by === 'Sam Reed'))
  assert.deepEqual(await alone(w), [MORNING + ' ^SR'])
  await desk.do('claim', about)
  const midday = await x.says('midday', QUESTION + '?')
  await desk.caseOf('midday')

  // A post from nobody's account changes nothing; leaving gives back what one has.
  const wrong = await desk.ask('sign_off', { account: 'northmoor', post: 'Good night.' })
  assert.deepEqual([wrong.type, wrong.code], ['refused', 'bad_frame'])
  assert.equal((await desk.ask('sign_off', { account: ACCOUNT, post: 'Good night.' })).type, 'ok')
  await desk.event('staff.off')
  await desk.until('the case is back', () => desk.cases.get(about.id).state === 'open')
  await until('both are out', async () => (await alone(w)).length === 2, { seen: () => posts(w) })

  // Now nobody is there, in the middle of working hours.
  const late = await x.says('late', QUESTION + '!')
  const grave = await x.says('grave', SENSITIVE)
  const told = await x.replyTo(late)
  assert.ok(OPEN.includes(told.text), told.text)
  const held = await x.replyTo(grave)
  assert.match(held.text, /as soon as we can/)
  assert.doesNotMatch(held.text, /shortly/)
  await x.sweeps(3)
  assert.deepEqual(await x.repliesTo(early), [])
  assert.deepEqual(await x.repliesTo(midday), [])

  // Our own timeline is read at a start, with both posts: they are ours, and open nothing.
  await desk.atRest()
  const { size } = desk.cases
  await kerbside.restart()
  await x.sweeps(3)
  assert.equal((await kerbside.sql('SELECT count(*) FROM handoff_case'))[0][0], String(size))
  assert.deepEqual(await kerbside.sql('SELECT count(*) FROM own_post'), [['0']])
  assert.deepEqual((await posts(w)).map(([state]) => state), ['sent', 'sent'])
  assert.equal((await alone(w)).length, 2)

  // Whoever is removed is at the desk no more.
  const priya = await Desk.open(kerbside, { login: 'priya' })
  assert.equal((await priya.ask('sign_on', { account: ACCOUNT })).type, 'ok')
  const { status, err } = await run(['staff', 'remove', 'priya', '--config', kerbside.config])
  assert.equal(status, 0, err)
  assert.deepEqual(
    await kerbside.sql('SELECT count(*) FROM shift WHERE ended_at IS NULL'), [['0']])
  await x.noViolations()
})

for (const when of ['before', 'after']) {
  test(`killed ${when} the post leaves: it is there once or not, and never twice`, async t => {
    const w = await world(t, { started: false, conf: { x: { timeout_ms: 1000 } } })
    await w.kerbside.start({
      env: {
        LD_PRELOAD: process.env.KERBSIDE_KILLPOINT,
        ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0',
        KILL_ON: 'post',
        KILL_AT: '1',
        KILL_WHEN: when
      }
    })
    const first = await Desk.open(w.kerbside)
    first.send({ type: 'sign_on', id: 'morning', account: ACCOUNT, post: MORNING })
    assert.equal((await w.kerbside.ending).signal, 'SIGKILL')
    first.socket.drop()
    await w.kerbside.start()
    const desk = await Desk.open(w.kerbside)
    desk.send({ type: 'sign_on', id: 'morning', account: ACCOUNT, post: MORNING })
    assert.equal((await desk.until('the answer', () => desk.frames.find(f => f.id === 'morning')))
      .type, 'ok')
    // Only if it stands there, it is known to.
    const is = when === 'after' ? 'sent' : 'unknown'
    await until(`it is ${is}`, async () => (await posts(w))[0][0] === is, { seen: () => posts(w) })
    await w.x.sweeps(3)
    assert.deepEqual(await posts(w), [[is, MORNING + ' ^SR']])
    assert.deepEqual(await alone(w), when === 'after' ? [MORNING + ' ^SR'] : [])
    const [[text]] = await w.kerbside.sql("SELECT text FROM event WHERE kind='post.unknown'")
    assert.match(text, /look there before/)
    assert.deepEqual(await w.kerbside.sql(
      "SELECT count(*) FROM event WHERE kind='staff.on'"), [['1']])
    await w.x.noViolations()
  })
}

test('what X says to a post', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  const signOn = post => desk.ask('sign_on', { account: ACCOUNT, post })
  await w.x.fault({ on: 'post', kind: 'forbidden' })
  await signOn('One.')
  assert.match((await desk.event('post.failed')).text, /was not posted \(.+\): One\. \^SR$/)
  await w.x.fault({ on: 'timeline', kind: 'unavailable', times: 0 }) // else it may be seen before its sending ends
  await w.x.fault({ on: 'post', kind: 'reset_after' })
  await signOn('Two.')
  assert.match((await desk.event('post.unknown')).text, /Two\./)
  await w.x.clearFaults()
  assert.match((await desk.event('post.sent')).text, /Two\./) // seen on our timeline
  await desk.networkIs(true)
  await w.x.fault({ on: 'post', kind: 'rate_limited', reset_in_s: 3600 })
  await signOn('Three.')
  assert.match((await desk.networkIs(false)).text, /^A post is waiting to be sent\. X said 429/)
  assert.deepEqual(await alone(w), ['Two. ^SR'])
  assert.deepEqual((await posts(w)).map(([state]) => state), ['failed', 'sent', 'queued'])
})

test('shadow mode keeps a post back', async t => {
  const w = await world(t, { conf: { mode: 'shadow' } })
  const desk = await Desk.open(w.kerbside)
  await desk.ask('sign_on', { account: ACCOUNT, post: MORNING })
  assert.match((await desk.event('post.withheld')).text, /shadow/)
  await w.x.sweeps()
  assert.deepEqual(await alone(w), [])
})
