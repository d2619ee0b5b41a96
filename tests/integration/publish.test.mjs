// Publishing with the real program: what editors save is proposed, published and answered with; an earlier
// version comes back; what waits for a person or a time waits; what was cut off begins again.

import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { SMALL_KB } from './support/command.mjs'
import { Desk } from './support/desk.mjs'
import { addEditor, edit, ended, goesLive, proposal, publish, saidBy, says } from './support/editor.mjs'
import { moveClock, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const EDITORS = [['edie', 'Edie Hall', 'EH'], ['omar', 'Omar Diaz', 'OD']]

// With two editors, each at a desk, and a folder of the knowledge base that is the test's own.
async function desks (t) {
  const w = await world(t, { started: false, conf: { kb: 'kb' } })
  cpSync(SMALL_KB, join(w.dir, 'kb'), { recursive: true })
  for (const each of EDITORS) await addEditor(w.kerbside, ...each)
  await w.kerbside.start()
  const [edie, omar] = await Promise.all(EDITORS.map(([login]) => Desk.open(w.kerbside, { login })))
  return { ...w, edie, omar }
}

// What a new resident is answered, and by which version.
async function answered (w, handle) {
  await w.x.replyTo(await w.x.says(handle, MISSED))
  const [version, words] = (await saidBy(w.kerbside, 'bins.missed')).at(-1)
  return [words, version]
}

test('a reworded reply is published, answers, and is taken back', async t => {
  const w = await desks(t)
  await edit(w.edie, 'intent', 'bins.missed', says('Sorry.'))
  assert.equal(await goesLive(w.edie, await publish(w.edie, 'Short')), 2)
  assert.deepEqual(await answered(w, 'elm_close'), ['Sorry.', 2])
  const told = await w.omar.event('kb.published')
  assert.deepEqual([told.by, told.text], ['Edie Hall', 'Version 2 is live: Short'])

  await edit(w.omar, 'intent', 'bins.missed', body => {
    says('Oh no.')(body)
    body.title = 'Bins that were missed'
  })
  assert.equal(await goesLive(w.omar, await publish(w.omar, 'Warmer')), 3)
  assert.deepEqual(await answered(w, 'mill_road'), ['Oh no.', 3])
  await w.edie.until('the desk with its link', () => w.edie.frames.some(frame =>
    frame.type === 'desk' && frame.desk.links.some(link => link.title === 'Bins that were missed')))

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
  assert.deepEqual(told.to, [w.edie.welcome.staff.id])
  assert.match((await w.edie.ask('kb_item', { kind: 'intent', item: 'bins.missed' })).draft.match[0].pcre, /bin$/)
  assert.equal((await answered(w, 'elm_close'))[1], 2)
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

// Residents write all the while; what each is told was written by the version that decided.
test('under load no message is lost, and none is decided by half a version', async t => {
  const w = await desks(t)
  const words = { 1: null }
  const writing = []
  for (let n = 0; n < 6; n++) {
    for (let i = 0; i < 5; i++) writing.push(w.x.says(`resident_${n}_${i}`, MISSED))
    await edit(w.edie, 'intent', 'bins.missed', says(`Wording ${n}.`))
    words[await goesLive(w.edie, await publish(w.edie, `Wording ${n}`))] = `Wording ${n}.`
  }
  await Promise.all(writing)
  await w.x.replyTo(await w.x.says('the_last', MISSED))
  const said = await saidBy(w.kerbside, 'bins.missed')
  assert.equal(said.length, writing.length + 1)
  assert.deepEqual(said.at(-1), [7, 'Wording 5.'])
  for (const [version, reply] of said) {
    if (words[version]) assert.equal(reply, words[version])
    else assert.match(reply, /^(Sorry about that|Tell us here)/)
  }
})

// At each commit of a start that has something to publish, until one gets through.
test('killed while it publishes: published once, at the next start', async t => {
  const w = await desks(t)
  const shim = { LD_PRELOAD: process.env.KERBSIDE_KILLPOINT, ASAN_OPTIONS: 'verify_asan_link_order=0:detect_leaks=0' }
  const later = Math.floor(Date.now() / 1000) + 86400
  let { edie } = w
  let versions = 1
  for (const when of ['before', 'after']) {
    for (let at = 1, killed = true; killed; at++) {
      await edit(edie, 'intent', 'bins.missed', says(`Killed ${when} ${at}.`))
      const id = await publish(edie, `${when} ${at}`, later)
      await w.kerbside.stop()
      await w.kerbside.sql(`UPDATE kb_proposal SET publish_at=NULL, state='queued' WHERE id=${id}`)
      const state = async () => (await w.kerbside.sql(`SELECT state FROM kb_proposal WHERE id=${id}`))[0][0]
      await w.kerbside.start({ env: { ...shim, KILL_ON: 'commit', KILL_AT: at, KILL_WHEN: when }, mayDie: true })
      await until('its end, or what it publishes', async () => w.kerbside.ended || await state() === 'published')
      killed = await state() === 'queued'
      await w.kerbside.stop()
      await w.kerbside.start()
      edie = await Desk.open(w.kerbside, { login: 'edie' })
      assert.equal(await goesLive(edie, id), ++versions)
      assert.deepEqual(await w.kerbside.sql('SELECT item FROM kb_draft'), [])
    }
  }
  assert.ok(versions > 3, 'it was never killed in time')
  assert.equal((await answered(w, 'elm_close'))[1], versions)
})
