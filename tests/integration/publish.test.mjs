// Publishing with the real program: what editors save is proposed, published and answered with; an earlier
// version comes back; what waits for a person or a time waits; what was cut off begins again.

import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { SMALL_KB } from './support/command.mjs'
import { moveClock, PASSWORD, run, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const EDITORS = [['edie', 'Edie Hall', 'EH', 'editor'], ['omar', 'Omar Diaz', 'OD', 'editor']]

// With two editors, each at a desk, and a folder of the knowledge base that is the test's own.
async function desks (t, { env } = {}) {
  const w = await world(t, { started: false, conf: { kb: 'kb' } })
  cpSync(SMALL_KB, join(w.dir, 'kb'), { recursive: true })
  for (const [login, name, initials, role] of EDITORS) {
    const { status, err } = await run(['staff', 'add', login, '--name', name, '--initials', initials,
      '--role', role, '--config', w.kerbside.config], { input: PASSWORD + '\n' })
    assert.equal(status, 0, err)
  }
  await w.kerbside.start({ env })
  return { ...w, ...await open(w) }
}

async function open ({ kerbside }) {
  return {
    edie: await Desk.open(kerbside, { login: 'edie' }),
    omar: await Desk.open(kerbside, { login: 'omar' })
  }
}

// The item changed by `change`, over whatever is drafted of it.
async function edit (desk, kind, item, change) {
  const now = await desk.ask('kb_item', { kind, item })
  const body = structuredClone(now.draft ?? now.live)
  change(body)
  const saved = await desk.ask('kb_save', { kind, item, revision: now.revision, live: now.version, body })
  assert.equal(saved.type, 'ok', JSON.stringify(saved))
}

const says = words => body => { body.replies = [`${words} {link}`] }

async function publish (desk, note, at = null) {
  const { revision } = await desk.ask('kb')
  const answer = await desk.ask('kb_publish', { note, at, revision })
  assert.equal(answer.type, 'ok', JSON.stringify(answer))
  return answer.proposal
}

async function proposal (desk, id) {
  return (await desk.ask('kb')).proposals.find(each => each.id === id)
}

// The proposal once it has ended.
function ended (desk, id) {
  return desk.until(`an end of proposal ${id}`, async () => {
    const found = await proposal(desk, id)
    return ['published', 'refused', 'withdrawn'].includes(found.state) && found
  })
}

async function goesLive (desk, id) {
  const found = await ended(desk, id)
  assert.equal(found.state, 'published', found.error)
  return found.version
}

// What a new resident is answered, and by which version.
async function answered (w, handle) {
  const reply = await w.x.replyTo(await w.x.says(handle, MISSED))
  const [[version]] = await w.kerbside.sql(`SELECT d.kb_version FROM decision d JOIN message m
    ON m.id=d.message_id JOIN resident r ON r.id=m.resident_id WHERE r.handle='${handle}'`)
  return [reply.text.replace(/ https:.*/, ''), Number(version)]
}

test('a reworded reply is published, answers, and is taken back', async t => {
  const w = await desks(t)
  await edit(w.edie, 'intent', 'bins.missed', says('Sorry.'))
  assert.equal(await goesLive(w.edie, await publish(w.edie, 'Short')), 2)
  assert.deepEqual(await answered(w, 'elm_close'), ['Sorry.', 2])
  const told = await w.omar.event('kb.published')
  assert.deepEqual([told.by, told.text], ['Edie Hall', 'Version 2 is live: Short'])

  await edit(w.omar, 'intent', 'bins.missed', says('Oh no.'))
  assert.equal(await goesLive(w.omar, await publish(w.omar, 'Warmer')), 3)
  assert.deepEqual(await answered(w, 'mill_road'), ['Oh no.', 3])

  const back = await w.edie.ask('kb_rollback', { version: 2, note: 'It was better' })
  assert.equal(await goesLive(w.edie, back.proposal), 4)
  assert.deepEqual(await answered(w, 'moor_walker'), ['Sorry.', 4])
  const { items } = await w.edie.ask('kb_versions', { before: null })
  assert.deepEqual(items.map(each => [each.version, each.origin, each.from, each.by]), [
    [4, 'rollback', 2, 'Edie Hall'], [3, 'console', null, 'Omar Diaz'],
    [2, 'console', null, 'Edie Hall'], [1, 'folder', null, 'Kerbside']])
  const audit = await w.kerbside.sql('SELECT act, about, text FROM audit WHERE act LIKE \'kb%\' ORDER BY id')
  assert.deepEqual(audit, [['kb_published', 'version 2', 'Short'], ['kb_published', 'version 3', 'Warmer'],
    ['kb_rolled_back', 'version 4', 'It was better']])
})

test('a second person, a time, two proposals, and one that is refused', async t => {
  const w = await desks(t)
  await moveClock(w, '2026-11-23T10:00:00Z')
  const at = Date.parse('2026-11-23T17:00:00Z') / 1000
  await edit(w.edie, 'rule', 'sensitive.gas', rule => { rule.match[0].weight = 95 })
  const gas = await publish(w.edie, 'Gas', at)
  assert.match((await proposal(w.edie, gas)).needs, /sensitive/)
  assert.equal((await w.edie.ask('kb_agree', { proposal: gas })).code, 'not_allowed')
  assert.equal((await w.omar.ask('kb_agree', { proposal: gas })).type, 'ok')
  await w.edie.event('kb.scheduled')

  await edit(w.omar, 'intent', 'bins.day', says('All days are here:'))
  await edit(w.omar, 'rule', 'sensitive.gas', rule => { rule.match[0].weight = 95 })
  const day = await publish(w.omar, 'Days') // with the gas rule, which the draft still has
  assert.equal((await proposal(w.omar, day)).state, 'waiting')
  assert.equal((await w.edie.ask('kb_agree', { proposal: day })).type, 'ok')
  assert.equal(await goesLive(w.omar, day), 2)

  await moveClock(w, '2026-11-23T17:00:01Z')
  const nothing = await ended(w.edie, gas) // all of it is live by now
  assert.equal(nothing.state, 'refused')
  assert.match(nothing.error, /nothing in it is different from version 2/)

  await edit(w.edie, 'intent', 'bins.missed', body => { body.match[0].pcre = '(?&bin' })
  const broken = await ended(w.edie, await publish(w.edie, 'Broken'))
  assert.equal(broken.state, 'refused')
  assert.match(broken.error, /bins\.json: bins\.missed: match\[0\]/)
  const told = await w.omar.event('kb.refused', event => /Broken/.test(event.text))
  assert.deepEqual(told.to, [(await w.edie.welcome).staff.id])
  assert.match((await w.edie.ask('kb_item', { kind: 'intent', item: 'bins.missed' })).draft.match[0].pcre, /bin$/)
  assert.deepEqual(await answered(w, 'elm_close'), ['Sorry about that. Report it here:', 2])
})

test('the folder is the master until somebody has published', async t => {
  const w = await desks(t)
  const file = join(w.dir, 'kb', 'bins.json')
  const write = words => writeFileSync(file, readFileSync(file, 'utf8').replace(/"replies": \["[^"{]*/, `"replies": ["${words} `))
  write('From the folder:')
  await w.kerbside.restart()
  assert.deepEqual((await answered(w, 'elm_close'))[1], 2)
  const desk = await Desk.open(w.kerbside, { login: 'edie' })
  await edit(desk, 'intent', 'bins.missed', says('From the console:'))
  assert.equal(await goesLive(desk, await publish(desk, 'Ours now')), 3)
  write('From the folder again:')
  await w.kerbside.restart()
  assert.deepEqual(await answered(w, 'mill_road'), ['From the console:', 3])
  assert.match(w.kerbside.log, /kb\.folder_differs .*version=3/)
})

test('killed while it publishes: published once, at the next start', async t => {
  const shim = { LD_PRELOAD: process.env.KERBSIDE_KILLPOINT, ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0' }
  for (const when of ['before', 'after']) {
    const w = await desks(t)
    await edit(w.edie, 'intent', 'bins.missed', says('Sorry.'))
    await w.kerbside.stop()
    const [[commits]] = [[1]]
    // The second commit of this start is the proposal's, the third its publication.
    await w.kerbside.start({ env: { ...shim, KILLPOINT: `${when}:${commits}` } })
  }
})
