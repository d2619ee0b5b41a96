// kerbside x login as a person goes through it, on the sandbox's pages; and kerbside x check.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync
} from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { NEWS, open } from '../sandbox/testing.mjs'
import { run, US, writeConfig } from './support/kerbside.mjs'
import { agree, begin, visit } from './support/login.mjs'
import { until, within } from './support/wait.mjs'

const APP = { client_id: 'sandbox-client', client_secret: 'sandbox-client-secret' }
const CONSUMER = { consumer_key: 'sandbox-consumer', consumer_secret: 'sandbox-consumer-secret' }
const SCOPES = 'tweet.read tweet.write users.read dm.read dm.write offline.access'

const ACCOUNTS = [
  { id: US, handle: 'NorthmoorHelp', token_file: 'help.json' },
  { id: NEWS, handle: 'NorthmoorNews', token_file: 'news.json' }
]

// A sandbox, and a folder with a configuration that goes with it.
async function place (t, { app = APP, accounts = ACCOUNTS } = {}) {
  const x = await open(t)
  const dir = mkdtempSync(join(tmpdir(), 'kerbside-login-'))
  t.after(() => rmSync(dir, { recursive: true, force: true }))
  const config = writeConfig(dir, x.url, { accounts, x: { app_file: 'app.json' } })
  rmSync(join(dir, 'token'))
  const put = (name, tree) => {
    const text = typeof tree === 'string' ? tree : JSON.stringify(tree)
    writeFileSync(join(dir, name), text, { mode: 0o600 })
  }
  put('app.json', app)
  return { x, dir, config, put, read: name => JSON.parse(readFileSync(join(dir, name), 'utf8')) }
}

const ended = login => within('the end of the sign-in', login.ended)

test('an account is signed in, and its tokens serve', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  const asked = new URL(login.url).searchParams
  assert.equal(asked.get('scope'), SCOPES)
  assert.equal(asked.get('code_challenge_method'), 'S256')
  const { status, headers, text } = await visit(await agree(p, login))
  assert.equal(status, 200)
  assert.match(text, /<h1>Signed in<\/h1>\n<p>Signed in as @NorthmoorHelp\./)
  assert.doesNotMatch(text, /script/)
  assert.match(headers.get('content-security-policy'), /^default-src 'none'/)
  assert.equal(headers.get('cache-control'), 'no-store')
  const { status: code, out, err } = await ended(login)
  assert.equal(code, 0, err)
  assert.match(out, /Signed in as @NorthmoorHelp\. The tokens are in .*help\.json/)

  const kept = p.read('help.json')
  assert.deepEqual(Object.keys(kept), ['access_token', 'refresh_token', 'expires_at', 'scope'])
  assert.equal(kept.scope, SCOPES)
  assert.equal(statSync(join(p.dir, 'help.json')).mode & 0o777, 0o600)
  assert.ok(!(out + err).includes(kept.access_token) && !(out + err).includes(kept.refresh_token))
  const me = await p.x.get('/2/users/me',
    { headers: { authorization: `Bearer ${kept.access_token}` } })
  assert.equal(me.json.data.id, US)
  assert.deepEqual((await p.x.requests()).filter(entry => entry.violation), [])
  assert.deepEqual(readdirSync(p.dir).sort(), ['app.json', 'help.json', 'kerbside.json'])
})

test('a public client signs in without a secret', async t => {
  const p = await place(t, { app: { client_id: 'sandbox-public-client' } })
  const login = await begin(t, p)
  await visit(await agree(p, login))
  const { status, err } = await ended(login)
  assert.equal(status, 0, err)
  assert.deepEqual((await p.x.requests()).filter(entry => entry.violation), [])
})

