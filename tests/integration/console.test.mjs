// The console as staff and as somebody who is no staff meet it: PROTOCOL.md, over real sockets.

import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { Desk, signIn } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { until, within } from './support/wait.mjs'
import { BINARY, Refused, TEXT, WebSocket } from './support/websocket.mjs'

const QUESTION = '@NorthmoorHelp do you sell second hand harpsichords'

// A world with an open case of `handle`, and a desk that sees it as it stays.
async function withCase (t, { handle = 'curious', ...options } = {}) {
  const w = await world(t, options)
  const desk = await Desk.open(w.kerbside)
  const post = await w.x.says(handle, QUESTION)
  const { id } = await desk.caseOf(handle)
  await desk.atRest()
  return { ...w, desk, post, about: desk.cases.get(id) }
}

// --- signing in ---

test('signing in: the cookie, who I am, and out again', async t => {
  const { kerbside } = await world(t)
  const { status, headers, json } = await kerbside.request('POST', '/api/sign-in',
    { body: { login: 'sam', password: PASSWORD } })
  assert.equal(status, 200)
  assert.deepEqual(json.staff,
    { id: 1, login: 'sam', name: 'Sam Reed', initials: 'SR', role: 'agent' })
  const [set] = headers['set-cookie']
  assert.match(set, /^kerbside=[0-9a-f]{64}; /)
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(set.includes(part), set)
  const cookie = set.split(';')[0]
  const me = await kerbside.request('GET', '/api/me', { cookie, origin: null })
  assert.deepEqual([me.status, me.json], [200, json])
  assert.equal((await kerbside.request('POST', '/api/sign-out', { cookie })).status, 204)
  assert.equal((await kerbside.request('GET', '/api/me', { cookie })).status, 401)
  assert.equal((await kerbside.request('GET', '/api/me')).status, 401)
})

test('a wrong password is 401, an unknown login too, and six in a row are 429', async t => {
  const { kerbside } = await world(t)
  const attempt = (login, password) =>
    kerbside.request('POST', '/api/sign-in', { body: { login, password } })
  for (let n = 0; n < 5; n++) {
    const { status, json, headers } = await attempt('sam', 'not the password')
    assert.equal(status, 401)
    assert.equal(typeof json.error, 'string')
    assert.equal(headers['set-cookie'], undefined)
  }
  assert.equal((await attempt('sam', PASSWORD)).status, 429)
  assert.equal((await attempt('nobody', PASSWORD)).status, 401)
  assert.equal((await attempt('priya', PASSWORD)).status, 200)
})

test('passwords tried at the same moment do not get past the throttle', async t => {
  const { kerbside } = await world(t)
  const answers = await Promise.all(Array.from({ length: 30 }, (each, n) =>
    kerbside.request('POST', '/api/sign-in', { body: { login: 'sam', password: `wrong ${n}` } })))
  const checked = answers.filter(({ status }) => status === 401).length
  assert.ok(answers.every(({ status }) => status === 401 || status === 429))
  assert.ok(checked <= 8, `${checked} passwords were checked`)
})

test('bytes behind a body, and requests behind a request, end that connection only', async t => {
  const { kerbside } = await world(t)
  const { hostname, port, host } = new URL(kerbside.origin)
  const request = (path, body, origin = kerbside.origin) => `POST ${path} HTTP/1.1\r\nHost: ${host}\r\n` +
    `Origin: ${origin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const signIn = request('/api/sign-in', JSON.stringify({ login: 'sam', password: 'wrong, and long' }))
  const streams = [
    signIn + '\r\n\r\n!',
    signIn + `GET /api/me HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    signIn + signIn + signIn,
    request('/api/sign-out', '{}') + request('/api/sign-out', '{}'),
    request('/api/sign-in', '{}', 'http://elsewhere.example').repeat(2),
    'HEAD / HTTP/1.1\r\nHost: ' + host + '\r\n\r\nGET /api/me HTTP/1.1\r\nHost: ' + host + '\r\n\r\n'
  ]
  for (const bytes of streams) {
    for (const cut of [false, true]) {
      const socket = connect(Number(port), hostname)
      const ended = new Promise(resolve => socket.on('close', resolve))
      socket.on('error', () => {})
      socket.resume()
      socket.write(bytes, () => { if (cut) socket.destroy() })
      await within('the end of the connection', ended)
      assert.equal((await kerbside.request('GET', '/api/me')).status, 401)
    }
  }
  assert.equal(kerbside.ended, null)
})

