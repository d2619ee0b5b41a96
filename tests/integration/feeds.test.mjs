// Everything of the account's that can be read, through the real program: mentions, our own posts,
// direct messages both ways, other people's threads; within X's limits, and at the price we say.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Desk } from './support/desk.mjs'
import { ago, run, US, world } from './support/kerbside.mjs'
import { until } from './support/wait.mjs'

const MISSED = 'my green bin has not been emptied, Elm Close'
const MISSED_LINK = 'https://northmoor.example/missed-bin'

const whispers = async (x, handle, text, more = {}) =>
  (await x.control('POST', 'messages', { handle, text, ...more })).json.id

const messages = async x => (await x.control('GET', 'messages')).json

// As staff in X's own app.
const whispersBack = (x, to, text) =>
  x.send('POST', `/2/dm_conversations/with/${to}/messages`, { body: { text } })

const recorded = ({ kerbside }, id) => until(`${id} in the record`, async () => {
  const rows = await kerbside.sql(
    `SELECT kind, account, may_reply, text FROM message WHERE remote_id='${id}'`)
  return rows.length ? rows : null
})

const elsewhere = ({ kerbside }) => until('what staff wrote elsewhere', async () => {
  const rows = await kerbside.sql(
    'SELECT remote_id, private, body FROM reply WHERE elsewhere=1 ORDER BY id')
  return rows.length ? rows : null
})

test('a direct message is answered by one, once', async t => {
  const w = await world(t)
  const id = await whispers(w.x, 'elm_close_sam', MISSED)
  const [reply] = await until('an answer', async () => {
    const ours = (await messages(w.x)).filter(({ from }) => from === 'NorthmoorHelp')
    return ours.length ? ours : null
  })
  assert.ok(reply.text.includes(MISSED_LINK), reply.text)
  assert.deepEqual(await recorded(w, 'dm:' + id), [['private', 'NorthmoorHelp', '1', MISSED]])
  const replies = () => w.kerbside.sql('SELECT private, elsewhere, state, remote_id FROM reply')
  await until('it is known to be sent', async () => (await replies())[0][2] === 'sent', { seen: replies })
  await w.x.sweeps(2, '/2/dm_events')
  assert.deepEqual(await replies(), [['1', '0', 'sent', 'dm:' + reply.id]])
  assert.equal((await messages(w.x)).length, 2)
  assert.deepEqual(await w.x.ours(), [])
  await w.x.noViolations()
})

test('direct messages that came while nobody read are all taken, however many pages', async t => {
  const w = await world(t, { started: false })
  const MANY = 130
  await w.kerbside.start()
  const first = await whispers(w.x, 'elm_close_sam', 'do you sell harpsichords',
    { created_at: ago(600) })
  await recorded(w, 'dm:' + first)
  await w.kerbside.stop()
  for (let n = 0; n < MANY; n++) {
    await whispers(w.x, `resident_${n}`, `do you sell harpsichords (${n})`)
  }
  await w.kerbside.start()
  await until('all of them in the record', async () =>
    (await w.kerbside.sql("SELECT count(*) FROM message WHERE kind='private'"))[0][0] ===
      String(MANY + 1))
  await w.x.noViolations()
})

test('what staff write in X\'s own app is known, in the open and in private', async t => {
  const w = await world(t)
  const post = await w.x.says('elm_close_sam', '@NorthmoorHelp do you sell second hand harpsichords')
  await recorded(w, post)
  const { json } = await w.x.tweet('We do not, sorry. ^SR', post)
  assert.deepEqual(await elsewhere(w), [[json.data.id, '0', 'We do not, sorry. ^SR']])
  const id = await whispers(w.x, 'kit', 'do you sell second hand harpsichords')
  await recorded(w, 'dm:' + id)
  const { from_id: kit } = (await messages(w.x)).find(message => message.id === id)
  const [[author]] = await w.kerbside.sql(
    "SELECT r.remote_id FROM resident r JOIN message m ON m.resident_id=r.id WHERE m.remote_id='dm:" +
      id + "'")
  assert.ok(!kit || kit === author)
  const sent = await whispersBack(w.x, author, 'No more of them.')
  assert.equal(sent.status, 201, sent.text)
  await until('both in the record', async () => (await elsewhere(w)).length === 2)
  assert.deepEqual((await elsewhere(w))[1],
    ['dm:' + sent.json.data.dm_event_id, '1', 'No more of them.'])
})

