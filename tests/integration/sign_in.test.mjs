// Who gets in, who doesn't, and who may do what once they are in: over real HTTP and websockets.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Desk, signIn } from './support/desk.mjs'
import { PASSWORD, run, world } from './support/kerbside.mjs'
import { codeOf, stepNow } from './support/totp.mjs'
import { until, within } from './support/wait.mjs'
import { WebSocket } from './support/websocket.mjs'

const PROTOCOL = readFileSync(new URL('../../handoff/PROTOCOL.md', import.meta.url), 'utf8')
const NEW_PASSWORD = 'gulls over the pier'
const FIREFOX = 'Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0'

async function staff (kerbside, ...args) {
  const { status, out, err } = await run(['staff', ...args, '--config', kerbside.config],
    { input: PASSWORD + '\n' })
  assert.equal(status, 0, err)
  return out
}

const addStaff = (kerbside, login, role) => staff(kerbside, 'add', login, '--name',
  login[0].toUpperCase() + login.slice(1) + ' Cole', '--initials', login[0].toUpperCase(), '--role', role)

const post = (kerbside, path, body, options) =>
  kerbside.request('POST', path, { body, ...options })

// A post that must be answered 200 or 204.
async function done (kerbside, path, body, options) {
  const { status, json, text } = await post(kerbside, path, body, options)
  assert.ok(status === 200 || status === 204, `${path}: ${status} ${text}`)
  return json
}

const enter = (kerbside, body, options) => post(kerbside, '/api/sign-in',
  { login: 'sam', password: PASSWORD, ...body }, options)

const cookieOf = ({ headers }) => headers['set-cookie'][0].split(';')[0]

const ended = async desk => (await within('the end', desk.socket.ended)).code

const acts = async kerbside => (await kerbside.sql(
  'SELECT act || coalesce(\' \' || about, \'\') FROM audit ORDER BY id')).map(([act]) => act)

// Sam has a second factor: { cookie, secret, codes, step }, with the step that was used.
async function enrol (kerbside, cookie) {
  const { secret, link } = await done(kerbside, '/api/account/second-factor/begin',
    { password: PASSWORD }, { cookie })
  assert.match(secret, /^[A-Z2-7]{32}$/)
  assert.equal(link, `otpauth://totp/Kerbside:sam?secret=${secret}&issuer=Kerbside`)
  const step = stepNow()
  const { codes } = await done(kerbside, '/api/account/second-factor/confirm',
    { code: codeOf(secret, step) }, { cookie })
  assert.equal(new Set(codes).size, 8)
  return { cookie, secret, codes, step }
}

test('a second factor: set up, asked for, each code once, and switched off', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const account = async () => (await kerbside.request('GET', '/api/account', { cookie })).json
  assert.equal((await account()).second_factor, false)

  // the password is asked for again, and until a code was right nothing is asked for
  const begin = '/api/account/second-factor/begin'
  assert.equal((await post(kerbside, begin, { password: 'not the password' }, { cookie })).status, 403)
  assert.equal((await post(kerbside, begin, { password: PASSWORD })).status, 401)
  await done(kerbside, begin, { password: PASSWORD }, { cookie })
  const wrong = await post(kerbside, '/api/account/second-factor/confirm', { code: '12345' }, { cookie })
  assert.equal(wrong.status, 403)
  assert.equal((await enter(kerbside)).status, 200)

  const { secret, codes, step } = await enrol(kerbside, cookie)
  assert.deepEqual([(await account()).second_factor, (await account()).codes_left], [true, 8])
  const asked = await enter(kerbside)
  assert.deepEqual([asked.status, asked.json.need, asked.headers['set-cookie']], [401, 'code', undefined])
  assert.equal((await enter(kerbside, { code: codeOf(secret, step) })).status, 401) // used
  assert.equal((await enter(kerbside, { code: '000000', password: 'not the password' })).json.need, undefined)
  const newer = codeOf(secret, Math.max(step + 1, stepNow()))
  assert.equal((await enter(kerbside, { code: newer })).status, 200)
  assert.equal((await enter(kerbside, { code: newer })).status, 401)

  const typed = codes[0].toLowerCase().replaceAll('-', ' ')
  assert.equal((await enter(kerbside, { code: typed })).status, 200)
  assert.equal((await enter(kerbside, { code: codes[0] })).json.need, 'code')
  assert.equal((await account()).codes_left, 7)

  const off = '/api/account/second-factor/off'
  assert.equal((await post(kerbside, off, { password: 'not the password', code: codes[1] }, { cookie })).status, 403)
  assert.equal((await post(kerbside, off, { password: PASSWORD, code: codes[0] }, { cookie })).status, 403)
  await done(kerbside, off, { password: PASSWORD, code: codes[1] }, { cookie })
  assert.equal((await enter(kerbside)).status, 200)

  const rows = await acts(kerbside)
  for (const act of ['second_factor_on', 'recovery_code_used', 'second_factor_off', 'sign_in_failed sam']) {
    assert.ok(rows.includes(act), act)
  }
  for (const word of [PASSWORD, 'not the password', secret, ...codes, typed]) {
    assert.ok(!kerbside.log.includes(word), 'a secret is in the log')
    assert.ok(word === secret || !kerbside.holds(word), 'a secret is in the database')
  }
})

