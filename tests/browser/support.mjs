// A whole council for a test: the sandbox, the real kerbside with a database of its own, staff, and
// pages in Chromium that play residents and staff. Nothing here waits for a time, only for
// something to be so; what takes longer than `patience` has failed.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import { chromium } from 'playwright-core'
import { checkFrame } from '../peers/protocol.mjs'
import { startSandbox } from '../sandbox/sandbox.mjs'
import { Client } from '../sandbox/testing.mjs'

const patience = 60_000 // for the slowest of machines: what is there earlier costs nothing
const fromRoot = path => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const KERBSIDE = process.env.KERBSIDE ?? fromRoot('build/release/kerbside')
const SQL = process.env.KERBSIDE_SQL ?? fromRoot('build/release/tests/integration/tests_sql')
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const TOKENS = ['sandbox-token', 'sandbox-news-token'] // in the order of the accounts
const [TOKEN] = TOKENS
export const PASSWORD = 'browser-test-password'

export const STAFF = {
  sam: { login: 'sam', name: 'Sam Reed', initials: 'SR', role: 'agent' },
  asha: { login: 'asha', name: 'Asha Malik', initials: 'AM', role: 'supervisor' },
  tom: { login: 'tom', name: 'Tom Ives', initials: 'TI', role: 'trainee' },
  edie: { login: 'edie', name: 'Edie Park', initials: 'EP', role: 'editor' }
}

// Moments by the council's clock, chosen so that the bank holidays are known.
export const IN_HOURS = '2027-03-24T10:00' // a Wednesday
export const BEFORE_EASTER = '2027-03-25T21:00' // Thursday: back on Tuesday, after Easter Monday

// Waits until `look` gives something true, and gives that.
export async function until (what, look) {
  const end = Date.now() + patience
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > end) assert.fail(`waited in vain until ${what}`)
    await pause(20)
  }
}

// The link that the knowledge base has for an intent.
export function linkOf (id) {
  const file = fromRoot(`kb/content/${id.split('.')[0]}.json`)
  const intent = JSON.parse(readFileSync(file, 'utf8')).intents.find(one => one.id === id)
  assert.ok(intent, `the knowledge base has no intent ${id}`)
  return intent.link
}

// What each context would start besides its page: a process held ready for the next, and two pages in
// which a window with nobody before it would suggest addresses. The last list counts, so that what
// Playwright switches off and a page could notice stands here too.
const NEEDLESS = ['SpareRendererForSitePerProcess', 'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'BoundaryEventDispatchTracksNodeRemoval',
  'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'MediaRouter', 'OptimizationHints', 'PaintHolding',
  'RenderDocument', 'ThirdPartyStoragePartitioning', 'Translate']

