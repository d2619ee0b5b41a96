// A conversation: what somebody writes next is read in the light of what went before.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk } from './support/desk.mjs'
import { ago, OFFICE, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = '@NorthmoorHelp my green bin has not been emptied'
const MISSED_LINK = 'https://northmoor.example/missed-bin'
const ASKS = fileURLToPath(new URL('../data/kb', import.meta.url)) // has words for a question
const TIE = '@NorthmoorHelp my bin by the potholes was missed'
const SIDE_BY_SIDE = { concurrency: 4 }

// The messages that were taken, in their order: what was decided and what became of the reply.
async function decisions ({ kerbside }, count) {
  const rows = () => kerbside.sql(`SELECT d.action, coalesce(d.reason, '-'),
    coalesce(d.read_from, '-'), coalesce(p.state, '-') FROM message m
    JOIN decision d ON d.message_id=m.id LEFT JOIN reply p ON p.message_id=m.id AND p.staff_id IS NULL
    ORDER BY m.id`)
  return until(`${count} messages, and nothing under way`, async () => {
    const found = await rows()
    return found.length === count && !found.some(row => row[3] === 'sending') && found
  }, { seen: rows })
}

// As decisions, once nothing waits to be sent.
async function settled (w, count) {
  await until('all replies are out', async () => (await w.kerbside.sql(
    "SELECT count(*) FROM reply WHERE state IN ('queued', 'sending', 'unknown')"))[0][0] === '0')
  return decisions(w, count)
}

const count = async ({ kerbside }, table) =>
  Number((await kerbside.sql(`SELECT count(*) FROM ${table}`))[0][0])

describe('after an answer', SIDE_BY_SIDE, () => {
  // What was asked, ten minutes ago, has its answer.
  async function answered (t, options) {
    const w = await world(t, options)
    w.first = await w.x.says('ann', MISSED, { created_at: ago(600) })
    w.answer = await w.x.replyTo(w.first)
    await settled(w, 1)
    w.next = (text, more) => w.x.says('ann', `@NorthmoorHelp ${text}`,
      { in_reply_to: w.answer.id, ...more })
    return w
  }

  test('a question that makes sense only after it is answered, in other words', async t => {
    const w = await answered(t)
    const { text } = await w.x.replyTo(await w.next('and the brown one?'))
    assert.ok(text.includes(MISSED_LINK), text)
    assert.notEqual(text, w.answer.text)
    assert.deepEqual((await settled(w, 2))[1], ['answer', '-', '1', 'sent'])
    assert.equal(await count(w, 'handoff_case'), 0)
    await w.x.noViolations()
  })

  for (const words of ['still not', 'no', "that link doesn't work", "thanks but it didn't help"]) {
    test(`"${words}" is for a person`, async t => {
      const w = await answered(t)
      const desk = await Desk.open(w.kerbside)
      const id = await w.next(words)
      const about = await desk.caseOf('ann')
      assert.deepEqual([about.reason, about.priority], ['human', 1])
      await w.x.sweeps()
      assert.deepEqual(await w.x.repliesTo(id), [])
    })
  }

  for (const words of ['thanks, done', 'ok sorted', '\u{1f44d}']) {
    test(`"${words}" is no case`, async t => {
      const w = await answered(t)
      await w.next(words)
      const [, [action]] = await settled(w, 2)
      assert.equal(action, 'none')
      assert.equal(await count(w, 'handoff_case'), 0)
    })
  }

  test('words that it does not explain are for a person', async t => {
    const w = await answered(t)
    const desk = await Desk.open(w.kerbside)
    await w.next('somewhere by the church')
    assert.equal((await desk.caseOf('ann')).reason, 'unresolved')
  })

  test('once a person wrote, what follows is theirs', async t => {
    const w = await answered(t)
    const desk = await Desk.open(w.kerbside)
    await w.next('still not', { created_at: ago(400) })
    const about = await desk.caseOf('ann')
    await desk.do('claim', about)
    await desk.do('reply', about, { text: 'Sorry, the crew comes tomorrow.' })
    await until('it is out', async () => (await w.x.ours()).length === 2)
    await desk.do('close', about, { outcome: 'answered' })
    const id = await w.next('and the brown one?')
    await desk.caseOf('ann', each => each.id !== about.id)
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(id), [])
  })
})