test('wrong codes are throttled as wrong passwords are, and the right password between them helps nothing', async t => {
  const { kerbside } = await world(t)
  const { secret, step } = await enrol(kerbside, await signIn(kerbside))
  for (let n = 0; n < 5; n++) {
    assert.equal((await enter(kerbside)).json.need, 'code')
    assert.equal((await enter(kerbside, { code: 'wrong' })).status, 401)
  }
  assert.equal((await enter(kerbside, { code: codeOf(secret, step + 1) })).status, 429)
  assert.equal((await enter(kerbside)).status, 429)
  const rows = await acts(kerbside)
  assert.equal(rows.filter(act => act === 'sign_in_failed sam').length, 5)
  assert.equal(rows.filter(act => act === 'sign_in_throttled sam').length, 1)
})

test('where everybody must have a second factor, signing in leads to setting it up and nowhere else', async t => {
  const { kerbside } = await world(t, { conf: { console: { second_factor: 'required' } } })
  const entered = await enter(kerbside)
  const cookie = cookieOf(entered)
  assert.deepEqual([entered.status, entered.json.must], [200, 'second_factor'])
  const socket = await WebSocket.open(kerbside.url, { origin: kerbside.origin, cookie })
  assert.equal((await within('the end', socket.ended)).code, 4401)
  await enrol(kerbside, cookie)
  assert.equal((await kerbside.request('GET', '/api/me', { cookie })).json.must, null)
  const desk = await Desk.open(kerbside, { cookie })
  await staff(kerbside, 'totp-off', 'sam') // and who has none any more is out
  assert.equal(await ended(desk), 4401)
})

test('behind a proxy of ours each address has tries of its own, and sessions show it', async t => {
  const { kerbside } = await world(t, { conf: { console: { proxy: true } } })
  const from = (address, browser = 'curl/8') =>
    ({ more: { 'x-forwarded-for': `10.9.8.7, ${address}`, 'user-agent': browser } })
  for (let n = 0; n < 5; n++) {
    assert.equal((await enter(kerbside, { password: 'not the password' }, from('198.51.100.1'))).status, 401)
  }
  assert.equal((await enter(kerbside, {}, from('198.51.100.1'))).status, 429)
  const entered = await enter(kerbside, {}, from('2001:db8::2', FIREFOX))
  const { json } = await kerbside.request('GET', '/api/account', { cookie: cookieOf(entered) })
  assert.deepEqual(json.sessions.map(({ address, browser, this: here }) => [address, browser, here]),
    [['2001:db8::2', 'Firefox on Windows', true]])
  // what isn't an address isn't believed
  const odd = await enter(kerbside, {}, from('<b>here</b>'))
  const { json: seen } = await kerbside.request('GET', '/api/account', { cookie: cookieOf(odd) })
  assert.equal(seen.sessions.find(session => session.this).address, '127.0.0.1')
})

