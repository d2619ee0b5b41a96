// The console with somebody in between, who changes what the server says, or says it instead.

import { Desk } from '../integration/support/desk.mjs'
import { checkFrame } from '../peers/protocol.mjs'
import { listen } from './access.mjs'

// A page whose frames can be changed on their way: `alter` gives what a frame of the server becomes.
// What `answers` has for a type of the console's never gets to the server: it gives the answer, null
// for none yet.
export class Stage {
  alter = frame => frame
  answers = {}
  reachable = true

  static async open (council, who) {
    const stage = new Stage()
    stage.council = council
    stage.page = await council.newPage({ viewport: { width: 1280, height: 900 } })
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
    const server = socket.connectToServer()
    const send = frame => {
      const text = JSON.stringify(frame)
      checkFrame('server', text)
      socket.send(text)
    }
    server.onMessage(text => send(this.alter(JSON.parse(text))))
    socket.onMessage(text => {
      const frame = JSON.parse(text)
      const answer = this.answers[frame.type]
      if (!answer) {
        server.send(text)
        return
      }
      const made = answer(frame)
      if (made) send({ ...made, id: frame.id })
    })
  }

  lose () {
    this.reachable = false
    return this.socket.close()
  }

  async go (view) {
    await this.page.evaluate(to => { location.hash = `#/${to}` }, view)
    await this.page.getByText('Fetching', { exact: false }).waitFor({ state: 'detached' })
  }

  // A command as another console of the same person would give it.
  async desk () {
    const [{ name, value }] = await this.page.context().cookies()
    const url = this.council.consoleUrl
    return Desk.open({ url, origin: new URL(url).origin }, { cookie: `${name}=${value}` })
  }
}