describe('a burst is read as one', SIDE_BY_SIDE, () => {
  const HALVES = ['@NorthmoorHelp my green bin', '@NorthmoorHelp has not been emptied']
  const BUSY = { on: 'post', kind: 'rate_limited', times: 0, reset_in_s: 90 }

  for (const [how, threaded] of [['in one thread', true], ['in threads of their own', false]]) {
    test(`${how}, read at once: only the whole is answered`, async t => {
      const w = await world(t, { started: false, conf: { hours: { week: OFFICE } } })
      const first = await w.x.says('ann', HALVES[0])
      const second = await w.x.says('ann', HALVES[1], threaded ? { in_reply_to: first } : {})
      await w.kerbside.start()
      assert.ok((await w.x.replyTo(second)).text.includes(MISSED_LINK))
      const [, whole] = await settled(w, 2)
      assert.deepEqual(whole, ['answer', '-', '1', 'sent'])
      assert.equal((await w.x.ours()).length, 1)
      assert.deepEqual(await w.kerbside.sql(
        'SELECT state, outcome, owner_id IS NULL FROM handoff_case'), [['closed', 'answered', '1']])
      assert.equal(await count(w, 'message GROUP BY conversation_id'), 2)
      await w.x.noViolations()
    })
  }

  test('what was queued and holds no more is dropped, over a restart too', async t => {
    const w = await world(t)
    const desk = await Desk.open(w.kerbside)
    await w.x.fault(BUSY)
    const first = await w.x.says('ann', MISSED)
    await desk.networkIs(false)
    await w.kerbside.restart()
    const again = await Desk.open(w.kerbside)
    await again.networkIs(false) // until X refuses it once more it is on its way, and is not dropped
    await w.x.says('ann', '@NorthmoorHelp and there is a child alone in there',
      { in_reply_to: first })
    const about = await again.caseOf('ann')
    assert.equal(about.reason, 'safeguarding')
    await again.event('reply.dropped')
    await w.x.sweeps()
    assert.deepEqual(await w.kerbside.sql('SELECT state FROM reply ORDER BY id'),
      [['dropped'], ['queued']])
    const { replies } = await again.ask('open', { case: about.id })
    assert.deepEqual(replies.map(reply => reply.state), ['dropped', 'queued'])
    assert.match(replies[0].error, /wrote more/)
    assert.match(replies[1].text, /999/)
  })

  test('what was queued and still holds is sent once', async t => {
    const w = await world(t, { started: false })
    const first = await w.x.says('ann', MISSED)
    for (const more of ['on Elm Close', 'my green bin was not emptied']) {
      await w.x.says('ann', `@NorthmoorHelp ${more}`, { in_reply_to: first })
    }
    await w.kerbside.start()
    await w.x.replyTo(first)
    assert.deepEqual(await settled(w, 3), [['answer', '-', '-', 'sent'],
      ['answer', '-', '1', '-'], ['answer', '-', '1', '-']])
    assert.equal((await w.x.ours()).length, 1)
    assert.equal(await count(w, 'handoff_case'), 0)
  })

  test('once it is answered, more of the same is passed over', async t => {
    const w = await world(t)
    const first = await w.x.says('ann', MISSED)
    await w.x.replyTo(first)
    await settled(w, 1)
    await w.x.says('ann', '@NorthmoorHelp on Elm Close', { in_reply_to: first })
    await w.x.says('ann', `${MISSED}, please`)
    assert.deepEqual((await settled(w, 3)).slice(1), [['answer', '-', '1', '-'],
      ['answer', '-', '1', '-']])
    await w.x.sweeps()
    assert.equal((await w.x.ours()).length, 1)
    assert.equal(await count(w, 'handoff_case'), 0)
  })

  test('two people who write at once are two', async t => {
    const w = await world(t, { started: false })
    await w.x.says('ann', HALVES[0])
    await w.x.says('bob', HALVES[1])
    await w.kerbside.start()
    assert.deepEqual((await decisions(w, 2)).map(row => row.slice(0, 3)),
      [['handoff', 'unresolved', '-'], ['handoff', 'unresolved', '-']])
  })
})

describe('the answer to our question', SIDE_BY_SIDE, () => {
  async function asked (t) {
    const w = await world(t, { conf: { kb: ASKS } })
    w.desk = await Desk.open(w.kerbside)
    w.first = await w.x.says('ann', TIE, { created_at: ago(600) })
    const question = await w.x.replyTo(w.first)
    assert.match(question.text, /Do you mean/)
    w.about = await w.desk.caseOf('ann')
    await settled(w, 1)
    w.next = (text, more) => w.x.says('ann', `@NorthmoorHelp ${text}`,
      { in_reply_to: question.id, ...more })
    return w
  }

  test('settles it, and the case', async t => {
    const w = await asked(t)
    const { text } = await w.x.replyTo(await w.next('the second'))
    assert.ok(text.includes('https://council.example/potholes'), text)
    const closed = await w.desk.event('case.closed')
    assert.deepEqual([closed.by, closed.case.id, closed.case.outcome],
      [null, w.about.id, 'answered'])
    const { history } = await w.desk.ask('open', { case: w.about.id })
    assert.match(history.find(line => line.kind === 'case.closed').text, /automatically/)
    assert.equal(w.desk.cases.size, 1)
  })

  test('changes nothing once somebody has taken the case', async t => {
    const w = await asked(t)
    await w.desk.do('claim', w.about)
    const id = await w.next('the second')
    await w.desk.caseOf('ann', each => each.messages === 2 && each.state === 'claimed')
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(id), [])
  })

  test('is never asked for twice', async t => {
    const w = await asked(t)
    await w.next('well well', { created_at: ago(300) })
    const id = await w.next('my bin by the potholes was missed')
    await w.desk.caseOf('ann', each => each.messages === 3 && each.state === 'open')
    await w.x.sweeps()
    assert.deepEqual(await w.x.repliesTo(id), [])
    assert.equal((await w.x.ours()).length, 1)
  })
})

test('who was a troll three times is one when they babble, and staff can take that back', async t => {
  const w = await world(t)
  const desk = await Desk.open(w.kerbside)
  for (let n = 0; n < 3; n++) {
    await w.x.says('shouty', `@NorthmoorHelp clowns ${n}`, { created_at: ago(2000 - 300 * n) })
  }
  const babble = await w.x.says('shouty', '@NorthmoorHelp wibble wobble', { created_at: ago(300) })
  await desk.until('four lie in the tray', () => desk.ignored.size === 4)
  assert.deepEqual(await w.x.repliesTo(babble), [])
  const { message } = [...desk.ignored.values()].find(each => each.text.includes('wibble'))
  assert.equal((await desk.ask('restore', { message })).type, 'ok')
  assert.match((await desk.caseOf('shouty')).summary, /wibble/)
  // A request is one, whoever makes it.
  const request = await w.x.says('shouty', '@NorthmoorHelp pothole on Mill Road')
  assert.ok((await w.x.replyTo(request)).text.includes('https://northmoor.example/pothole'))
})