let browser
async function launch () {
  browser ??= await chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--disable-features=${NEEDLESS}`]
  })
  return browser
}

export async function closeBrowser () {
  await browser?.close()
  browser = undefined
}

export class Council {
  log = ''
  troubles = []
  forgiven = [/\/api\/me .* 401 /] // how a browser says "not signed in yet"
  contexts = []

  async open ({ staff = [STAFF.sam, STAFF.asha], conf = {} } = {}) {
    this.conf = conf
    assert.ok(existsSync(KERBSIDE), `${KERBSIDE} is missing: build it, or set KERBSIDE`)
    assert.ok(existsSync(CHROMIUM), `${CHROMIUM} is missing: install it, or set CHROMIUM`)
    this.folder = mkdtempSync(join(tmpdir(), 'kerbside-browser-'))
    this.sandbox = await startSandbox({ token: TOKEN })
    this.x = new Client(this.sandbox.url, TOKEN)
    TOKENS.forEach((token, n) =>
      writeFileSync(join(this.folder, `token-${n}`), token, { mode: 0o600 }))
    writeFileSync(join(this.folder, 'app.json'), '{"bearer_token":"sandbox-app-token"}',
      { mode: 0o600 })
    this.configure(0)
    for (const one of staff) this.addStaff(one)
    await this.startKerbside()
    // Each needs the other's address: the sandbox learns it last, before a page is open.
    this.sandbox.control.kerbside = this.consoleUrl
    this.configure(Number(new URL(this.consoleUrl).port))
    await launch()
  }

  configure (port) {
    const demo = JSON.parse(readFileSync(fromRoot('config/demo.json'), 'utf8'))
    writeFileSync(join(this.folder, 'kerbside.json'), JSON.stringify({
      ...demo,
      kb: fromRoot('kb/content'),
      database: join(this.folder, 'kerbside.db'),
      hours: { ...demo.hours, holidays: fromRoot('config/bank-holidays.json') },
      x: {
        ...demo.x,
        api: this.sandbox.url.replace(/\/$/, ''),
        timeout_ms: patience, // the sandbox shares its process with the test
        poll_every_ms: 1000, // the stream tells of what is new
        app_file: join(this.folder, 'app.json')
      },
      accounts: demo.accounts.map((one, n) =>
        ({ ...one, token_file: join(this.folder, `token-${n}`) })),
      ...this.conf,
      console: { ...demo.console, undo_s: 0, ...this.conf.console, port }
    }, null, 2))
  }

  addStaff ({ login, name, initials, role }) {
    const args = ['staff', 'add', login, '--name', name, '--initials', initials, '--role', role]
    const { status, stderr } = spawnSync(KERBSIDE, [...args, '--config', this.config],
      { input: PASSWORD + '\n', encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }

  get config () { return join(this.folder, 'kerbside.json') }

  async startKerbside () {
    const child = spawn(KERBSIDE, ['serve', '--config', this.config],
      { stdio: ['ignore', 'pipe', 'pipe'] })
    this.kerbside = child
    this.ended = once(child, 'exit')
    child.stderr.setEncoding('utf8').on('data', text => { this.log += text })
    const lines = createInterface({ input: child.stdout })
    const [line] = await Promise.race([once(lines, 'line'), this.ended])
    const ready = /^kerbside ready (http\S+)$/.exec(line)
    assert.ok(ready, `kerbside did not start: ${line}\n${this.log}`)
    this.consoleUrl = ready[1]
  }

  async endKerbside (signal) {
    this.kerbside?.kill(signal)
    return this.ended
  }

  killKerbside () { return this.endKerbside('SIGKILL') }

  async stopKerbside () {
    const [status, signal] = await this.endKerbside('SIGTERM')
    assert.equal(status, 0, `kerbside ended with ${status ?? signal}\n${this.log}`)
  }

  // What the database has: rows of texts.
  sql (statement) {
    const { status, stdout, stderr } = spawnSync(SQL, [join(this.folder, 'kerbside.db'), statement],
      { encoding: 'utf8' })
    assert.equal(status, 0, `${statement}: ${stderr}`)
    return stdout.split('\n').slice(0, -1).map(line => line.split('\t'))
  }

  // --- pages ---

  async newPage (options = {}) {
    const context = await (await launch()).newContext({
      viewport: { width: 1280, height: 900 }, locale: 'en-GB', reducedMotion: 'reduce', ...options
    })
    this.contexts.push(context)
    context.setDefaultTimeout(patience)
    const page = await context.newPage()
    const own = [this.sandbox.url, this.consoleUrl]
    page.on('console', message => {
      if (!['error', 'warning'].includes(message.type())) return
      this.trouble(`${message.location().url} says: ${message.text()}`)
    })
    page.on('pageerror', error => this.trouble(`${page.url()} threw: ${error.stack}`))
    page.on('websocket', socket => {
      const hold = side => ({ payload }) => {
        try {
          checkFrame(side, payload)
        } catch (error) {
          this.trouble(error.message)
        }
      }
      socket.on('framesent', hold('client'))
      socket.on('framereceived', hold('server'))
    })
    page.on('request', request => {
      const url = request.url()
      if (!own.some(address => url.startsWith(address)) && !/^(data|blob):/.test(url)) {
        this.trouble(`a page asked for ${url}`)
      }
    })
    return page
  }

  trouble (text) {
    if (!this.forgiven.some(pattern => pattern.test(text + ' '))) this.troubles.push(text)
  }

  // From here on a lost connection is what the test is about.
  forgiveLostConnections () {
    this.forgiven.push(/WebSocket (connection to .* failed|is already in CLOSING or CLOSED state)/,
      /net::ERR_(CONNECTION_\w+|CONTENT_LENGTH_MISMATCH|EMPTY_RESPONSE|INTERNET_DISCONNECTED|SOCKET_NOT_CONNECTED)/)
  }

  // The sandbox's page, where people play residents.
  async residentPage (options) {
    const page = await this.newPage(options)
    await page.goto(this.sandbox.url)
    await page.locator('#clock').waitFor()
    return page
  }

  // The console, signed in.
  async staffPage (who = 'sam', options) {
    const page = await this.newPage(options)
    await page.goto(this.consoleUrl)
    await this.signIn(page, who)
    return page
  }

  async signIn (page, who, password = PASSWORD) {
    await page.getByTestId('login').fill(who)
    await page.getByTestId('password').fill(password)
    await page.getByTestId('sign-in-submit').click()
    await page.getByTestId('connection').filter({ hasText: /^Connected$/ }).waitFor()
  }

  check () {
    assert.deepEqual(this.troubles, [], 'what the browser complained about')
    const broken = this.sandbox.log.entries.filter(entry => entry.violation)
    assert.deepEqual(broken, [], 'requests that X would not forgive')
  }

  // --- what residents wrote, and what came of it ---

  async ourReplies (conversation) {
    const posts = await this.x.posts()
    return posts.filter(post => post.ours && post.conversation_id === conversation)
  }

  // After this, whatever was going to be said to earlier messages has been said: replies leave in
  // the order in which they were decided, and this later message has its answer.
  async everythingSaid () {
    const id = await this.x.write('@NorthmoorHelp how do I join the library?',
      { handle: `reader_${this.readers = (this.readers ?? 0) + 1}` })
    await until('a later message is answered', async () => (await this.ourReplies(id)).length > 0)
  }

  async closePages () {
    for (const context of this.contexts.splice(0)) await context.close()
  }

  async close () {
    await this.closePages()
    await this.killKerbside()
    await this.sandbox?.stop()
    if (this.folder) rmSync(this.folder, { recursive: true })
  }
}

// --- on the sandbox's page ---

// Posts as a resident; the thread in which it stands.
export async function post (page, text, handle = 'elm_close_sam') {
  const known = await page.locator(`#handle option[value="${handle}"]`).count()
  await page.locator('#handle').selectOption(known ? handle : '')
  if (!known) await page.locator('#handle-other').fill(handle)
  await page.locator('#text').fill(text)
  const [response] = await Promise.all([
    page.waitForResponse(answer => answer.url().endsWith('/sandbox/posts') &&
      answer.request().method() === 'POST'),
    page.locator('#post').click()
  ])
  assert.equal(response.status(), 201)
  const { conversation_id: id } = await response.json()
  const thread = page.locator(`.thread[data-id="${id}"]`)
  await thread.waitFor()
  return { id, thread, ours: thread.locator('.post--ours .post__text') }
}