test('a body in chunks is refused, and nothing in it is taken for another request', async t => {
  const { kerbside } = await world(t)
  const { hostname, port, host } = new URL(kerbside.origin)
  const head = `Host: ${host}\r\nOrigin: ${kerbside.origin}\r\nTransfer-Encoding: chunked\r\n`
  const chunks = `0\r\n\r\nGET /api/me HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  for (const line of ['GET /api/me HTTP/1.1', 'POST /api/sign-out HTTP/1.1',
    'POST /api/sign-out HTTP/1.1\r\nContent-Length: 2']) {
    const socket = connect(Number(port), hostname)
    let told = ''
    socket.on('data', bytes => { told += bytes })
    socket.on('error', () => {})
    const ended = new Promise(resolve => socket.on('close', resolve))
    socket.write(line + '\r\n' + head + '\r\n' + chunks)
    await within('the end of the connection', ended)
    assert.deepEqual(told.match(/HTTP\/1\.1 \d+/g), ['HTTP/1.1 501'], line)
  }
})

test('other logins tried wrongly do not wash away the count of one', async t => {
  const { kerbside } = await world(t)
  const attempt = async login =>
    (await kerbside.request('POST', '/api/sign-in', { body: { login, password: 'wrong, and long' } })).status
  for (let n = 0; n < 5; n++) assert.equal(await attempt('sam'), 401)
  for (let n = 0; n < 40; n++) await attempt(`z${n}`)
  assert.equal(await attempt('sam'), 429)
})

test('signing in asks for our own origin, JSON, and both members', async t => {
  const { kerbside } = await world(t)
  const body = { login: 'sam', password: PASSWORD }
  const status = async options =>
    (await kerbside.request('POST', '/api/sign-in', { body, ...options })).status
  assert.equal(await status({ origin: 'https://elsewhere.example' }), 403)
  assert.equal(await status({ origin: null }), 403)
  assert.equal(await status({ origin: 'null' }), 403)
  assert.equal(await status({ origin: kerbside.origin + '.elsewhere.example' }), 403)
  assert.equal(await status({ type: 'text/plain' }), 415)
  assert.equal(await status({ body: '{"login":"sam",' }), 400)
  assert.equal(await status({ body: { login: 'sam' } }), 400)
  assert.equal(await status({ body: { login: ['sam'], password: PASSWORD } }), 400)
  assert.equal(await status({ origin: kerbside.origin.replace('127.0.0.1', 'localhost') }), 200)
})

test('signing out from elsewhere is refused', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const { status } = await kerbside.request('POST', '/api/sign-out',
    { cookie, origin: 'https://elsewhere.example' })
  assert.equal(status, 403)
  assert.equal((await kerbside.request('GET', '/api/me', { cookie })).status, 200)
})

test('the pages carry the headers that keep other sites out', async t => {
  const { kerbside } = await world(t)
  const page = await kerbside.request('GET', '/', { origin: null })
  assert.equal(page.status, 200)
  assert.match(page.headers['content-type'], /^text\/html/)
  assert.match(page.headers['content-security-policy'], /^default-src 'none';/)
  assert.equal(page.headers['x-content-type-options'], 'nosniff')
  assert.equal(page.headers['access-control-allow-origin'], undefined)
  for (const path of ['/nothing', '/../kerbside.json', '/assets/', '/api', '/ws/x']) {
    assert.equal((await kerbside.request('GET', path)).status, 404, path)
  }
  assert.equal((await kerbside.request('DELETE', '/api/me')).status, 405)
})

test('by https the cookie is this host\'s alone', async t => {
  const origin = 'https://desk.northmoor.example'
  const { kerbside } = await world(t, { conf: { console: { origin } } })
  const { headers } = await kerbside.request('POST', '/api/sign-in',
    { body: { login: 'sam', password: PASSWORD }, origin })
  const [set] = headers['set-cookie']
  assert.match(set, /^__Host-kerbside=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+; Secure$/)
  const cookie = set.split(';')[0]
  const me = async cookie => (await kerbside.request('GET', '/api/me', { cookie })).status
  assert.equal(await me(cookie), 200)
  assert.equal(await me('kerbside=' + '0'.repeat(64) + '; ' + cookie), 200)
  assert.equal(await me(cookie.replace('__Host-', '')), 401)
  const socket = await WebSocket.open(kerbside.url, { origin, cookie })
  const welcomed = new Promise(resolve => socket.on('text', resolve))
  socket.sendText('{"type":"hello","last":0}')
  assert.equal(JSON.parse(await within('welcome', welcomed)).type, 'welcome')
  const { origin: plain } = kerbside
  assert.equal((await kerbside.request('POST', '/api/sign-out', { cookie, origin: plain })).status, 403)
})

// --- the websocket's door ---

test('a websocket without a session is closed with 4401', async t => {
  const { kerbside } = await world(t)
  for (const cookie of [undefined, 'kerbside=' + '0'.repeat(64), 'kerbside=', 'kerbside', 'other=1']) {
    const socket = await WebSocket.open(kerbside.url, { origin: kerbside.origin, cookie })
    let told = 0
    socket.on('text', () => told++)
    socket.sendText('{"type":"hello","last":0}')
    assert.equal((await within('the end', socket.ended)).code, 4401)
    assert.equal(told, 0)
  }
})

test('a websocket from elsewhere, or of another protocol, is refused', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const { origin } = kerbside
  for (const options of [
    { origin: 'https://elsewhere.example' }, { origin: undefined }, { origin: 'null' },
    { origin, protocol: 'something.else' }, { origin, protocol: null },
    { origin: 'https://elsewhere.example', protocol: null }
  ]) {
    await assert.rejects(async () => {
      const socket = await WebSocket.open(kerbside.url, { cookie, ...options })
      socket.drop()
    }, Refused, JSON.stringify(options))
  }
})

test('signing out closes the websockets of that session with 4401, and no others', async t => {
  const { kerbside } = await world(t)
  const desk = await Desk.open(kerbside)
  const second = await Desk.open(kerbside, { cookie: desk.cookie })
  const other = await Desk.open(kerbside, { login: 'priya' })
  await kerbside.request('POST', '/api/sign-out', { cookie: desk.cookie })
  assert.equal((await within('the end', desk.socket.ended)).code, 4401)
  assert.equal((await within('the end', second.socket.ended)).code, 4401)
  assert.equal((await other.ask('count', { text: 'still here' })).type, 'count')
})

test('an account that is removed or gets another password loses its websocket', async t => {
  const { kerbside } = await world(t)
  const desk = await Desk.open(kerbside)
  const { status, err } = await run(['staff', 'remove', 'sam', '--config', kerbside.config])
  assert.equal(status, 0, err)
  await assert.rejects(desk.ask('count', { text: 'still here?' }))
  assert.equal((await within('the end', desk.socket.ended)).code, 4401)
})

test('an account that is removed is told nothing more, and what it had taken goes back', async t => {
  const { kerbside, desk, about } = await withCase(t)
  const other = await Desk.open(kerbside, { login: 'priya' })
  await desk.do('claim', about)
  await other.caseOf('curious', each => each.state === 'claimed')
  const { status, err } = await run(['staff', 'remove', 'sam', '--config', kerbside.config])
  assert.equal(status, 0, err)
  assert.equal((await within('the end', desk.socket.ended)).code, 4401) // without a word from it
  const free = await other.caseOf('curious', each => each.state === 'open')
  assert.equal(free.owner, null)
  await other.do('claim', free)
})

test('a supervisor puts back what somebody else has taken', async t => {
  const { kerbside, desk, about } = await withCase(t)
  await desk.do('claim', about)
  const { status, err } = await run(['staff', 'add', 'ada', '--name', 'Ada Cole', '--initials', 'AC',
    '--role', 'supervisor', '--config', kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  const priya = await Desk.open(kerbside, { login: 'priya' })
  const ada = await Desk.open(kerbside, { login: 'ada' })
  await ada.do('release', await ada.caseOf('curious', each => each.state === 'claimed'))
  await priya.do('claim', await priya.caseOf('curious', each => each.state === 'open'))
})

test('what somebody answers in X\'s own app is put back by anybody', async t => {
  const { x, desk, post, about } = await withCase(t)
  await x.says('NorthmoorHelp', '@curious the market hall has one for sale', { in_reply_to: post })
  const taken = await desk.caseOf('curious', each => each.elsewhere)
  assert.deepEqual([taken.state, taken.owner], ['open', null])
  await desk.do('release', about)
  await desk.caseOf('curious', each => !each.elsewhere)
})

// --- hello ---

test('everybody is told the mode, and only supervisors what the network costs', async t => {
  const { x, kerbside } = await world(t, { conf: { mode: 'shadow', x: { month_cap_usd: 5 } } })
  const { status, err } = await run(['staff', 'add', 'ada', '--name', 'Ada Cole', '--initials', 'AC',
    '--role', 'supervisor', '--config', kerbside.config], { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  const desk = await Desk.open(kerbside)
  const ada = await Desk.open(kerbside, { login: 'ada' })
  for (const { mode } of [desk.welcome, ada.welcome]) assert.equal(mode, 'shadow')
  await x.says('curious', QUESTION)
  const costly = await ada.until('a cost', () =>
    ada.frames.find(({ cost }) => cost?.month_cents > 0))
  assert.ok(costly.cost.forecast_cents >= costly.cost.month_cents)
  assert.equal(costly.cost.cap_cents, 500)
  assert.ok(desk.frames.every(frame => !('cost' in frame)))
})

test('hello: welcome and everything there is', async t => {
  const { kerbside, about } = await withCase(t)
  const desk = await Desk.open(kerbside, { login: 'priya' })
  await desk.until('a snapshot', () => desk.snapshot)
  const { welcome, snapshot } = desk
  assert.deepEqual(welcome.staff,
    { id: 2, login: 'priya', name: 'Priya Nair', initials: 'PN', role: 'agent' })
  assert.equal(welcome.limit, 280)
  assert.deepEqual(welcome.network, { ok: true, text: null })
  assert.ok(Math.abs(welcome.now_at - Date.now() / 1000) < 60)
  assert.equal(welcome.seq, snapshot.seq)
  assert.deepEqual(snapshot.cases, [about])
})

test('a console that comes back gets exactly what it missed, in order, each once', async t => {
  const { kerbside, x, desk, about } = await withCase(t)
  const { seq: seen, cookie } = desk
  desk.socket.drop()
  const other = await Desk.open(kerbside, { login: 'priya' })
  await other.until('a snapshot', () => other.snapshot)
  await other.do('claim', about)
  await x.says('shouty', '@NorthmoorHelp clowns')
  await other.event('message.ignored')
  await x.says('neighbour', '@NorthmoorHelp a child alone next door')
  await other.event('reply.sent')
  const last = await other.atRest()
  const back = await Desk.open(kerbside, { cookie, last: seen })
  await back.until('the last event', () => back.seq === last)
  assert.equal(back.snapshot, undefined)
  const missed = await kerbside.sql(`SELECT kind FROM event WHERE seq>${seen} ORDER BY seq`)
  assert.deepEqual(back.events.map(event => event.seq),
    Array.from({ length: last - seen }, (each, n) => seen + 1 + n))
  assert.deepEqual(back.events.map(event => event.kind), missed.map(([kind]) => kind))
  assert.deepEqual(back.cases, other.cases)
  // And goes on with the live ones, as everybody else.
  await other.do('release', about)
  await other.atRest()
  await back.until('the same', () => back.seq === other.seq)
  assert.ok(back.events.some(event => event.kind === 'case.released'))
  assert.deepEqual(back.events.at(-1), other.events.at(-1))
})

test('every console is told everything once, while several come and go', async t => {
  const { kerbside, x, desk } = await withCase(t)
  const { seq: first } = desk
  const cookie = await signIn(kerbside, 'priya')
  const seen = []
  let last = first
  for (let round = 0; round < 12; round++) {
    await x.says(`r${round}`, round % 2 ? '@NorthmoorHelp clowns' : QUESTION)
    const visitor = await Desk.open(kerbside, { cookie, last })
    await visitor.until('an event', () => visitor.events.length > 0)
    visitor.socket.drop()
    seen.push(...visitor.events.map(event => event.seq))
    last = seen.at(-1)
  }
  await desk.until('all that the visitor saw', () => desk.events.at(-1).seq >= last)
  const told = desk.events.map(event => event.seq).filter(seq => seq > first && seq <= last)
  assert.deepEqual(seen, told)
})

test('a last event from another time brings everything anew', async t => {
  const { kerbside, desk } = await withCase(t)
  const back = await Desk.open(kerbside, { cookie: desk.cookie, last: 1e9 })
  await back.until('a snapshot', () => back.snapshot)
  assert.equal(back.snapshot.cases.length, 1)
})

test('SIGTERM says goodbye with 1012, and the session outlives it', async t => {
  const { kerbside, desk } = await withCase(t)
  await kerbside.restart()
  assert.equal((await within('the end', desk.socket.ended)).code, 1012)
  const back = await Desk.open(kerbside, { cookie: desk.cookie, last: desk.seq })
  assert.equal(back.welcome.seq, desk.seq)
  await back.until('a beat', () => back.seq === desk.seq)
  assert.equal(back.snapshot, undefined)
  assert.deepEqual(back.events, [])
})

// --- what staff do ---

test('claim, reply, close: the reply stands in the sandbox with initials, once', async t => {
  const { kerbside, x, desk, post, about } = await withCase(t)
  const other = await Desk.open(kerbside, { login: 'priya' })
  await desk.do('claim', about)
  const claimed = await other.caseOf('curious', each => each.state === 'claimed')
  assert.deepEqual(claimed.owner, { id: 1, name: 'Sam Reed', initials: 'SR' })
  await desk.do('reply', about, { text: '  Sorry, no harpsichords. The music shop may help. ' })
  const reply = await x.replyTo(post)
  assert.equal(reply.text, 'Sorry, no harpsichords. The music shop may help. ^SR')
  const sent = await other.event('reply.sent')
  assert.equal(sent.case.id, about.id)
  const whole = await desk.ask('open', { case: about.id })
  assert.equal(whole.replies.length, 1)
  assert.equal(whole.replies[0].state, 'sent')
  assert.deepEqual(whole.replies[0].by, { id: 1, name: 'Sam Reed', initials: 'SR' })
  assert.equal(whole.messages[0].text, QUESTION)
  assert.equal(whole.messages[0].remote_url, `https://x.com/curious/status/${post}`)
  assert.equal(whole.messages[0].decision.action, 'handoff')
  await desk.do('close', about, { outcome: 'answered' })
  const closed = await other.caseOf('curious', each => each.state === 'closed')
  assert.deepEqual([closed.outcome, closed.owner], ['answered', null])
  const { history } = await desk.ask('open', { case: about.id })
  assert.deepEqual(history.map(line => line.kind), ['case.opened', 'case.claimed', 'reply.queued',
    'case.replied', 'reply.sent', 'case.closed'])
  assert.deepEqual(history.filter(line => line.kind.startsWith('case.')).map(line => line.by),
    [null, 'Sam Reed', 'Sam Reed', 'Sam Reed'])
  await x.sweeps()
  assert.equal((await x.ours()).length, 1)
  await x.noViolations()
})

