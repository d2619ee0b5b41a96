// A websocket client (RFC 6455) over node:net, small enough to send what a browser would never send:
// broken frames, wrong origins, frames in pieces.

import { createHash, randomBytes } from 'node:crypto'
import { EventEmitter } from 'node:events'
import net from 'node:net'
import { within } from './wait.mjs'

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

export const TEXT = 1
export const BINARY = 2
const CONTINUATION = 0
const CLOSE = 8
const PING = 9
const PONG = 10

// The handshake was answered with another status than 101, or not at all (status 0).
export class Refused extends Error {
  constructor (status) {
    super(`websocket refused with ${status}`)
    this.status = status
  }
}

// Emits "text" for each text frame, and "end" with { code, reason }; code is 1006 without a close
// frame.
export class WebSocket extends EventEmitter {
  pongs = true // it answers pings, as every browser does
  #socket
  #rest = Buffer.alloc(0)
  #pieces = []
  #ending = { code: 1006, reason: '' }

  // Resolves once the server has agreed; rejects with Refused otherwise. `protocol` null: none.
  static open (url, { origin, cookie, protocol = 'kerbside.v1' } = {}) {
    const { hostname, port, host } = new URL(url)
    const key = randomBytes(16).toString('base64')
    const head = [
      'GET /ws HTTP/1.1', `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade',
      `Sec-WebSocket-Key: ${key}`, 'Sec-WebSocket-Version: 13'
    ]
    if (protocol) head.push(`Sec-WebSocket-Protocol: ${protocol}`)
    if (origin) head.push(`Origin: ${origin}`)
    if (cookie) head.push(`Cookie: ${cookie}`)
    const socket = net.connect(Number(port), hostname)
    const agreed = new Promise((resolve, reject) => {
      let bytes = Buffer.alloc(0)
      const refused = () => reject(new Refused(0))
      const onData = piece => {
        bytes = Buffer.concat([bytes, piece])
        const end = bytes.indexOf('\r\n\r\n')
        if (end < 0) return
        const [line, ...headers] = bytes.toString('latin1', 0, end).split('\r\n')
        const status = Number(line.split(' ')[1])
        const accept = headers.find(header => /^sec-websocket-accept:/i.test(header))
        const wanted = createHash('sha1').update(key + GUID).digest('base64')
        socket.off('data', onData)
        socket.off('close', refused)
        if (status !== 101 || accept?.split(':')[1].trim() !== wanted) {
          socket.destroy()
          return reject(new Refused(status))
        }
        resolve(new WebSocket(socket, bytes.subarray(end + 4)))
      }
      socket.on('data', onData)
      socket.on('error', () => {})
      socket.on('close', refused)
      socket.write(head.join('\r\n') + '\r\n\r\n')
    })
    return within('the answer to a websocket handshake', agreed)
  }

  constructor (socket, first) {
    super()
    this.#socket = socket
    // After the close: whoever asks later still gets it.
    this.ended = new Promise(resolve => socket.on('close', () => {
      this.closed = this.#ending
      this.emit('end', this.#ending)
      resolve(this.#ending)
    }))
    socket.setNoDelay(true)
    socket.on('data', piece => this.#take(piece))
    // What came with the handshake stands before all that comes, and is taken once the caller had a chance to listen.
    this.#rest = first
    setImmediate(() => this.#take(Buffer.alloc(0)))
  }

  sendText (text) { this.sendFrame(TEXT, Buffer.from(text)) }

  sendFrame (opcode, payload, { final = true } = {}) {
    const size = payload.length
    const mask = randomBytes(4)
    const head = size < 126 ? Buffer.alloc(2) : size < 65536 ? Buffer.alloc(4) : Buffer.alloc(10)
    head[0] = (final ? 0x80 : 0) | opcode
    head[1] = 0x80 | (size < 126 ? size : size < 65536 ? 126 : 127)
    if (head.length === 4) head.writeUInt16BE(size, 2)
    if (head.length === 10) head.writeBigUInt64BE(BigInt(size), 2)
    const masked = Buffer.from(payload)
    for (let i = 0; i < size; i++) masked[i] ^= mask[i % 4]
    this.sendBytes(Buffer.concat([head, mask, masked]))
  }

  sendBytes (bytes) {
    if (!this.#socket.destroyed) this.#socket.write(bytes)
  }

  close () {
    this.sendFrame(CLOSE, Buffer.from([0x03, 0xe8]))
    this.#socket.end()
    return within('the end of a websocket', this.ended)
  }

  // Stops reading.
  pause () { this.#socket.pause() }

  // Gone without a word, as when a laptop's lid is shut.
  drop () { this.#socket.destroy() }

  #take (piece) {
    this.#rest = Buffer.concat([this.#rest, piece])
    for (let frame; (frame = this.#cutFrame());) this.#onFrame(frame)
  }

  #cutFrame () {
    const bytes = this.#rest
    if (bytes.length < 2) return null
    let size = bytes[1] & 0x7f
    let at = 2
    if (size === 126) {
      if (bytes.length < 4) return null
      size = bytes.readUInt16BE(2)
      at = 4
    } else if (size === 127) {
      if (bytes.length < 10) return null
      size = Number(bytes.readBigUInt64BE(2))
      at = 10
    }
    if (bytes.length < at + size) return null
    this.#rest = bytes.subarray(at + size)
    return {
      final: (bytes[0] & 0x80) !== 0,
      opcode: bytes[0] & 0x0f,
      payload: bytes.subarray(at, at + size)
    }
  }

  #onFrame ({ final, opcode, payload }) {
    if (opcode === PING) {
      if (this.pongs) this.sendFrame(PONG, payload)
    } else if (opcode === CLOSE) {
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      this.#ending = { code, reason: payload.subarray(2).toString('utf8') }
      this.sendFrame(CLOSE, payload.subarray(0, 2))
      this.#socket.end()
    } else if (opcode === TEXT || opcode === CONTINUATION) {
      this.#pieces.push(payload)
      if (!final) return
      const text = Buffer.concat(this.#pieces).toString('utf8')
      this.#pieces = []
      this.emit('text', text)
    }
  }
}