test('the wrong account is refused, given back, and nothing is kept', async t => {
  const p = await place(t)
  p.put('help.json', 'the old one')
  const login = await begin(t, p)
  const { status, text } = await visit(await agree(p, login, { account: 'NorthmoorNews' }))
  assert.equal(status, 400)
  assert.match(text, /<h1>Not signed in<\/h1>/)
  assert.match(text, /X says that this is @NorthmoorNews .*names @NorthmoorHelp .*Nothing was kept/)
  const { status: code, err } = await ended(login)
  assert.equal(code, 1)
  assert.match(err, /^error: X says that this is @NorthmoorNews/)
  assert.equal(readFileSync(join(p.dir, 'help.json'), 'utf8'), 'the old one')
  const { json } = await p.x.control('GET', 'identity')
  assert.equal(json.accounts[1].grants, 1, 'only the one that the sandbox begins with')
})

test('whoever says no, or anything else but the answer, leaves no file', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  const { status, text } = await visit(await agree(p, login, { deny: true }))
  assert.equal(status, 400)
  assert.match(text, /X didn&#39;t let Kerbside in \(access_denied\)/)
  assert.equal((await ended(login)).status, 1)
  assert.ok(!existsSync(join(p.dir, 'help.json')))
})

test('other requests are turned away, and the right one still comes through', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  const back = new URL(await agree(p, login))
  const other = (path, options) => visit(new URL(path, back), options)
  assert.equal((await other('/favicon.ico')).status, 404)
  assert.equal((await other('/callback/')).status, 404)
  assert.equal((await other('/callback', { method: 'POST', body: 'code=a' })).status, 405)
  for (const query of ['', '?', '?code=a', '?state=', '?state=wrong&code=a', '?state=wrong&error=a']) {
    const { status, text } = await other('/callback' + query)
    assert.equal(status, 400, query)
    assert.match(text, /Not this sign-in/)
  }
  const wrong = new URL(back)
  wrong.searchParams.set('state', back.searchParams.get('state').slice(0, -1))
  assert.equal((await visit(wrong)).status, 400)
  assert.equal((await p.x.requests()).filter(({ path }) => path === '/2/oauth2/token').length, 0)
  assert.equal((await visit(back)).status, 200)
  assert.equal((await ended(login)).status, 0)
})

test('a second answer while the first is worked on is refused', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  await p.x.fault({ on: 'token', kind: 'slow', delay_ms: 3000 })
  const back = await agree(p, login)
  const first = visit(back)
  await until('the request for tokens', async () =>
    (await p.x.requests()).some(({ path }) => path === '/2/oauth2/token'))
  const second = await visit(back)
  assert.equal(second.status, 409)
  assert.match(second.text, /answered before/)
  assert.equal((await first).status, 200)
  assert.equal((await ended(login)).status, 0)
})

test('garbage and silent browsers are in nobody\'s way', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  const { port } = new URL(login.callback)
  const raw = bytes => new Promise(resolve => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
    let got = ''
    socket.on('data', piece => { got += piece })
    socket.on('error', () => {})
    socket.on('close', () => resolve(got))
  })
  assert.match(await raw('\r\n\r\n'), /^HTTP\/1\.1 405 /)
  assert.match(await raw('GET\r\n\r\n'), /^HTTP\/1\.1 40[45] /)
  assert.match(await raw('\0\xff GET / HTTP\r\n\r\n'), /^HTTP\/1\.1 405 /)
  assert.equal(await raw('GET /callback?' + 'a'.repeat(20000)), '')
  const silent = Array.from({ length: 10 }, () => net.connect(port, '127.0.0.1'))
  t.after(() => silent.forEach(socket => socket.destroy()))
  for (const socket of silent) socket.on('error', () => {})
  assert.equal((await visit(await agree(p, login))).status, 200)
  assert.equal((await ended(login)).status, 0)
})