test('a reply goes under the last message that X lets us answer', async t => {
  const { x, desk, post, about } = await withCase(t)
  // Not summoned: our handle isn't in what was written here.
  await x.says('curious', 'or a spinet', { in_reply_to: post })
  await desk.caseOf('curious', each => each.messages === 2)
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'Neither, sorry.' })
  await desk.event('reply.sent')
  assert.equal((await x.replyTo(post)).text, 'Neither, sorry. ^SR')
  await x.noViolations()
})

test('a stale version is refused with the case as it is, and nothing is done', async t => {
  const { x, kerbside, desk, post, about } = await withCase(t)
  const other = await Desk.open(kerbside, { login: 'priya' })
  const old = about.version
  await desk.do('claim', about)
  await x.says('curious', '@NorthmoorHelp or a spinet', { in_reply_to: post })
  const now = await desk.caseOf('curious', each => each.messages === 2)
  for (const [type, members] of [['reply', { text: 'Too soon' }], ['release', {}],
    ['close', { outcome: 'done' }], ['claim', {}]]) {
    const answer = await desk.ask(type, { case: about.id, version: old, ...members })
    assert.equal(answer.type, 'refused', type)
    assert.equal(answer.code, 'stale', type)
    assert.equal(answer.case.version, now.version)
    assert.equal(answer.case.messages, 2)
  }
  assert.equal((await other.ask('claim', { case: about.id, version: old })).code, 'taken')
  await x.sweeps()
  assert.deepEqual(await x.ours(), [])
})

