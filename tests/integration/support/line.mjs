// A wire between a console and Kerbside that can be cut: a TCP proxy of one's own.

import { once } from 'node:events'
import net from 'node:net'

export class Line {
  #server
  #pairs = new Set()
  #left = Infinity // bytes that the server may still say

  static async to (url) {
    const { hostname, port } = new URL(url)
    const line = new Line()
    line.#server = net.createServer(near => line.#join(near, net.connect(Number(port), hostname)))
    line.#server.listen(0, '127.0.0.1')
    await once(line.#server, 'listening')
    line.url = `http://127.0.0.1:${line.#server.address().port}/`
    return line
  }

  // Both ends find the connection gone.
  cut () {
    this.#left = Infinity
    for (const sockets of this.#pairs) for (const socket of sockets) socket.destroy()
    this.#pairs.clear()
  }

  // As cut, when the server has said so many bytes more: in the middle of a frame.
  cutAfter (bytes) { this.#left = bytes }

  close () {
    this.cut()
    this.#server.close()
  }

  #join (near, far) {
    const pair = [near, far]
    this.#pairs.add(pair)
    for (const socket of pair) {
      socket.setNoDelay(true)
      socket.on('error', () => {})
    }
    const end = () => {
      this.#pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    near.on('data', piece => far.write(piece))
    near.on('close', end)
    far.on('close', end)
    far.on('data', piece => {
      if (piece.length < this.#left) {
        this.#left -= piece.length
        near.write(piece)
      } else {
        near.write(piece.subarray(0, this.#left), () => this.cut())
      }
    })
  }
}
