// A day at the council, for the demo: residents write, Kerbside answers what it can, and staff work
// in the console, all of it through the real programs. day.jsonl has it line by line, at the
// council's hours. It is played on the newest working day on which these are over, and both clocks
// are left at its end: whoever comes then finds the desk at work, on a Sunday night too.
//
//   KERBSIDE=… node tests/sandbox/day.mjs --sandbox URL --kerbside URL --password TEXT
//
// A line is what somebody writes ("from", "text", "private", and "under" whose post it stands), what
// a member of staff does ("by", "do", "about" whom, and further members of the frame; "to" are
// logins), or an order to the sandbox ("sandbox", "body").

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Desk, signIn } from '../integration/support/desk.mjs'
import { Kerbside, Resident } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'
import { Client, NEWS, US } from './testing.mjs'

const STAFF = ['sam', 'asha', 'tom', 'edie']
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const PAUSE_MS = 2 * 60_000 // the last line was so long ago
const SOON_MS = 1500 // what calls for something is told within that, mostly
const TAKEN = /^(reply\.elsewhere|case\.(opened|message)|message\.(answered|ignored|thanked))$/
const LEFT = /^reply\.(sent|failed|dropped|withheld)$/
const PUBLIC_FEEDS = [US, NEWS].flatMap(id => [`/2/users/${id}/mentions`, `/2/users/${id}/tweets`])
const PRIVATE_FEED = '/2/dm_events' // of both accounts
const ON_ITS_WAY = ['held', 'queued', 'sending', 'unknown']

const london = { timeZone: 'Europe/London' }
const date = new Intl.DateTimeFormat('en-GB', { ...london, year: 'numeric', month: '2-digit', day: '2-digit' })
const clock = new Intl.DateTimeFormat('en-GB', { ...london, timeStyle: 'short' })

const read = path => readFileSync(new URL(path, import.meta.url), 'utf8')
const LINES = read('day.jsonl').trim().split('\n').map(line => JSON.parse(line))
const { events } = JSON.parse(read('../../config/bank-holidays.json'))['england-and-wales']
const HOLIDAYS = new Set(events.map(holiday => holiday.date))

// "2026-11-22"
function dayOf (at) {
  const parts = Object.fromEntries(date.formatToParts(at).map(({ type, value }) => [type, value]))
  return `${parts.year}-${parts.month}-${parts.day}`
}

// The moment at which clocks in London, which is at most an hour ahead of UTC, show this.
function moment (day, at) {
  const utc = Date.parse(`${day}T${at}:00Z`)
  return clock.format(utc) === at ? utc : utc - HOUR_MS
}

// The newest working day whose last line is over `now`.
function workingDay (now) {
  for (let back = 0; ; back++) {
    const day = dayOf(now - back * DAY_MS)
    const weekend = [0, 6].includes(new Date(day).getUTCDay())
    if (!weekend && !HOLIDAYS.has(day) && moment(day, LINES.at(-1).at) + PAUSE_MS <= now) return day
  }
}

class Day {
  #undone = [] // what could not be done, in words

  constructor (x, desks, say) {
    Object.assign(this, { x: new Resident(x.url), desks, say })
  }

  async play (day) {
    let hour
    for (const line of LINES) {
      await this.#setClock(moment(day, line.at))
      if (hour !== line.at.slice(0, 2)) this.say(`${hour = line.at.slice(0, 2)}:00`)
      if (line.from) await this.#write(line)
      else if (line.by) await this.#act(line)
      else await this.#ask('POST', line.sandbox, line.body)
    }
    await this.#setClock(moment(day, LINES.at(-1).at) + PAUSE_MS)
    await this.#settle()
    return this.#undone
  }