test('the second person is refused: taken, not theirs', async t => {
  const { x, kerbside, desk, about } = await withCase(t)
  const other = await Desk.open(kerbside, { login: 'priya' })
  await desk.do('claim', about)
  const { id, version } = await other.caseOf('curious', each => each.state === 'claimed')
  const refused = async (type, members) => {
    const answer = await other.ask(type, { case: id, version, ...members })
    assert.equal(answer.type, 'refused')
    assert.equal(answer.case.owner.name, 'Sam Reed')
    assert.ok(answer.text.length > 10)
    return answer.code
  }
  assert.equal(await refused('claim'), 'taken')
  assert.equal(await refused('reply', { text: 'Me too' }), 'not_yours')
  assert.equal(await refused('close', { outcome: 'done' }), 'not_yours')
  assert.equal(await refused('release'), 'not_yours')
  await desk.do('release', about)
  await other.caseOf('curious', each => each.state === 'open')
  await other.do('claim', about)
  assert.deepEqual(await x.ours(), [])
})

test('two claims of the same moment: one wins', async t => {
  const { kerbside, desk, about } = await withCase(t)
  const other = await Desk.open(kerbside, { login: 'priya' })
  const { id, version } = about
  const answers = await Promise.all([desk, other].map(each =>
    each.ask('claim', { case: id, version })))
  assert.deepEqual(answers.map(answer => answer.type).sort(), ['ok', 'refused'])
  const lost = answers.find(answer => answer.type === 'refused')
  assert.equal(lost.code, 'taken')
  assert.equal(lost.case.state, 'claimed')
})