const TROUBLES = [
  ['X refuses the code', { on: 'token', kind: 'token_invalid' }, /no tokens for the code/],
  ['X fails', { on: 'token', kind: 'bad_gateway' }, /no tokens for the code/],
  ['X cuts the connection', { on: 'token', kind: 'reset_after' }, /can't be reached|no tokens/],
  ['X doesn\'t say who it is', { on: 'me', kind: 'garbage' }, /whose the tokens are/]
]
for (const [name, fault, said] of TROUBLES) {
  test(`${name}: said, and nothing is kept`, async t => {
    const p = await place(t)
    const login = await begin(t, p)
    const ordered = await p.x.fault(fault)
    assert.ok(ordered.status < 300, ordered.text)
    const { status, text } = await visit(await agree(p, login))
    assert.equal(status, 400)
    assert.match(text, said)
    const { status: code, err } = await ended(login)
    assert.equal(code, 1)
    assert.match(err, said)
    assert.ok(!existsSync(join(p.dir, 'help.json')))
  })
}

test('Ctrl-C leaves nothing behind', async t => {
  const p = await place(t)
  const login = await begin(t, p)
  login.child.kill('SIGINT')
  const { status, err } = await ended(login)
  assert.equal(status, 1)
  assert.match(err, /Given up: nothing was kept/)
  assert.deepEqual(readdirSync(p.dir).sort(), ['app.json', 'kerbside.json'])
})

// The same by a number: `typed` gets the address and gives what is typed; null types nothing more.
async function byNumber (t, p, typed) {
  const child = spawn(process.env.KERBSIDE,
    ['x', 'login', '--pin', '--account', 'NorthmoorHelp', '--config', p.config])
  t.after(() => child.kill('SIGKILL'))
  let out = ''
  let err = ''
  child.stderr.on('data', piece => { err += piece })
  const end = new Promise(resolve => child.on('close', (code, signal) => {
    resolve({ status: code ?? signal, out, err })
  }))
  child.stdout.on('data', piece => { out += piece })
  await within('the question or the end', Promise.race([end, until('the question', () => {
    return child.exitCode !== null || out.endsWith('The number that X shows: ')
  })]))
  const url = /^ {2}(http\S+)$/m.exec(out)?.[1]
  const text = await typed(url, child)
  child.stdin.on('error', () => {})
  child.stdin.end(text ?? '')
  return within('the end of the sign-in', end)
}

test('an account is signed in by a number, and its tokens sign', async t => {
  const p = await place(t, { app: CONSUMER })
  const { status, out, err } = await byNumber(t, p, async url =>
    (await agree(p, { url })) + '\n')
  assert.equal(status, 0, err)
  assert.match(out, /Signed in as @NorthmoorHelp\. The tokens are in /)
  assert.deepEqual(Object.keys(p.read('help.json')), ['oauth_token', 'oauth_token_secret'])
  assert.equal(statSync(join(p.dir, 'help.json')).mode & 0o777, 0o600)
  p.put('news.json', 'sandbox-news-token')
  const checked = await run(['x', 'check', '--config', p.config])
  assert.equal(checked.status, 0, checked.out)
  assert.match(checked.out, /@NorthmoorHelp: OAuth 1\.0a, .*; X says it is @NorthmoorHelp /)
  assert.deepEqual((await p.x.requests()).filter(entry => entry.violation), [])
})

const NUMBERS = [
  ['a wrong number', async (p, url) => { await agree(p, { url }); return '0000001x\n' },
    /no tokens for the number \(X said 401: Could not authenticate you\.\)/],
  ['another account\'s', async (p, url) =>
    (await agree(p, { url }, { account: 'NorthmoorNews' })) + '\n', /another account's tokens/],
  ['no number', async () => null, /there was no number/],
  ['an empty line', async () => '\n', /there was no number/]
]
for (const [name, typed, said] of NUMBERS) {
  test(`by a number, ${name}: said, and nothing is kept`, async t => {
    const p = await place(t, { app: CONSUMER })
    const { status, err } = await byNumber(t, p, url => typed(p, url))
    assert.equal(status, 1)
    assert.match(err, said)
    assert.ok(!existsSync(join(p.dir, 'help.json')))
  })
}

test('by a number, wrong keys and Ctrl-C', async t => {
  const p = await place(t, { app: { ...CONSUMER, consumer_secret: 'wrong' } })
  const wrong = await byNumber(t, p, async () => null)
  assert.equal(wrong.status, 1)
  assert.match(wrong.err, /X gives no address \(X said 401: .*are the consumer key and secret right/)
  p.put('app.json', CONSUMER)
  const { status } = await byNumber(t, p, async (url, child) => {
    assert.ok(url)
    child.kill('SIGINT')
    await within('the end', new Promise(resolve => child.on('exit', resolve)))
  })
  assert.equal(status, 'SIGINT')
  assert.deepEqual(readdirSync(p.dir).sort(), ['app.json', 'kerbside.json'])
})

test('what must be there before is said at once', async t => {
  const p = await place(t, { app: CONSUMER })
  const rows = [
    [['login', '--account', 'NorthmoorHelp'], 1, /app\.json: signing in needs "client_id"/],
    [['login'], 1, /there are several accounts: name one with --account/],
    [['login', '--account', 'Elsewhere'], 1, /no account of that handle/],
    [['check', '--pin'], 2, /^usage: /],
    [['login', '--port', '70000'], 2, /^usage: /],
    [['login', 'more'], 2, /^usage: /],
    [['check', '--account', 'NorthmoorHelp'], 2, /^usage: /],
    [['logout'], 2, /^usage: /]
  ]
  for (const [args, status, said] of rows) {
    const result = await run(['x', ...args, '--config', p.config])
    assert.equal(result.status, status, args.join(' '))
    assert.match(result.err, said)
  }
  p.put('app.json', APP)
  const taken = net.createServer()
  await new Promise(resolve => taken.listen(0, '127.0.0.1', resolve))
  t.after(() => taken.close())
  const { port } = taken.address()
  const result = await run(['x', 'login', '--account', '@northmoorhelp', '--port', String(port),
    '--config', p.config])
  assert.equal(result.status, 1)
  assert.match(result.err, /can't listen there .*--port names another/)
})

test('check says of each account what there is and whose it is', async t => {
  const p = await place(t, { app: { ...APP, ...CONSUMER } })
  const check = () => run(['x', 'check', '--config', p.config])
  const login = await begin(t, p)
  await visit(await agree(p, login))
  await ended(login)
  p.put('news.json', { oauth_token: `${NEWS}-sandbox`, oauth_token_secret: 'sandbox-news-token-secret' })
  const before = readFileSync(join(p.dir, 'help.json'), 'utf8')
  const good = await check()
  assert.equal(good.status, 0, good.out + good.err)
  assert.match(good.out, /^app: client_id, client_secret, consumer_key, consumer_secret$/m)
  assert.match(good.out, /^@NorthmoorHelp: OAuth 2\.0, renewed before 20\S+Z, scopes tweet\.read /m)
  assert.match(good.out, /offline\.access; X says it is @NorthmoorHelp \(1500000000000000001\)$/m)
  assert.match(good.out, /^@NorthmoorNews: OAuth 1\.0a, without end; X says it is @NorthmoorNews /m)
  assert.ok(!good.out.includes('secret-') && !good.out.includes(p.read('help.json').access_token))

  p.put('news.json', 'sandbox-token')
  const other = await check()
  assert.equal(other.status, 1)
  assert.match(other.out,
    /@NorthmoorNews: an OAuth 2\.0 token alone, .*@NorthmoorHelp .*not the configuration's/)

  p.put('news.json', 'sandbox-news-token')
  await p.x.control('POST', 'identity/expire', { account: 'NorthmoorHelp' })
  const late = await check()
  assert.equal(late.status, 1)
  assert.match(late.out, /@NorthmoorHelp: .*; X refuses it: run kerbside x login/)
  assert.equal(readFileSync(join(p.dir, 'help.json'), 'utf8'), before, 'check renews nothing')

  p.put('help.json', { ...JSON.parse(before), expires_at: 1500000000 })
  const past = await check()
  assert.equal(past.status, 0)
  assert.match(past.out, /@NorthmoorHelp: OAuth 2\.0, ended 2017-07-14T02:40:00Z.*; kerbside serve renews it/)

  rmSync(join(p.dir, 'news.json'))
  const gone = await check()
  assert.equal(gone.status, 1)
  assert.match(gone.err, /^error: .*news\.json: can't be read: No such file/m)
  assert.deepEqual((await p.x.requests()).filter(entry => entry.violation), [])
})
