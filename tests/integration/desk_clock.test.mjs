// A case's clocks, against the real program with the demo's clock moved, and what staff do with a case
// besides answering it, seen from another desk.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { moveClock, OFFICE, PASSWORD, run, world } from './support/kerbside.mjs'

const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'
const [SAM, PRIYA, ADA] = [1, 2, 3]

const at = text => Date.parse(text) / 1000

// In office hours, with a supervisor; both desks see the case of `curious`.
async function office (t, start) {
  const w = await world(t, {
    conf: {
      hours: { week: OFFICE },
      console: { lease_minutes: 60, warn_minutes: 10, due_normal_minutes: 240, due_sensitive_minutes: 15 }
    }
  })
  const { status, err } = await run(['staff', 'add', 'ada', '--name', 'Ada Cole', '--initials', 'AC',
    '--role', 'supervisor', '--config', w.kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  await moveClock(w, start)
  const desk = await Desk.open(w.kerbside)
  const other = await Desk.open(w.kerbside, { login: 'priya' })
  const post = await w.x.says('curious', QUESTION)
  const about = await desk.caseOf('curious', each => each.due_at)
  await other.caseOf('curious', each => each.due_at)
  return { ...w, desk, other, post, about, now: () => desk.cases.get(about.id) }
}

const near = (seconds, text) =>
  assert.ok(Math.abs(seconds - at(text)) < 60, `${new Date(seconds * 1000).toISOString()}, not ${text}`)

test('a claim runs on over a night, is warned of, renewed, and goes back to the queue', async t => {
  const w = await office(t, '2026-11-30T16:30:00Z')
  const { desk, other, about, now } = w
  await desk.do('claim', about)
  await desk.caseOf('curious', each => each.lease_until)
  near(now().lease_until, '2026-12-01T09:30:00Z')

  await moveClock(w, '2026-12-01T09:19:00Z')
  await desk.ask('open', { case: about.id })
  assert.deepEqual([now().state, now().warned], ['claimed', false])
  await moveClock(w, '2026-12-01T09:21:00Z')
  const warned = await other.event('case.warned')
  assert.deepEqual([warned.to, warned.by, warned.case.owner.id], [[SAM], null, SAM])

  assert.equal((await desk.ask('note', { case: about.id, text: 'Asked the market hall' })).type, 'ok')
  const renewed = await other.caseOf('curious', each => !each.warned && each.lease_until > at('2026-12-01T10:00:00Z'))
  near(renewed.lease_until, '2026-12-01T10:21:00Z')
  await moveClock(w, '2026-12-01T09:31:00Z')
  assert.equal((await desk.ask('draft', { case: about.id, text: 'The market', way: 'public' })).type, 'ok')
  await other.caseOf('curious', each => each.lease_until >= at('2026-12-01T10:31:00Z'))

  await w.kerbside.sql(`UPDATE staff SET duty=1 WHERE id=${PRIYA}`)
  const { version } = now()
  await moveClock(w, '2026-12-01T10:33:00Z')
  const escalated = await other.event('case.escalated')
  assert.deepEqual([escalated.to, escalated.case.state, escalated.case.owner, escalated.case.escalated,
    escalated.case.lease_until], [[PRIYA], 'open', null, true, null])
  await desk.event('case.escalated')
  const late = await desk.ask('reply', { case: about.id, version, text: 'The market hall has one' })
  assert.deepEqual([late.code, late.case.state], ['stale', 'open'])
  await other.do('claim', about)
  assert.equal(other.cases.get(about.id).escalated, false)

  const { history } = await desk.ask('open', { case: about.id })
  const told = history.filter(({ kind }) => /case\.(warned|escalated)/.test(kind))
  assert.deepEqual(told.map(({ text }) => text), [
    'Without a sign of its owner it goes back to the queue soon',
    'Nothing came from Sam Reed for too long: it is back in the queue'
  ])
  assert.ok(history.every(({ kind }) => kind !== 'case.timed'))
  assert.equal(other.events.filter(({ kind }) => kind === 'case.warned').length, 1)
})

test('an answer is due in working time, over a weekend', async t => {
  const w = await office(t, '2026-12-04T15:30:00Z') // a Friday; staff go at 16.30
  const { desk, other, about, now } = w
  near(now().due_at, '2026-12-07T12:00:00Z')
  await moveClock(w, '2026-12-05T12:00:00Z')
  await w.x.says('other', QUESTION)
  near((await desk.caseOf('other', each => each.due_at)).due_at, '2026-12-07T13:00:00Z')
  await moveClock(w, '2026-12-07T11:51:00Z')
  assert.equal((await desk.event('case.warned')).to, undefined)
  assert.equal(now().escalated, false)
  await desk.do('claim', about)
  await moveClock(w, '2026-12-07T12:01:00Z')
  const escalated = await desk.event('case.escalated')
  assert.deepEqual([escalated.to, escalated.case.owner.id], [[ADA], SAM])

  await desk.do('reply', about, { text: 'The market hall has one' })
  const answered = await other.caseOf('curious', each => each.due_at === null)
  assert.deepEqual([answered.warned, answered.escalated], [false, false])
  await w.x.says('curious', '@NorthmoorHelp and spinets', { in_reply_to: w.post })
  const again = await other.caseOf('curious', each => each.messages === 2 && each.due_at)
  near(again.due_at, '2026-12-07T16:01:00Z')
  const told = other.events.filter(({ kind, case: one }) =>
    one?.id === about.id && /case\.(warned|escalated)/.test(kind))
  assert.deepEqual(told.map(({ kind }) => kind), ['case.warned', 'case.escalated'])
})

test('muted, it comes last and nobody is called; something sensitive ends that', async t => {
  const w = await office(t, '2026-11-30T10:00:00Z')
  const { desk, other, about } = w
  await w.x.says('other', QUESTION)
  await desk.caseOf('other', each => each.due_at)
  await desk.do('mute', about, { muted: true })
  await other.event('case.muted')
  const queue = async () => (await Desk.open(w.kerbside)).snapshot.cases.map(each => each.resident.handle)
  assert.deepEqual(await queue(), ['other', 'curious'])
  await moveClock(w, '2026-11-30T14:05:00Z')
  await other.event('case.escalated', ({ case: one }) => one.id !== about.id)
  assert.equal(other.cases.get(about.id).escalated, false)
  await desk.do('mute', about, { muted: false })
  await other.event('case.escalated', ({ case: one }) => one.id === about.id)

  await desk.do('mute', about, { muted: true })
  await w.x.says('curious', '@NorthmoorHelp there is a child alone next door', { in_reply_to: w.post })
  const raised = await desk.caseOf('curious', each => each.sensitive)
  assert.deepEqual([raised.muted, raised.priority], [false, 0])
  const { code } = await desk.ask('mute', { case: raised.id, version: raised.version, muted: true })
  assert.equal(code, 'not_allowed')
  assert.deepEqual(await queue(), ['curious', 'other'])
})

test('passed to a team, to a colleague, with a note that names somebody', async t => {
  const w = await office(t, '2026-11-30T10:00:00Z')
  const { desk, other, about, now } = w
  await desk.do('claim', about)
  await desk.do('pass', about, { team: 'safeguarding', to: null, text: 'They know the house' })
  const passed = await other.event('case.passed')
  assert.deepEqual([passed.case.team, passed.case.owner, passed.by], ['safeguarding', null, 'Sam Reed'])
  const refused = await desk.ask('pass', { case: about.id, version: now().version, team: 'parks' })
  assert.match(refused.text, /customer services, safeguarding/)

  await desk.do('pass', about, { team: null, to: PRIYA })
  const hers = await other.event('case.passed', ({ to }) => to)
  assert.deepEqual([hers.to, hers.case.owner.name], [[PRIYA], 'Priya Nair'])
  near((await other.caseOf('curious', each => each.lease_until)).lease_until, '2026-11-30T11:00:00Z')

  const text = 'Priya, they rang as well'
  assert.equal((await desk.ask('note', { case: about.id, text, to: [PRIYA] })).type, 'ok')
  assert.deepEqual((await other.event('case.noted', ({ to }) => to)).to, [PRIYA])
  const { notes } = await other.ask('open', { case: about.id })
  assert.deepEqual(notes.map(({ by, text, to }) => [by.name, text, to.map(({ name }) => name)]), [
    ['Sam Reed', 'They know the house', []], ['Sam Reed', text, ['Priya Nair']]
  ])
  const mentions = async () => (await Desk.open(w.kerbside, { login: 'priya' })).snapshot.mentions
  assert.deepEqual(await mentions(), [about.id])
  assert.equal((await other.ask('seen', { case: about.id })).type, 'ok')
  assert.deepEqual(await mentions(), [])

  await other.do('close', about, { outcome: 'praise', department: 'Waste' })
  assert.equal((await desk.event('case.closed')).case.department, 'Waste')
  await w.x.says('curious', '@NorthmoorHelp do you sell virginals as well')
  const next = await desk.caseOf('curious', each => each.state === 'open')
  const { earlier } = await desk.ask('open', { case: next.id })
  assert.deepEqual(earlier.map(({ reference, outcome }) => [reference, outcome]),
    [[about.reference, 'praise']])
  assert.match(about.reference, /^[2-9C-X]{4}-[2-9C-X]$/)
})