  async #ask (method, path, body) {
    const { status, text, json } = await this.x.control(method, path, body)
    if (status >= 300) throw new Error(`the sandbox refused ${path}: ${status} ${text}`)
    return json
  }

  async #setClock (at) {
    const { kerbside } = await this.#ask('POST', 'clock', { at: new Date(at).toISOString() })
    if (kerbside !== 'set') throw new Error(`Kerbside's clock could not be moved: ${kerbside}`)
  }

  // Until Kerbside has decided about it, and what it says at once has left. What calls for nothing is
  // told to nobody: it is decided when all that can be read was read since.
  async #write ({ from, name, text, under, private: secret }) {
    const parent = await this.#parent(from, under)
    const { asha, asha: { events } } = this.desks
    const before = events.length
    const came = kinds => events.slice(before).some(({ kind }) => kinds.test(kind))
    if (secret) await this.#ask('POST', 'messages', { handle: from, name, text })
    else await this.#ask('POST', 'posts', { handle: from, name, text, ...parent })
    await until(`@${from} is told of`, () => came(TAKEN), { ms: SOON_MS }).catch(() => this.#read(secret))
    await asha.caughtUp()
    await until(`the answer to @${from} has left`, () => !came(/^reply\.queued$/) || came(LEFT))
  }

  async #read (secret) {
    if (secret) return this.x.sweeps(4, PRIVATE_FEED)
    await Promise.all(PUBLIC_FEEDS.map(path => this.x.sweeps(2, path)))
  }

  // The newest post of `under` that has to do with `from`, once it is there.
  async #parent (from, under) {
    if (!under) return {}
    return until(`@${under} wrote what @${from} answers`, async () => {
      const posts = await this.#ask('GET', 'posts')
      const theirs = posts.filter(({ handle }) => handle === from).map(({ id }) => id)
      const found = posts.filter(({ handle, ours, in_reply_to: parent }) =>
        handle === under && (!ours || theirs.includes(parent))).at(-1)
      return found && { in_reply_to: found.id }
    })
  }

  async #act ({ at, by, do: type, about, ...members }) {
    const desk = this.desks[by]
    const frame = { ...members }
    if (members.to !== undefined) {
      frame.to = [members.to].flat().map(login => this.desks[login].welcome.staff.id)
      if (type === 'pass') frame.to = frame.to[0]
    }
    if (type === 'glance') return this.#glance(desk, about, members.fine)
    await desk.caughtUp()
    const cases = this.#casesOf(desk, about)
    if (cases.includes(undefined)) {
      this.#undone.push(`${at} ${by} ${type}: there is no case of ${about}`)
      return
    }
    if (type === 'bulk') {
      frame.cases = cases.map(({ id, version }) => ({ case: id, version }))
    } else if (type === 'approve' || type === 'return') {
      frame.reply = await this.#proposed(desk, cases[0])
    } else if (cases.length) {
      Object.assign(frame, { case: cases[0].id, version: cases[0].version })
    }
    let answer = await desk.ask(type, frame)
    if (answer.code === 'stale') {
      answer = await desk.ask(type, { ...frame, version: answer.case.version })
    }
    if (answer.type === 'refused') this.#undone.push(`${at} ${by} ${type}: ${answer.text}`)
  }

  async #glance (desk, about, fine) {
    const { items } = await desk.ask('list', { tray: 'answered', before: null })
    const found = items.find(({ handle }) => handle === about)
    if (found) await desk.ask('glance', { message: found.message, fine })
    else this.#undone.push(`nothing was answered to ${about}`)
  }

  // The newest case of each of these residents, as this desk knows it.
  #casesOf (desk, about) {
    const handles = about === undefined ? [] : [about].flat()
    return handles.map(handle => [...desk.cases.values()]
      .filter(({ resident }) => resident.handle === handle).sort((a, b) => b.id - a.id)[0])
  }

  async #proposed (desk, { id }) {
    const { replies } = await desk.ask('open', { case: id })
    return replies.find(({ state }) => state === 'proposed')?.id ?? 0
  }

  // Until all that staff said has left, or failed.
  async #settle () {
    const { asha } = this.desks
    for (const id of asha.cases.keys()) {
      await until('what staff said has left', async () => {
        const { replies } = await asha.ask('open', { case: id })
        return !replies.some(({ state }) => ON_ITS_WAY.includes(state))
      })
    }
  }
}

// Plays it. `x` is the sandbox's client, `say` is told each hour that begins. The day that was
// played, such as "2026-11-20", and what of it could not be done, in words.
export async function playDay ({ x, kerbside, password, say = () => {}, now = Date.now() }) {
  const desks = {}
  // A day's posts are more than X takes in the quarter of an hour that it counts by.
  await x.control('POST', 'limits', { mode: 'off' })
  try {
    for (const login of STAFF) {
      const cookie = await signIn(kerbside, login, password)
      desks[login] = await Desk.open(kerbside, { login, cookie })
    }
    const day = workingDay(now)
    return { day, undone: await new Day(x, desks, say).play(day) }
  } finally {
    await x.control('POST', 'limits', { mode: 'demo' })
    for (const desk of Object.values(desks)) await desk.close()
  }
}

async function main () {
  const { values } = parseArgs({
    options: {
      sandbox: { type: 'string' },
      kerbside: { type: 'string' },
      password: { type: 'string' }
    }
  })
  const kerbside = new Kerbside('', '')
  kerbside.url = values.kerbside
  kerbside.origin = values.kerbside.replace(/\/$/, '')
  const { undone } = await playDay({
    x: new Client(values.sandbox),
    kerbside,
    password: values.password,
    say: hour => process.stdout.write(` ${hour}`)
  })
  process.stdout.write('\n')
  for (const what of undone) console.error(`not done: ${what}`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main()