// Moves the clock of both to a wall-clock time at the council, or to what a button says.
export async function setClock (page, at) {
  const button = page.locator('#clock').getByRole('button', { name: at, exact: true })
  const [response] = await Promise.all([
    page.waitForResponse(answer => answer.url().endsWith('/sandbox/clock') &&
      answer.request().method() === 'POST'),
    await button.count() ? button.click() : setOtherTime(page, at)
  ])
  assert.equal((await response.json()).kerbside, 'set')
}

async function setOtherTime (page, at) {
  await page.locator('#clock-at').fill(at)
  await page.locator('#clock-set').click()
}

// --- in the console ---

export const row = (page, text) => page.getByTestId('case-row').filter({ hasText: text })

export async function openCase (page, text) {
  await row(page, text).getByRole('link').click()
  await page.getByTestId('conversation').waitFor()
}

// The focus is brought there by what was done, and that can take a moment.
export const focusOn = (page, testId) => until(`the focus is on ${testId}`, () =>
  page.evaluate(wanted => document.activeElement.dataset.testid === wanted, testId))

export const focusOnHeading = page => until('the focus is on the heading', () =>
  page.evaluate(() => document.activeElement.localName === 'h1'))

// What stood in a box has been taken, and the focus is in it again.
export async function taken (page, box) {
  await until('the box is empty', async () => await box.inputValue() === '')
  await focusOn(page, await box.getAttribute('data-testid'))
}

// Tab by Tab until `target` has the focus, which must be seen on the way; or back, with Shift+Tab.
export async function tabTo (page, target, key = 'Tab') {
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press(key)
    const seen = await page.evaluate(() => {
      // Between the page's last element and its first the browser itself has it.
      if (document.activeElement === document.body) return true
      const style = getComputedStyle(document.activeElement)
      return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
    })
    assert.ok(seen, await page.evaluate(() =>
      `the focus can't be seen on ${document.activeElement.outerHTML.slice(0, 200)}`))
    if (await target.evaluate(one => one === document.activeElement)) return
  }
  assert.fail(`the keyboard does not reach ${target}`)
}

// No violation of WCAG 2.2 A and AA that axe can see in the page as it is now. For what access*.test.mjs
// don't bring about: they look at most states, and more closely.
export async function assertAccessible (page, where) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
    resultTypes: ['violations'],
    preload: false
  }))
  const found = violations.map(one => `${one.id}: ${one.help}\n` +
    one.nodes.map(node => `    ${node.html}\n    ${node.failureSummary}`).join('\n'))
  assert.deepEqual(found, [], `${where} keeps somebody out`)
}

export async function assertNoSidewaysScrolling (page, where) {
  const { wide, seen } = await page.evaluate(() => ({
    wide: document.scrollingElement.scrollWidth, seen: document.documentElement.clientWidth
  }))
  assert.ok(wide <= seen, `${where} is ${wide} px wide where ${seen} are seen`)
}