test('without a proxy nobody says from where they come', async t => {
  const { kerbside } = await world(t)
  const entered = await enter(kerbside, {}, { more: { 'x-forwarded-for': '198.51.100.1' } })
  const { json } = await kerbside.request('GET', '/api/account', { cookie: cookieOf(entered) })
  assert.equal(json.sessions[0].address, '127.0.0.1')
})

test('sessions are listed and end one by one, with their websockets, at once', async t => {
  const { kerbside } = await world(t)
  const here = await Desk.open(kerbside)
  const there = await Desk.open(kerbside)
  const far = await Desk.open(kerbside)
  const list = async ({ cookie }) =>
    (await kerbside.request('GET', '/api/account', { cookie })).json.sessions
  assert.equal((await list(here)).length, 3)
  const { id } = (await list(there)).find(session => session.this)
  assert.ok(there.cookie.indexOf(id) < 0)
  const priya = await Desk.open(kerbside, { login: 'priya' })
  const end = (desk, body) =>
    post(kerbside, '/api/account/sessions/end', body, { cookie: desk.cookie })
  assert.equal((await end(priya, { id })).status, 404)
  assert.equal((await end(here, { id })).status, 204)
  assert.equal(await ended(there), 4401)
  assert.equal((await kerbside.request('GET', '/api/me', { cookie: there.cookie })).status, 401)
  assert.equal((await end(here, {})).status, 204)
  assert.equal(await ended(far), 4401)
  assert.equal((await list(here)).length, 1)
  for (const desk of [here, priya]) {
    assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
  }
})

test('one\'s own password: the old one is asked for, easy ones are refused, other sessions end', async t => {
  const { kerbside } = await world(t)
  const other = await Desk.open(kerbside)
  const desk = await Desk.open(kerbside)
  const change = async (body, options) =>
    (await post(kerbside, '/api/account/password', body, { cookie: desk.cookie, ...options })).status
  assert.equal(await change({ password: 'not the password', new: NEW_PASSWORD }), 403)
  assert.equal(await change({ password: PASSWORD, new: 'too short' }), 400)
  assert.equal(await change({ password: PASSWORD, new: 'Password2026!' }), 400)
  assert.equal(await change({ password: PASSWORD, new: 'it is sam again' }), 400)
  assert.equal(await change({ password: PASSWORD, new: PASSWORD }), 400)
  assert.equal(await change({ new: NEW_PASSWORD }), 403)
  assert.equal(await change({ password: PASSWORD }), 400)
  assert.equal(await change({ password: PASSWORD, new: NEW_PASSWORD }, { cookie: undefined }), 401)
  assert.equal(await change({ password: PASSWORD, new: NEW_PASSWORD }), 204)
  assert.equal(await ended(other), 4401)
  assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
  assert.equal((await enter(kerbside)).status, 401)
  assert.equal((await enter(kerbside, { password: NEW_PASSWORD })).status, 200)
  assert.ok((await acts(kerbside)).includes('password_changed'))
  for (const word of [PASSWORD, NEW_PASSWORD, 'Password2026!']) assert.ok(!kerbside.log.includes(word))
})