test('a reply over the limit is refused with the numbers; one of exactly 280 goes out', async t => {
  const { x, desk, post, about } = await withCase(t)
  await desk.do('claim', about)
  const { version } = desk.cases.get(about.id)
  const ask = text => desk.ask('reply', { case: about.id, version, text })
  const long = await ask('a'.repeat(277))
  assert.equal(long.code, 'too_long')
  assert.match(long.text, /\b281\b.*\b280\b/)
  assert.equal((await ask('漢'.repeat(139))).code, 'too_long')
  assert.equal((await ask('')).code, 'empty')
  assert.equal((await ask(' \n ')).code, 'empty')
  assert.equal((await ask('z'.repeat(40000))).code, 'too_long')
  const link = 'https://example.com/' + 'x'.repeat(100) // .example is no link for the network
  const fits = `${link} ${'a'.repeat(280 - 23 - 1 - 4)}`
  const counted = await desk.ask('count', { text: fits })
  assert.deepEqual([counted.weight, counted.limit], [280, 280])
  assert.equal((await desk.ask('count', { text: fits + 'a' })).weight, 281)
  await desk.do('reply', about, { text: fits })
  assert.equal((await x.replyTo(post)).text, fits + ' ^SR')
  await x.noViolations()
})

test('what is closed stays closed, what does not exist is unknown', async t => {
  const { desk, about } = await withCase(t)
  await desk.do('claim', about)
  await desk.do('close', about, { outcome: 'no_reply_needed' })
  const { id, version } = desk.cases.get(about.id)
  for (const [type, members] of [['claim', {}], ['release', {}], ['reply', { text: 'Hello?' }],
    ['close', { outcome: 'done' }], ['retry', { reply: 1 }]]) {
    assert.equal((await desk.ask(type, { case: id, version, ...members })).code, 'closed', type)
  }
  assert.equal((await desk.ask('claim', { case: 4711, version: 1 })).code, 'unknown')
  assert.equal((await desk.ask('open', { case: 4711 })).code, 'unknown')
  assert.equal((await desk.ask('restore', { message: 4711 })).code, 'unknown')
})

