// The console with somebody in between, who changes what the server says, or says it instead.

import { Desk } from '../integration/support/desk.mjs'
import { checkFrame } from '../peers/protocol.mjs'
import { listen } from './access.mjs'
import { until } from './support.mjs'

const stages = new WeakMap() // by page

// A page whose frames can be changed on their way: `alter` gives what a frame of the server becomes.
// What `answers` has for a type of the console's never gets to the server: it gives the answer, null
// for none yet.
export class Stage {
  alter = frame => frame
  answers = {}
  reachable = true
  #asked = new Set() // what the page waits for

  static async open (council, who) {
    const stage = new Stage()
    stage.council = council
    stage.page = await council.newPage({ viewport: { width: 1280, height: 900 } })
    stages.set(stage.page, stage)
    await stage.page.addInitScript(listen)
    await stage.page.routeWebSocket('**/ws', socket => stage.#take(socket))
    await stage.page.goto(council.consoleUrl)
    await council.signIn(stage.page, who)
    return stage
  }

  #take (socket) {
    if (!this.reachable) {
      socket.close()
      return
    }
    this.socket = socket
    this.#asked.clear()
    const server = socket.connectToServer()
    const send = frame => {
      const text = JSON.stringify(frame)
      checkFrame('server', text)
      socket.send(text)
      this.#asked.delete(frame.id)
    }
    server.onMessage(text => send(this.alter(JSON.parse(text))))
    socket.onMessage(text => {
      const frame = JSON.parse(text)
      const answer = this.answers[frame.type]
      if (!answer) {
        if (frame.id) this.#asked.add(frame.id)
        server.send(text)
        return
      }
      const made = answer(frame)
      if (made) send({ ...made, id: frame.id })
    })
  }

  lose () {
    this.reachable = false
    this.#asked.clear()
    return this.socket.close()
  }

  async go (view) {
    await this.page.evaluate(to => { location.hash = `#/${to}` }, view)
    await this.atRest()
    await this.page.getByText('Fetching', { exact: false }).waitFor({ state: 'detached' })
  }

  // A knowledge page with nothing of what was fetched or begun for the one before, as after a reload.
  async openKnowledge (place, answers) {
    const { page } = this
    await page.evaluate(() => { location.hash = '#/accessibility' })
    await page.getByRole('heading', { name: 'Accessibility statement', level: 1 }).waitFor()
    this.answers = answers
    await page.evaluate(to => { location.hash = `#/knowledge${to}` }, place)
    await page.getByRole('navigation', { name: 'Knowledge' }).waitFor()
  }

  // Until the page has drawn all that it has asked for, and asks for nothing more because of it.
  async atRest () {
    let rounds = 0
    await until('the page is at rest', async () => {
      await this.page.evaluate(() => new Promise(resolve =>
        requestAnimationFrame(() => setTimeout(resolve))))
      rounds = this.#asked.size > 0 ? 0 : rounds + 1
      return rounds === 2
    })
  }

  // The same for a page that may have nobody in between.
  static atRest (page) { return stages.get(page)?.atRest() }

  // A command as another console of the same person would give it.
  async desk () {
    const [{ name, value }] = await this.page.context().cookies()
    const url = this.council.consoleUrl
    return Desk.open({ url, origin: new URL(url).origin }, { cookie: `${name}=${value}` })
  }
}
