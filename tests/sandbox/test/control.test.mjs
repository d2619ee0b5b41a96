// The control endpoints: writing as a resident, events, the clock, and who may not call.

import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { MENTIONS, open } from '../testing.mjs'

test('writing, listing and deleting', async t => {
  const x = await open(t)
  const { status, json } = await x.control('POST', 'posts',
    { handle: '@Quayside_Jo', name: 'Jo', text: 'Is <it> open & free?', created_at: null })
  assert.equal(status, 201)
  assert.equal(json.conversation_id, json.id)
  const reply = await x.write('no idea', { handle: 'quayside_jo', in_reply_to: json.id })
  const [first, second] = await x.posts()
  assert.deepEqual(first, {
    id: json.id,
    handle: 'Quayside_Jo',
    name: 'Jo',
    text: 'Is <it> open & free?',
    created_at: first.created_at,
    conversation_id: json.id,
    in_reply_to: null,
    ours: false
  })
  assert.equal(second.id, reply)
  assert.equal(second.handle, 'Quayside_Jo')
  assert.equal(second.conversation_id, json.id)
  assert.deepEqual((await x.control('POST', `posts/${reply}/delete`)).json,
    { id: reply, deleted: true })
  assert.equal((await x.control('POST', `posts/${reply}/delete`)).status, 404)
  assert.equal((await x.posts()).length, 1)
})

test('input that makes no sense', async t => {
  const x = await open(t)
  const cases = [
    undefined, [], 'no JSON', {}, { handle: 'a' }, { handle: 'a', text: '' },
    { handle: 'sixteen_letters_', text: 'a' }, { handle: 'a b', text: 'a' },
    { handle: 'a', text: 1 }, { handle: 'a', text: 'a', in_reply_to: '12' },
    { handle: 'a', text: 'a', in_reply_to: 12 }, { handle: 'a', text: 'a', quote: 'x' },
    { handle: 'a', text: 'a', created_at: 'yesterday' }, { handle: 'a', text: 'a', reply: '1' },
    { handle: 'a', text: 'a'.repeat(25001) }
  ]
  for (const body of cases) {
    const { status, json } = await x.control('POST', 'posts', body)
    assert.equal(status, 400, JSON.stringify(body))
    assert.equal(typeof json.error, 'string')
  }
  assert.equal((await x.control('GET', 'nothing')).status, 404)
  assert.deepEqual(await x.posts(), [])
})

test('the log tells who broke the rules', async t => {
  const x = await open(t)
  await x.get(MENTIONS)
  const { hostname, port } = new URL(x.url)
  await new Promise(resolve => http.get({
    hostname, port, path: '/2/users/me', headers: { authorization: `Bearer ${x.token}` }
  }, response => response.resume().on('end', resolve)))
  const [good, bare] = await x.requests()
  assert.deepEqual(good, { method: 'GET', path: MENTIONS, status: 200, at: good.at })
  assert.match(good.at, /Z$/)
  assert.equal(bare.violation, 'no User-Agent')
  await x.control('DELETE', 'requests')
  assert.deepEqual(await x.requests(), [])
})

test('nobody from elsewhere', async t => {
  const x = await open(t)
  const { port } = new URL(x.url)
  const ask = (headers, path = '/sandbox/posts', method = 'GET') => new Promise(resolve => {
    http.request({ host: '127.0.0.1', port, path, method, headers }, response => {
      response.resume()
      resolve(response.statusCode)
    }).end()
  })
  const host = `127.0.0.1:${port}`
  for (const [headers, status] of [
    [{ host }, 200],
    [{ host: `localhost:${port}` }, 200],
    [{ host, origin: `http://${host}` }, 200],
    [{ host: 'sandbox.northmoor.example' }, 403],
    [{ host: `127.0.0.1.northmoor.example:${port}` }, 403],
    [{ host, origin: 'https://northmoor.example' }, 403],
    [{ host, origin: 'http://127.0.0.1:1' }, 403],
    [{ host, origin: 'null' }, 403]
  ]) {
    assert.equal(await ask(headers), status, JSON.stringify(headers))
  }
  assert.equal(await ask({ host: 'northmoor.example' }, '/'), 403)
  assert.equal(await ask({ host, origin: 'null' }, '/sandbox/posts', 'POST'), 403)
})

test('the clock stamps posts and is passed on', async t => {
  const got = []
  let answer = 204
  const kerbside = http.createServer((req, res) => {
    let text = ''
    req.on('data', piece => { text += piece })
    req.on('end', () => {
      got.push([req.method, req.url, JSON.parse(text)])
      res.writeHead(answer).end()
    })
  })
  await new Promise(resolve => kerbside.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${kerbside.address().port}`
  const x = await open(t, { kerbside: address })
  const at = '2030-01-07T10:00:00+00:00'
  const moved = await x.control('POST', 'clock', { at })
  assert.equal(moved.json.kerbside, 'set')
  assert.match(moved.json.at, /^2030-01-07T10:00:0/)
  assert.deepEqual(got, [['POST', '/demo/clock', { at }]])
  await x.write('@NorthmoorHelp hello from the future')
  assert.match((await x.posts())[0].created_at, /^2030-01-07T10:00:/)
  const clock = (await x.control('GET', 'clock')).json
  assert.equal(clock.moved, true)
  assert.equal(clock.kerbside_url, address)
  answer = 404
  assert.equal((await x.control('POST', 'clock', { at: null })).json.kerbside, 'refused')
  assert.deepEqual(got[1][2], { at: null })
  assert.equal((await x.control('GET', 'clock')).json.moved, false)
  await new Promise(resolve => kerbside.close(resolve))
  assert.equal((await x.control('POST', 'clock', { at })).json.kerbside, 'unreachable')
  assert.equal((await x.control('POST', 'clock', { at: 'noon' })).status, 400)
  assert.equal((await x.control('POST', 'clock', {})).status, 400)
})

test('without Kerbside the clock is ours alone', async t => {
  const x = await open(t)
  const { json } = await x.control('POST', 'clock', { at: '2030-01-07T10:00:00Z' })
  assert.equal(json.kerbside, 'not given')
  assert.equal((await x.control('GET', 'clock')).json.kerbside_url, null)
})

test('events as they happen', async t => {
  const x = await open(t)
  const leave = new AbortController()
  const stream = await fetch(x.url + '/sandbox/events', { signal: leave.signal })
  assert.match(stream.headers.get('content-type'), /^text\/event-stream/)
  const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  const until = async words => {
    while (!seen.includes(words)) seen += (await reader.read()).value
  }
  await until('retry: 1000')
  const id = await x.write('hello')
  await until('event: post\ndata: {"id":"' + id)
  await x.control('POST', `posts/${id}/delete`)
  await until(`event: deleted\ndata: {"id":"${id}"}\n\n`)
  await x.control('POST', 'clock', { at: null })
  await until('event: clock\n')
  leave.abort()
})

test('the page comes with its rules', async t => {
  const x = await open(t)
  for (const [path, type] of [['/', 'text/html'], ['/page.js', 'text/javascript'],
    ['/page.css', 'text/css']]) {
    const { status, headers } = await x.get(path)
    assert.equal(status, 200)
    assert.ok(headers.get('content-type').startsWith(type))
    assert.match(headers.get('content-security-policy'), /^default-src 'none'; script-src 'self';/)
  }
  assert.equal((await x.send('POST', '/', { body: {} })).status, 405)
})