test('a command that makes no sense is refused and the connection stays', async t => {
  const { desk, about } = await withCase(t)
  const { id, version } = about
  const refused = async (type, members) => (await desk.ask(type, members)).code
  assert.equal(await refused('dance', {}), 'bad_frame')
  assert.equal(await refused('claim', { case: id }), 'bad_frame')
  assert.equal(await refused('claim', { version }), 'bad_frame')
  assert.equal(await refused('claim', { case: '1', version }), 'bad_frame')
  assert.equal(await refused('claim', { case: id, version: 1.5 }), 'bad_frame')
  assert.equal(await refused('claim', { case: -id, version }), 'bad_frame')
  assert.equal(await refused('restore', {}), 'bad_frame')
  await desk.do('claim', about)
  const mine = desk.cases.get(id)
  assert.equal(await refused('close', { case: id, version: mine.version }), 'bad_frame')
  assert.equal(await refused('close',
    { case: id, version: mine.version, outcome: 'because' }), 'bad_frame')
  assert.equal(await refused('reply', { case: id, version: mine.version, text: 7 }), 'empty')
  desk.send({ type: 'claim', case: id, version })
  desk.send({ type: 'claim', id: 'x'.repeat(41), case: id, version })
  await desk.until('two refusals', () => desk.frames.filter(frame =>
    frame.type === 'refused' && /"id"/.test(frame.text)).length === 2)
  assert.equal(desk.socket.closed, undefined)
})