test('what others write in a thread of ours is overheard, and not answered', async t => {
  const w = await world(t, { sandbox: { searchLag: 0, carried: false } })
  const asked = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
  await w.x.replyTo(asked)
  const aside = await w.x.says('kit', 'mine was not emptied either', { in_reply_to: asked })
  const [[kind, account, mayReply]] = await recorded(w, aside)
  assert.equal(account, 'NorthmoorHelp')
  assert.equal(mayReply, '0')
  assert.ok(['overheard', 'addressed'].includes(kind), kind)
  await w.x.sweeps(3)
  assert.deepEqual(await w.x.repliesTo(aside), [])
  const query = `(conversation_id:${asked}) -is:retweet -from:NorthmoorHelp`
  await until('a search of the thread', async () =>
    (await w.x.requestsTo('GET', '/2/tweets/search/recent'))
      .some(({ path }) => new URL(path, 'http://x').searchParams.get('query') === query))
  await w.x.noViolations()
})

test('reading slows down by itself before X refuses', async t => {
  const w = await world(t, { sandbox: { limits: 'real' } })
  await until('a read that waits', () => /x\.read_paced /.test(w.kerbside.log), { ms: 60000 })
  await w.x.sweeps(3)
  const refused = (await w.x.requests()).filter(({ status }) => status === 429)
  assert.deepEqual(refused, [])
  assert.ok((await w.x.requestsTo('GET', '/2/dm_events')).length <= 15)
  await w.x.noViolations()
})

test('what X costs is counted as X bills it, and outlives the program', async t => {
  const w = await world(t, { sandbox: { searchLag: 0 }, conf: { x: { month_cap_usd: 5 } } })
  const usage = async () => {
    const { status, out, err } = await run(['x', 'usage', '--json', '--config', w.kerbside.config])
    assert.equal(status, 0, err)
    return JSON.parse(out)
  }
  const asked = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
  await w.x.replyTo(asked)
  await w.x.says('kit', 'mine was not emptied either', { in_reply_to: asked })
  await whispers(w.x, 'mill_road', MISSED)
  await until('an answer in private', async () => (await messages(w.x)).length === 2)
  // Every feed has been read since, and what came was counted before the last of these began.
  await Promise.all(['/2/users/' + US + '/tweets', '/2/dm_events', '/2/tweets/search/recent']
    .map(path => w.x.sweeps(2, path)))
  await w.x.sweeps(2)
  await w.kerbside.stop()
  const { items, usd } = (await w.x.control('GET', 'bill')).json
  const counted = await usage()
  assert.deepEqual(counted.items, items)
  assert.ok(Math.abs(counted.usd - usd) < 1e-9, `${counted.usd} is not ${usd}`)
  assert.ok(items.summoned_reply_with_url.count === 1 && items.dm.count === 1 &&
    items.owned_read.count >= 2 && items.dm_read.count >= 2, JSON.stringify(items))
  assert.equal(counted.cap_usd, 5)
  assert.ok(counted.forecast_usd >= counted.usd)
  assert.deepEqual(counted.accounts, { NorthmoorHelp: { usd: counted.usd, items: counted.items } })
  await w.kerbside.start()
  await w.x.sweeps(3)
  await w.kerbside.stop()
  assert.ok((await usage()).usd >= counted.usd)
  const people = await run(['x', 'usage', '--config', w.kerbside.config])
  assert.match(people.out, /^X in \d{4}-\d\d, all accounts$/m)
  assert.match(people.out, /^ {2}summoned_reply_with_url +1 +0\.010 USD$/m)
  assert.match(people.out, /^ {2}cap \(x\.month_cap_usd\) +5 +USD$/m)
})

test('beyond the month\'s cap staff are told, and only what is said in danger is said by itself', async t => {
  const w = await world(t, { conf: { x: { month_cap_usd: 1 } }, started: false })
  await w.kerbside.start()
  await w.kerbside.stop()
  const day = Math.floor(Date.now() / 86400000)
  await w.kerbside.sql(
    `INSERT INTO network_cost VALUES('x', 'NorthmoorHelp', ${day}, 'post', 70, 1050000)`)
  await w.kerbside.start()
  const desk = await Desk.open(w.kerbside)
  assert.match((await desk.networkIs(false)).text, /month's money for the network is spent/)
  const asked = await w.x.says('elm_close_sam', `@NorthmoorHelp ${MISSED}`)
  await desk.caseOf('elm_close_sam')
  await w.x.sweeps(3)
  assert.deepEqual(await w.x.repliesTo(asked), [])
  assert.deepEqual(await w.x.requestsTo('POST', '/2/tweets'), [])
  const danger = await w.x.says('neighbour', '@NorthmoorHelp there is a child alone next door')
  assert.match((await w.x.replyTo(danger)).text, /999/)
})
