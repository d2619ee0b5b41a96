// The knowledge base's workshop, through the real program: a draft is tried, found, compared and
// replayed while the service goes on, and the command line finds the same. What the answers are made
// of is unit.workshop's business.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const SKIPS = {
  id: 'waste.skips',
  title: 'Skip hire',
  department: 'waste',
  review_by: '2099-12-31',
  link: 'https://northmoor.example/skips',
  match: [{ pcre: 'skip', weight: 90 }],
  replies: ['Firms that hire out skips are here: {link}'],
  examples: { yes: ['can I hire a skip'], no: ['my bin was missed'] }
}

const now = () => Math.floor(Date.now() / 1000)

async function editorOf (w) {
  const { status, err } = await run(['staff', 'add', 'edie', '--name', 'Edie Hall', '--initials',
    'EH', '--role', 'editor', '--config', w.kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  return Desk.open(w.kerbside, { login: 'edie' })
}

const answered = async (desk, type, members) => {
  const answer = await desk.ask(type, members)
  assert.equal(answer.type, type, JSON.stringify(answer))
  return answer
}

const replayed = desk => until('the end of the replay', async () => {
  const { replay } = await desk.ask('kb_replay_state')
  return replay.state !== 'running' && replay
})

test('a draft is tried, replayed and learnt from while the service goes on', async t => {
  const w = await world(t)
  const desk = await editorOf(w)
  const agent = await Desk.open(w.kerbside)
  for (const name of ['rowan', 'ash', 'maple']) {
    await w.x.says(name, '@NorthmoorHelp can I hire a skip? ring 01632 960123')
    await agent.caseOf(name)
  }
  await w.x.replyTo(await w.x.says('elm', '@NorthmoorHelp my green bin was not emptied'))

  // Before there is a draft.
  const before = await answered(desk, 'kb_try', { text: 'can I hire a skip', at: null })
  assert.deepEqual([before.live.action, before.live.reason, before.draft, before.opinion],
    ['handoff', 'unresolved', null, null])
  assert.equal((await agent.ask('kb_try', { text: 'can I hire a skip' })).code, 'not_allowed')
  const learnt = await answered(desk, 'kb_learn', { days: 1 })
  assert.equal(learnt.messages, 4)
  const [group] = learnt.groups
  assert.equal(group.count, 3)
  assert.ok(group.words.some(word => word.includes('skip')), group.words)
  assert.match(group.examples[0].text, /<phone>/)

  // With one.
  const { live: { version } } = await answered(desk, 'kb')
  const saved = await desk.ask('kb_save', {
    kind: 'intent', item: SKIPS.id, revision: 0, live: version, body: SKIPS
  })
  assert.equal(saved.type, 'ok', JSON.stringify(saved))
  const { live } = await answered(desk, 'kb_item', { kind: 'intent', item: 'bins.missed' })
  const same = await desk.ask('kb_save', {
    kind: 'intent', item: 'bins.missed', revision: 0, live: version, body: live
  })
  assert.deepEqual([same.type, same.revision], ['ok', 0])
  const after = await answered(desk, 'kb_try', { text: 'can I hire a skip', at: null })
  assert.deepEqual([after.draft.action, after.draft.titles, after.opinion],
    ['answer', ['Skip hire'], 'trained'])
  assert.match(after.draft.reply, /northmoor\.example\/skips/)
  const { items: [found] } = await answered(desk, 'kb_find', { text: 'hire skip' })
  assert.deepEqual([found.kind, found.item], ['intent', SKIPS.id])
  const { items: [different] } = await answered(desk, 'kb_diff', { from: null, to: null })
  assert.deepEqual([different.item, different.change], [SKIPS.id, 'added'])

  // Replayed; a second one waits for its turn.
  const span = { from: now() - 86400, until: now() + 60 }
  await answered(desk, 'kb_replay', span)
  const done = await replayed(desk)
  assert.deepEqual([done.state, done.total, done.done, done.text], ['done', 4, 4, null])
  assert.deepEqual(done.groups,
    { answered: 3, differently: 0, not_answered: 0, handed_off: 0, other: 0 })
  const page = await answered(desk, 'kb_replay_list', { group: 'answered', before: null })
  assert.equal(page.items.length, 3)
  assert.match(page.items[0].text, /can I hire a skip\? ring <phone>/)
  assert.deepEqual([page.items[0].live.action, page.items[0].draft.action], ['handoff', 'answer'])
  const marked = await desk.ask('kb_mark', { message: page.items[0].message, better: true })
  assert.equal(marked.type, 'ok', JSON.stringify(marked))
  const again = await answered(desk, 'kb_replay_list', { group: 'answered', before: null })
  assert.deepEqual(again.items.map(item => item.better), [true, null, null])
  const { replay } = await answered(desk, 'kb')
  assert.deepEqual([replay.state, replay.better, replay.worse], ['done', 1, 0])

  // The command line finds the same, beside the program that runs.
  const twin = await run(['kb', 'replay', '--config', w.kerbside.config, '--json'])
  assert.equal(twin.status, 0, twin.err)
  const told = JSON.parse(twin.out)
  assert.deepEqual(told.groups, done.groups)
  assert.deepEqual(told.changes.answered, again.items)
  const words = await run(['kb', 'replay', '--config', w.kerbside.config, '--show', '1'])
  assert.match(words.out, /^4 messages\n +3 newly answered\n .*<phone>.*\n +handoff \(unresolved\) → answer waste\.skips\n/)
  const learning = await run(['kb', 'learn', '--config', w.kerbside.config, '--days', '1', '--json'])
  assert.deepEqual(JSON.parse(learning.out).groups, learnt.groups)
  const wrong = await run(['kb', 'replay', '--config', w.kerbside.config, '--from', 'monday'])
  assert.equal(wrong.status, 2)
  assert.match(wrong.err, /--from monday: a day such as 2026-10-22 is wanted/)

  // Nobody waits for what was asked by who has gone, and the program ends at once.
  desk.send({ type: 'kb_learn', id: 'gone', days: 400 })
  await desk.close()
  await w.x.noViolations()
})

test('of two questions of a kind, the newer is answered', async t => {
  const w = await world(t)
  const desk = await editorOf(w)
  const asked = ['one', 'two', 'three'].map(text => desk.ask('kb_try', { text }))
  const [first, second, third] = await Promise.all(asked)
  assert.equal(third.text, 'three')
  for (const older of [first, second]) {
    assert.ok(older.type === 'kb_try' || older.code === 'overtaken', JSON.stringify(older))
  }
})