test('an admin adds somebody, who must choose a password of their own first', async t => {
  const { kerbside } = await world(t)
  await addStaff(kerbside, 'ada', 'admin')
  const ada = { cookie: await signIn(kerbside, 'ada') }
  const tom = { login: 'tom', name: 'Tom Ives', initials: 'TI', role: 'trainee', duty: true }
  const { login, password } = await done(kerbside, '/api/staff/add', tom, ada)
  assert.equal(login, 'tom')
  assert.equal((await post(kerbside, '/api/staff/add', tom, ada)).status, 409)
  assert.equal((await post(kerbside, '/api/staff/add', { ...tom, login: 'Tom' }, ada)).status, 400)
  assert.equal((await post(kerbside, '/api/staff/add', { ...tom, login: 't2', role: 'mayor' }, ada)).status, 400)

  const entered = await enter(kerbside, { login, password })
  assert.deepEqual([entered.status, entered.json.must], [200, 'password'])
  const cookie = cookieOf(entered)
  const socket = await WebSocket.open(kerbside.url, { origin: kerbside.origin, cookie })
  assert.equal((await within('the end', socket.ended)).code, 4401)
  await done(kerbside, '/api/account/password', { password, new: NEW_PASSWORD }, { cookie })
  const desk = await Desk.open(kerbside, { cookie })
  assert.equal(desk.welcome.staff.role, 'trainee')

  const { people } = (await kerbside.request('GET', '/api/staff', ada)).json
  const person = people.find(one => one.login === 'tom')
  assert.deepEqual([person.role, person.duty, person.must_change, person.sessions.length],
    ['trainee', true, false, 1])
  assert.equal(kerbside.log.includes(password), false)

  // another role is another start, with the rights of that role
  const change = body => done(kerbside, '/api/staff/change', { id: person.id, ...body }, ada)
  await change({ duty: false })
  assert.equal((await desk.ask('count', { text: 'still here' })).type, 'count')
  await change({ role: 'editor' })
  assert.equal(await ended(desk), 4401)
  const again = await Desk.open(kerbside, { cookie: cookieOf(await enter(kerbside, { login, password: NEW_PASSWORD })) })
  assert.equal((await again.ask('claim', { case: 1, version: 1 })).code, 'not_allowed')
  await done(kerbside, '/api/staff/sign-out', { id: person.id }, ada)
  assert.equal(await ended(again), 4401)

  const reset = await done(kerbside, '/api/staff/password', { id: person.id }, ada)
  assert.notEqual(reset.password, password)
  assert.equal((await enter(kerbside, { login, password: NEW_PASSWORD })).status, 401)
  assert.equal((await enter(kerbside, { login, password: reset.password })).json.must, 'password')
  assert.equal((await post(kerbside, '/api/staff/second-factor-off', { id: person.id }, ada)).status, 409)
  await done(kerbside, '/api/staff/remove', { id: person.id }, ada)
  assert.equal((await enter(kerbside, { login, password: reset.password })).status, 401)
  assert.equal((await post(kerbside, '/api/staff/remove', { id: person.id }, ada)).status, 404)

  const rows = await kerbside.sql(`SELECT s.name, a.act, a.about, a.text FROM audit a
    JOIN staff s ON s.id=a.staff_id WHERE a.about='tom'`)
  assert.deepEqual(rows.map(row => row.join(' ').trim()), ['Ada Cole staff_added tom trainee',
    'Ada Cole duty_changed tom off', 'Ada Cole role_changed tom trainee to editor',
    'Ada Cole session_ended tom all', 'Ada Cole password_reset tom', 'Ada Cole staff_removed tom'])
})

test('only admins look after accounts, and one of them stays', async t => {
  const { kerbside } = await world(t)
  for (const role of ['supervisor', 'editor', 'trainee', 'admin']) await addStaff(kerbside, role, role)
  const posts = ['add', 'change', 'password', 'sign-out', 'second-factor-off', 'remove']
  for (const login of ['sam', 'supervisor', 'editor', 'trainee']) {
    const cookie = await signIn(kerbside, login)
    assert.equal((await kerbside.request('GET', '/api/staff', { cookie })).status, 403, login)
    for (const path of posts) {
      assert.equal((await post(kerbside, `/api/staff/${path}`, { id: 1 }, { cookie })).status, 403, path)
    }
  }
  for (const path of posts) {
    assert.equal((await post(kerbside, `/api/staff/${path}`, { id: 1 })).status, 401, path)
    const elsewhere = { origin: 'https://elsewhere.example', cookie: await signIn(kerbside, 'admin') }
    assert.equal((await post(kerbside, `/api/staff/${path}`, { id: 1 }, elsewhere)).status, 403, path)
  }
  assert.equal((await kerbside.request('GET', '/api/staff')).status, 401)

  const cookie = await signIn(kerbside, 'admin')
  const { people } = (await kerbside.request('GET', '/api/staff', { cookie })).json
  const { id } = people.find(one => one.login === 'admin')
  assert.equal((await post(kerbside, '/api/staff/change', { id, role: 'agent' }, { cookie })).status, 409)
  assert.equal((await post(kerbside, '/api/staff/remove', { id }, { cookie })).status, 409)
  await done(kerbside, '/api/staff/change', { id: 1, role: 'admin' }, { cookie })
  await done(kerbside, '/api/staff/change', { id, role: 'agent' }, { cookie })
  assert.equal((await kerbside.request('GET', '/api/staff', { cookie })).status, 401) // signed out by it
})