test('an ignore is undone: the message becomes a case, once', async t => {
  const { x, kerbside } = await world(t)
  const desk = await Desk.open(kerbside)
  const post = await x.says('shouty', '@NorthmoorHelp clowns, all of you')
  const { ignored } = await desk.event('message.ignored')
  assert.equal((await desk.ask('restore', { message: ignored.message })).type, 'ok')
  const about = await desk.caseOf('shouty')
  const restored = await desk.event('message.restored')
  assert.equal(restored.by, 'Sam Reed')
  assert.equal(restored.case.id, about.id)
  assert.equal(desk.ignored.size, 0)
  assert.equal((await desk.ask('restore', { message: ignored.message })).code, 'unknown')
  await desk.do('claim', about)
  await desk.do('reply', about, { text: 'What went wrong?' })
  assert.equal((await x.replyTo(post)).text, 'What went wrong? ^SR')
  assert.deepEqual((await desk.ask('list', { tray: 'ignored', before: null })).items, [])
})

test('a reply that X refuses is shown as failed, with its words, and can be tried again', async t => {
  const { x, desk, post, about } = await withCase(t)
  await desk.do('claim', about)
  await x.fault({ on: 'post', kind: 'forbidden' })
  await desk.do('reply', about, { text: 'Sorry, no.' })
  const failed = await desk.event('reply.failed')
  assert.equal(failed.case.failed_replies, 1)
  assert.deepEqual(failed.to, [1])
  const whole = await desk.ask('open', { case: about.id })
  assert.equal(whole.replies[0].state, 'failed')
  assert.match(whole.replies[0].error, /403.*not permitted/)
  const { version } = desk.cases.get(about.id)
  const wrong = await desk.ask('retry', { case: about.id, version, reply: 4711 })
  assert.equal(wrong.code, 'unknown')
  await desk.do('retry', about, { reply: whole.replies[0].id })
  assert.equal((await x.replyTo(post)).text, 'Sorry, no. ^SR')
  await desk.event('reply.sent')
  await desk.caseOf('curious', each => each.failed_replies === 0)
  const again = await desk.ask('retry', { case: about.id, reply: whole.replies[0].id,
    version: desk.cases.get(about.id).version })
  assert.equal(again.code, 'unknown')
  assert.equal((await x.ours()).length, 1)
})

// --- what no console sends ---

const BROKEN = [
  ['no JSON', socket => socket.sendText('hello')],
  ['an empty frame', socket => socket.sendText('')],
  ['half a JSON', socket => socket.sendText('{"type":"count","id":"c1"')],
  ['a list', socket => socket.sendText('[]')],
  ['no type', socket => socket.sendText('{"id":"c1"}')],
  ['a type that is no text', socket => socket.sendText('{"type":1,"id":"c1"}')],
  ['a member twice', socket => socket.sendText('{"type":"count","type":"claim","id":"c1"}')],
  ['a NUL in a text', socket => socket.sendText('{"type":"count","id":"c1","text":"a\\u0000b"}')],
  ['half a surrogate', socket => socket.sendText('{"type":"count","id":"c1","text":"\\ud83d"}')],
  ['a second hello', socket => socket.sendText('{"type":"hello","last":0}')],
  ['a binary frame', socket => socket.sendFrame(BINARY, Buffer.from('{"type":"count"}'))],
  ['nesting without end', socket => socket.sendText('['.repeat(30000))],
  ['more than 64 KiB', socket => socket.sendText(
    JSON.stringify({ type: 'count', id: 'c1', text: 'z'.repeat(65536) }))],
  ['a megabyte', socket => socket.sendText('z'.repeat(1 << 20))],
  ['more than 64 KiB in pieces', socket => {
    for (let n = 0; n < 65; n++) {
      socket.sendFrame(n ? 0 : TEXT, Buffer.alloc(1024, 0x20), { final: n === 64 })
    }
  }]
]

test('a frame that cannot be read closes its own connection with 4400, and no other', async t => {
  const { kerbside, desk, about } = await withCase(t)
  for (const [what, send] of BROKEN) {
    const victim = await Desk.open(kerbside, { cookie: desk.cookie })
    send(victim.socket)
    const { code, reason } = await within(`the end after ${what}`, victim.socket.ended)
    assert.equal(code, 4400, `${what}: ${code} ${reason}`)
    assert.ok(reason.length > 5, `${what}: why?`)
  }
  await desk.do('claim', about)
})

