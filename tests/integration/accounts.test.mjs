// Two accounts of ours on one program: each has its own token, team, hours and voice, and what was said
// to one is answered from that one.

import assert from 'node:assert/strict'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { NEWS } from '../sandbox/testing.mjs'
import { Desk } from './support/desk.mjs'
import { ago, APP, KB, moveClock, OFFICE, US, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const QUESTION = 'do you sell second hand harpsichords'

// `hours` are those of News; those of Help never end. `x` is added to the configuration's.
async function council (t, { hours, x } = {}) {
  const news = {
    id: NEWS, handle: 'NorthmoorNews', token_file: 'news.token', team: 'communications', voice: 'news'
  }
  const help = { id: US, handle: 'NorthmoorHelp', token_file: 'token' }
  const w = await world(t, {
    started: false,
    files: { 'news.token': 'sandbox-news-token\n', 'app.json': APP },
    conf: { kb: 'kb', x: { app_file: 'app.json', ...x }, accounts: [help, { ...news, ...(hours && { hours }) }] }
  })
  cpSync(KB, join(w.dir, 'kb'), { recursive: true })
  edit(w, 'wording.json', tree => {
    tree.voices = {
      news: { acknowledge: ['The newsroom is closed. It opens {when}.'], thanks: ['Cheers, all.'] }
    }
  })
  edit(w, 'terms.json', ({ terms }) => { terms.journalist = ['journalist', 'reporter'] })
  edit(w, 'rules.json', ({ rules }) => {
    rules.unshift({
      id: 'press.asks',
      kind: 'sensitive',
      reason: 'press_politics',
      team: 'communications',
      match: [{ pcre: '(?&journalist)', weight: 80 }],
      examples: { yes: ["I'm a journalist"], no: ['my bin'] }
    })
  })
  await w.kerbside.start()
  return w
}

function edit (w, name, change) {
  const file = join(w.dir, 'kb', name)
  const tree = JSON.parse(readFileSync(file, 'utf8'))
  change(tree)
  writeFileSync(file, JSON.stringify(tree))
}

const messages = (w, id) =>
  w.kerbside.sql(`SELECT account, kind FROM message WHERE remote_id='${id}'`)
// Who answered what, in the order in which it was asked; two accounts' answers leave in any order.
const bySender = async w => (await w.x.ours()).map(({ handle, in_reply_to: to }) => [handle, to])
  .sort(([, one], [, other]) => one < other ? -1 : 1)

test('each is asked, answers as itself, and its cases go where they belong', async t => {
  const w = await council(t)
  const desk = await Desk.open(w.kerbside)
  const toHelp = await w.x.says('elm_close_sam', '@NorthmoorHelp my green bin has not been emptied')
  const toNews = await w.x.says('mill_road', '@NorthmoorNews my green bin has not been emptied')
  assert.equal((await w.x.replyTo(toHelp)).handle, 'NorthmoorHelp')
  assert.equal((await w.x.replyTo(toNews)).handle, 'NorthmoorNews')
  assert.deepEqual(await messages(w, toNews), [['NorthmoorNews', 'addressed']])

  // Their voices.
  const praise = await w.x.says('kind', '@NorthmoorNews brilliant work by the gardeners')
  assert.equal((await w.x.replyTo(praise)).text, 'Cheers, all.')
  const kind = await w.x.says('kinder', '@NorthmoorHelp brilliant work by the gardeners')
  assert.notEqual((await w.x.replyTo(kind)).text, 'Cheers, all.')

  // What nobody can place is the account's own team's.
  await w.x.says('curious', '@NorthmoorNews ' + QUESTION)
  const unplaced = await desk.caseOf('curious')
  assert.deepEqual([unplaced.team, unplaced.account], ['communications', 'NorthmoorNews'])
  await w.x.says('asks_help', '@NorthmoorHelp ' + QUESTION)
  assert.equal((await desk.caseOf('asks_help')).team, 'customer services')

  // A case about bins is customer services', whoever was asked, and is answered from that account.
  const again = await w.x.says('mill_road',
    '@NorthmoorNews my green bin has not been emptied again, get me a real person',
    { in_reply_to: toNews })
  const bins = await desk.caseOf('mill_road')
  assert.deepEqual([bins.team, bins.account], ['customer services', 'NorthmoorNews'])
  await desk.do('claim', bins)
  await desk.do('reply', bins, { text: 'We will come for it tomorrow.' })
  const answer = await w.x.replyTo(again)
  assert.deepEqual([answer.handle, answer.text.endsWith('tomorrow. ^SR')], ['NorthmoorNews', true])

  // The press asked Help: communications answers, as Help.
  const press = await w.x.says('daily_moor', "@NorthmoorHelp I'm a journalist, who can comment?")
  const asked = await desk.caseOf('daily_moor')
  assert.deepEqual([asked.team, asked.account, asked.reason],
    ['communications', 'NorthmoorHelp', 'press_politics'])
  await desk.do('claim', asked)
  await desk.do('reply', asked, { text: 'Our press officer will ring you.' })
  assert.equal((await w.x.replyTo(press)).handle, 'NorthmoorHelp')
  await w.x.noViolations()
})

for (const live of ['off', 'activity', 'filtered']) {
  test(`a post that names both is recorded and answered once, live ${live}`, async t => {
    const w = await council(t, { x: { live } })
    if (live !== 'off') await until('a stream', () => /stream\.begun/.test(w.kerbside.log))
    const first = await w.x.says('elm_close_sam', '@NorthmoorHelp @NorthmoorNews pothole on Mill Road')
    const second = await w.x.says('mill_road', '@NorthmoorNews and @NorthmoorHelp: pothole on Elm Close')
    assert.equal((await w.x.replyTo(first)).handle, 'NorthmoorHelp')
    assert.equal((await w.x.replyTo(second)).handle, 'NorthmoorNews')
    await w.kerbside.restart()
    await w.x.sweeps(3)
    assert.deepEqual(await bySender(w), [['NorthmoorHelp', first], ['NorthmoorNews', second]])
    assert.deepEqual(await w.kerbside.sql('SELECT count(*) FROM message'), [['2']])
    await w.x.noViolations()
  })
}

test('stop, said to one, holds for both', async t => {
  const w = await council(t)
  const stop = await w.x.says('shy', '@NorthmoorNews STOP', { created_at: ago(400) })
  assert.equal((await w.x.replyTo(stop)).handle, 'NorthmoorNews')
  const bin = await w.x.says('shy', '@NorthmoorHelp my green bin has not been emptied',
    { created_at: ago(200) })
  const private_ = await w.x.whispers('shy', 'pothole on Mill Road')
  const desk = await Desk.open(w.kerbside)
  await desk.caseOf('shy', each => each.account === 'NorthmoorHelp')
  for (const id of [bin, 'dm:' + private_]) {
    await until(`${id} in the record`, async () => (await messages(w, id)).length)
  }
  await w.x.sweeps(3)
  assert.deepEqual(await bySender(w), [['NorthmoorNews', stop]])
  assert.equal((await w.x.whispered()).length, 1)
  await w.x.noViolations()
})

test('each has its own hours', async t => {
  const w = await council(t, { hours: { week: OFFICE } })
  const at = '2026-11-21T22:00:00Z' // a Saturday night
  await moveClock(w, at)
  const toNews = await w.x.says('curious', '@NorthmoorNews ' + QUESTION)
  const toHelp = await w.x.says('asks_help', '@NorthmoorHelp ' + QUESTION)
  assert.match((await w.x.replyTo(toNews)).text, /The newsroom is closed\. It opens .*Monday/)
  const desk = await Desk.open(w.kerbside)
  await desk.caseOf('asks_help')
  await w.x.sweeps(3)
  assert.deepEqual(await w.x.repliesTo(toHelp), [], 'somebody is there')
  await w.x.noViolations()
})

test('one account\'s dead token is told, and doesn\'t stop the other', async t => {
  const w = await council(t)
  const desk = await Desk.open(w.kerbside)
  await desk.networkIs(true)
  await w.x.control('POST', 'identity/expire', { account: 'NorthmoorNews' })
  assert.match((await desk.networkIs(false)).text, /NorthmoorNews.*kerbside x login/)
  const post = await w.x.says('elm_close_sam', '@NorthmoorHelp my green bin has not been emptied')
  assert.equal((await w.x.replyTo(post)).handle, 'NorthmoorHelp')
  await w.x.sweeps(2)
  await w.x.noViolations()
})