// PROTOCOL.md's table of frames: { act: { role: may } }.
function rightsOf () {
  const rows = PROTOCOL.split('## Who may what')[1].split('\n').filter(line => line.startsWith('| '))
    .map(line => line.split('|').slice(1, -1).map(cell => cell.trim()))
  const [, ...roles] = rows[0]
  return Object.fromEntries(rows.slice(2).flatMap(([frames, ...cells]) =>
    [...frames.matchAll(/`(\w+)`/g)].map(([, act]) =>
      [act, Object.fromEntries(roles.map((role, n) => [role, cells[n] !== 'no']))])))
}

test('every frame as every role: what the table refuses is refused, and nothing else', async t => {
  const { kerbside } = await world(t)
  const rights = rightsOf()
  assert.ok(Object.keys(rights).length >= 27)
  for (const role of ['agent', 'trainee', 'editor', 'supervisor', 'admin']) {
    await addStaff(kerbside, role, role)
    const desk = await Desk.open(kerbside, { login: role })
    for (const [act, may] of Object.entries(rights)) {
      if (['look', 'mismatch'].includes(act)) continue // they have no id, and no answer by it
      const answer = await desk.ask(act, { case: 999, version: 1 })
      assert.equal(answer.code === 'not_allowed', !may[role], `${act} as ${role}`)
      assert.equal(desk.welcome.may.includes(act), may[role], `${act} as ${role}`)
    }
  }
})

test('the audit log is read a page at a time by those who may', async t => {
  const { kerbside, x } = await world(t)
  await addStaff(kerbside, 'ada', 'supervisor')
  for (let n = 0; n < 4; n++) await enter(kerbside, { login: 'nobody'.padEnd(60, '!'), password: 'secret words' })
  const desk = await Desk.open(kerbside)
  const ada = await Desk.open(kerbside, { login: 'ada' })
  await x.says('curious', '@NorthmoorHelp do you sell second hand harpsichords')
  await desk.do('claim', await desk.caseOf('curious'))
  await ada.do('release', await ada.caseOf('curious', one => one.state === 'claimed'))
  assert.equal((await desk.ask('audit', { before: null })).code, 'not_allowed')
  const { items, next } = await ada.ask('audit', { before: null })
  assert.equal(next, null)
  assert.deepEqual(items.map(({ by, act, about }) => [by, act, about]), [
    ['Ada Cole', 'case_taken_away', desk.cases.values().next().value.reference],
    ['Ada Cole', 'signed_in', null],
    ['Sam Reed', 'signed_in', null],
    ...Array(4).fill([null, 'sign_in_failed', 'nobody'.padEnd(40, '!')]),
    [null, 'staff_added', 'ada'], [null, 'staff_added', 'priya'], [null, 'staff_added', 'sam']
  ])
  assert.equal(items.at(-1).text, 'command line: agent')
  assert.equal(items[1].address, '127.0.0.1')
  assert.ok(Math.abs(items[0].at - Date.now() / 1000) < 60)
  const rest = await ada.ask('audit', { before: String(items[2].id) })
  assert.deepEqual(rest.items, items.slice(3))
  assert.equal((await ada.ask('audit', { before: 'x' })).code, 'bad_frame')
})