test('a command before hello, and a hello without a number, close with 4400', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  for (const text of ['{"type":"count","id":"c1","text":"x"}', '{"type":"hello"}',
    '{"type":"hello","last":-1}', '{"type":"hello","last":"0"}', '{"type":"hello","last":0.5}']) {
    const socket = await WebSocket.open(kerbside.url, { origin: kerbside.origin, cookie })
    socket.sendText(text)
    assert.equal((await within('the end', socket.ended)).code, 4400, text)
  }
})

test('broken websocket bytes end that connection only', async t => {
  const { kerbside, desk, about } = await withCase(t)
  for (const bytes of [
    Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), // reserved bits and opcode
    Buffer.from([0x81, 0x05, 1, 2, 3, 4, 5]), // not masked
    Buffer.concat([Buffer.from([0x81, 0xff]), Buffer.alloc(8, 0xff), Buffer.alloc(64)]), // 2^64
    Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]) // not UTF-8
  ]) {
    const victim = await Desk.open(kerbside, { cookie: desk.cookie })
    victim.socket.sendBytes(bytes)
    await within('the end', victim.socket.ended)
  }
  await desk.do('claim', about)
})

test('a frame in pieces, or one of nearly 64 KiB, is a frame', async t => {
  const { desk } = await withCase(t)
  const frame = Buffer.from('{"type":"count","id":"p1","text":"12345"}')
  for (let at = 0; at < frame.length; at += 7) {
    desk.socket.sendFrame(at ? 0 : TEXT, frame.subarray(at, at + 7),
      { final: at + 7 >= frame.length })
  }
  const counted = await desk.until('the answer', () => desk.frames.find(each => each.id === 'p1'))
  assert.equal(counted.weight, 5 + ' ^SR'.length)
  const big = await desk.ask('count', { text: 'a'.repeat(65000) })
  assert.ok(big.weight > big.limit)
})

test('a console that does not read is closed, and the others do not notice', async t => {
  const { kerbside, x, desk, post, about: { id } } = await withCase(t)
  await x.says('curious', '@NorthmoorHelp ' + 'or a spinet '.repeat(1600), { in_reply_to: post })
  await desk.caseOf('curious', each => each.messages === 2)
  const slow = await Desk.open(kerbside, { login: 'priya' })
  slow.socket.pause()
  const frame = JSON.stringify({ type: 'open', id: 'x', case: id })
  // Each answer is about twenty kilobytes: more than the socket's buffers and the queue of 4 MiB hold.
  for (let n = 0; n < 1000; n++) slow.socket.sendText(frame)
  await until('the connection is given up', () => /code=4408/.test(kerbside.log), { ms: 120000 })
  assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
  slow.socket.drop()
})

// --- the demo's clock ---

test('without the demo there is no clock to move', async t => {
  const { kerbside } = await world(t, { conf: { demo: false } })
  const body = { at: '2026-11-22T20:00:00Z' }
  const status = async options =>
    (await kerbside.request('POST', '/demo/clock', { body, ...options })).status
  const cookie = await signIn(kerbside)
  assert.equal(await status({ origin: null }), 404)
  assert.equal(await status({ cookie }), 404)
  const desk = await Desk.open(kerbside, { cookie })
  assert.ok(Math.abs(desk.welcome.now_at - Date.now() / 1000) < 60)
})

test('the demo\'s clock is moved by programs on this machine, not by other sites', async t => {
  const { kerbside } = await world(t)
  const status = async (body, options) =>
    (await kerbside.request('POST', '/demo/clock', { body, origin: null, ...options })).status
  const body = { at: '2026-11-22T20:00:00Z' }
  assert.equal(await status(body, { origin: 'https://elsewhere.example' }), 403)
  assert.equal(await status(body, { origin: 'null' }), 403)
  assert.equal(await status(body, { type: 'text/plain' }), 415)
  assert.equal(await status({ at: 'teatime' }), 400)
  assert.equal(await status({ at: 7 }), 400)
  assert.equal(await status({}), 400)
  assert.equal(await status([]), 400)
  assert.equal(await status('{"at":'), 400)
  assert.equal(await status(body), 200)
  const desk = await Desk.open(kerbside)
  assert.ok(Math.abs(desk.welcome.now_at - Date.parse(body.at) / 1000) < 60)
  assert.equal(await status({ at: null }), 200)
})

test('a moved clock signs nobody out', async t => {
  const { kerbside } = await world(t)
  const desk = await Desk.open(kerbside)
  const at = new Date(Date.now() + 40 * 24 * 3600 * 1000).toISOString()
  await kerbside.request('POST', '/demo/clock', { body: { at }, origin: null })
  assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
})
