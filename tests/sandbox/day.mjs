// A day at the council, for the demo: residents write, Kerbside answers what it can, and three
// members of staff work in the console, all of it through the real programs. day.jsonl has it line
// by line; the hours there are moved so that the day ends now, which both clocks are left at.
//
//   KERBSIDE=… node tests/sandbox/day.mjs --sandbox URL --kerbside URL --password TEXT
//
// A line is what a resident writes ("from", "text", "private"), what a member of staff does ("by",
// "do", "about" whom, and further members of the frame; "to" are logins), or an order to the sandbox
// ("sandbox", "body").

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Desk, signIn } from '../integration/support/desk.mjs'
import { Kerbside } from '../integration/support/kerbside.mjs'
import { until } from '../integration/support/wait.mjs'
import { Client } from './testing.mjs'

const STAFF = ['sam', 'asha', 'tom']
const END_S = 120 // the last line was so long ago
const TAKEN = /^(case\.(opened|message)|message\.(answered|ignored|thanked))$/
const LEFT = /^reply\.(sent|failed|dropped)$/

const minutes = at => Number(at.slice(0, 2)) * 60 + Number(at.slice(3))

class Day {
  #undone = [] // what could not be done, in words

  constructor (lines, x, desks, endsAtS) {
    Object.assign(this, { lines, x, desks })
    this.shiftS = endsAtS - minutes(lines.at(-1).at) * 60
  }

  async play () {
    for (const line of this.lines) {
      const at = new Date((minutes(line.at) * 60 + this.shiftS) * 1000).toISOString()
      await this.#ask('POST', 'clock', { at })
      if (line.from) await this.#write(line)
      else if (line.by) await this.#act(line)
      else await this.#ask('POST', line.sandbox, line.body)
    }
    return this.#undone
  }

  async #ask (method, path, body) {
    const { status, text } = await this.x.control(method, path, body)
    if (status >= 300) throw new Error(`the sandbox refused ${path}: ${status} ${text}`)
  }

  // Until Kerbside has decided about it, and what it says at once has left. What calls for nothing
  // is told to nobody, so not for long.
  async #write ({ from, name, text, private: secret }) {
    const { events } = this.desks.asha
    const before = events.length
    const came = kinds => events.slice(before).some(({ kind }) => kinds.test(kind))
    if (secret) await this.#ask('POST', 'messages', { handle: from, name, text })
    else await this.#ask('POST', 'posts', { handle: from, name, text })
    await until(`@${from} is read`, () => came(TAKEN) && (!came(/^reply\.queued$/) || came(LEFT)),
      { ms: 1500 }).catch(() => {})
  }

  async #act ({ at, by, do: type, about, ...members }) {
    const desk = this.desks[by]
    const frame = { ...members }
    if (members.to !== undefined) {
      frame.to = [members.to].flat().map(login => this.desks[login].welcome.staff.id)
      if (type === 'pass') frame.to = frame.to[0]
    }
    if (type === 'glance') return this.#glance(desk, about, members.fine)
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
}

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
const x = new Client(values.sandbox)
const lines = readFileSync(new URL('day.jsonl', import.meta.url), 'utf8').trim().split('\n')
  .map(line => JSON.parse(line))

const desks = {}
for (const login of STAFF) {
  const cookie = await signIn(kerbside, login, values.password)
  desks[login] = await Desk.open(kerbside, { login, cookie })
}
// A day's posts are more than X takes in the quarter of an hour that it counts by.
await x.control('POST', 'limits', { mode: 'off' })
try {
  const endsAtS = Math.floor(Date.now() / 1000) - END_S
  const undone = await new Day(lines, x, desks, endsAtS).play()
  for (const what of undone) console.error(`not done: ${what}`)
} finally {
  await x.control('POST', 'clock', { at: null })
  await x.control('POST', 'limits', { mode: 'demo' })
  for (const desk of Object.values(desks)) await desk.close()
}