test('kerbside staff: roles, duty, sessions, and what is wrong said', async t => {
  const { kerbside } = await world(t)
  const desk = await Desk.open(kerbside)
  assert.match(await staff(kerbside, 'sessions', 'sam'), /127\.0\.0\.1 +an unknown browser\n$/)
  await staff(kerbside, 'duty', 'sam', 'on')
  await staff(kerbside, 'role', 'sam', 'supervisor')
  assert.equal(await ended(desk), 4401)
  assert.match(await staff(kerbside, 'list'), /^sam +SR +supervisor +duty +- +Sam Reed$/m)
  const second = await Desk.open(kerbside)
  await staff(kerbside, 'sign-out', 'sam')
  assert.equal(await ended(second), 4401)
  assert.equal(await staff(kerbside, 'sessions', 'sam'), '')
  for (const [args, why] of [
    [['role', 'sam', 'mayor'], /a role is agent/],
    [['role', 'nobody', 'agent'], /nobody of that login/],
    [['duty', 'sam', 'perhaps'], /on or off/],
    [['totp-off', 'sam'], /no second factor/],
    [['sessions', 'nobody'], /nobody of that login/],
    [['role', 'sam'], /^usage:/],
    [['promote', 'sam'], /^usage:/]
  ]) {
    const { status, err } = await run(['staff', ...args, '--config', kerbside.config])
    assert.notEqual(status, 0, args.join(' '))
    assert.match(err, why)
  }
  const easy = await run(['staff', 'passwd', 'sam', '--config', kerbside.config], { input: 'password123\n' })
  assert.match(easy.err, /one of the first that somebody would try/)
  assert.deepEqual((await acts(kerbside)).filter(act => act.endsWith(' sam')),
    ['staff_added sam', 'duty_changed sam', 'role_changed sam', 'session_ended sam'])
})

test('every answer carries the headers that keep other sites out', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const answers = [
    await kerbside.request('GET', '/'), await kerbside.request('GET', '/nothing'),
    await kerbside.request('HEAD', '/'), await kerbside.request('DELETE', '/api/account'),
    await kerbside.request('GET', '/api/account', { cookie }), await kerbside.request('GET', '/api/account'),
    await kerbside.request('GET', '/api/staff', { cookie }), await kerbside.request('GET', '/api/me'),
    await enter(kerbside), await enter(kerbside, { password: 'not the password' }),
    await enter(kerbside, {}, { type: 'text/plain' }), await enter(kerbside, {}, { origin: null }),
    await post(kerbside, '/api/sign-in', '{'), await post(kerbside, '/api/account/password', {}, { cookie }),
    await post(kerbside, '/api/sign-out', undefined, { cookie })
  ]
  for (const { headers, status } of answers) {
    assert.match(headers['content-security-policy'], /^default-src 'none';/, String(status))
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.equal(headers['x-frame-options'], 'DENY')
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin')
    assert.equal(headers['cross-origin-resource-policy'], 'same-origin')
    assert.equal(headers['access-control-allow-origin'], undefined)
  }
  for (const { headers } of answers.slice(4)) assert.equal(headers['cache-control'], 'no-store')
  for (const { headers } of answers) {
    for (const set of headers['set-cookie'] ?? []) assert.match(set, /HttpOnly; SameSite=Strict/)
  }
})

test('a connection that brought a body is not used again', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const change = await post(kerbside, '/api/account/password',
    { password: PASSWORD, new: NEW_PASSWORD }, { cookie })
  assert.deepEqual([change.status, change.headers.connection], [204, 'close'])
  const refused = await post(kerbside, '/api/account/password', { password: PASSWORD }, { cookie })
  assert.deepEqual([refused.status, refused.headers.connection], [400, 'close'])
})

test('when somebody was last seen is written down as they work', async t => {
  const { kerbside } = await world(t)
  const cookie = await signIn(kerbside)
  const entered = Math.floor(Date.now() / 1000)
  await kerbside.sql('UPDATE session SET seen_at=seen_at-120')
  await Desk.open(kerbside, { cookie })
  await until('it is written down', async () =>
    (await kerbside.sql('SELECT seen_at FROM session'))[0][0] >= entered - 1) // time(2) may lag behind by a tick
})
