// For tests: the two ways of being told, a reader of streams and a receiver of webhooks.

import { once } from 'node:events'
import http from 'node:http'

export const APP = 'sandbox-app-token'

// Things that come one after the other, for whoever asks for the next one.
class Inbox {
  #items = []
  #asking = []
  #over = false

  put (item) {
    const ask = this.#asking.shift()
    if (ask) ask.resolve(item)
    else this.#items.push(item)
  }

  next () {
    if (this.#items.length) return Promise.resolve(this.#items.shift())
    if (this.#over) return Promise.reject(new Error('nothing comes any more'))
    return new Promise((resolve, reject) => this.#asking.push({ resolve, reject }))
  }

  close () {
    this.#over = true
    for (const { reject } of this.#asking) reject(new Error('nothing comes any more'))
  }

  get waiting () { return this.#items.length }
}

// A connection to a stream. `lines` has its lines without their ends, "" being a keep-alive;
// `chunks` the pieces as they came; `end` is "end" or "broken" once it is over.
class Stream {
  lines = new Inbox()
  chunks = []
  #rest = Buffer.alloc(0)

  constructor (response) {
    this.status = response.statusCode
    this.headers = response.headers
    this.end = new Promise(resolve => {
      response.on('end', () => resolve('end'))
      response.on('error', () => resolve('broken'))
    })
    this.end.then(() => this.lines.close())
    response.on('data', bytes => {
      this.chunks.push(bytes)
      this.#rest = Buffer.concat([this.#rest, bytes])
      for (let at; (at = this.#rest.indexOf('\r\n')) >= 0;) {
        this.lines.put(this.#rest.toString('utf8', 0, at))
        this.#rest = this.#rest.subarray(at + 2)
      }
    })
    this.close = () => response.destroy()
  }

  // What came after the last whole line.
  get torn () { return this.#rest.toString('utf8') }

  // The next object, whatever keep-alives come before it.
  async next () {
    const line = await this.lines.next()
    return line === '' ? this.next() : JSON.parse(line)
  }
}

// Resolves when the head of the answer is there; for anything but 200 `json` is its body.
export async function listen (x, path, token = APP) {
  const request = http.get(x.url + path, {
    agent: false, headers: { authorization: `Bearer ${token}`, 'user-agent': 'kerbside-test' }
  })
  const [response] = await once(request, 'response')
  if (response.statusCode === 200) return new Stream(response)
  const pieces = []
  for await (const piece of response) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  const json = text.startsWith('{') ? JSON.parse(text) : undefined
  return { status: response.statusCode, headers: response.headers, text, json }
}

// A webhook on this machine. `events` has { headers, bytes, whole }; `crc (token)` gives the body
// for a challenge, `status` what events are answered with, `silent` leaves them without an answer.
export async function receiver (t, crc) {
  const events = new Inbox()
  const hook = { events, crc, status: 200, silent: false, challenges: [] }
  const server = http.createServer(async (req, res) => {
    const token = new URL(req.url, 'http://here').searchParams.get('crc_token')
    if (req.method === 'GET') {
      hook.challenges.push(token)
      const { status = 200, body } = hook.crc(token)
      res.writeHead(status)
      return res.end(body)
    }
    const pieces = []
    let whole = true
    try {
      for await (const piece of req) pieces.push(piece)
    } catch {
      whole = false
    }
    events.put({ headers: req.headers, bytes: Buffer.concat(pieces), whole })
    if (hook.silent) return
    res.writeHead(hook.status)
    res.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  hook.url = `http://127.0.0.1:${server.address().port}/hook`
  return hook
}
