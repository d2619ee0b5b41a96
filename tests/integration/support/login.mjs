// kerbside x login, and the person who uses it: the command, X's pages, the browser that comes back.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { within } from './wait.mjs'

// The command, up to the address that it prints; the sandbox learns of its callback.
export async function begin (t, { x, config }, args = ['--account', 'NorthmoorHelp']) {
  const child = spawn(process.env.KERBSIDE,
    ['x', 'login', '--port', '0', '--config', config, ...args])
  t.after(() => child.kill('SIGKILL'))
  const login = { child, out: '', err: '' }
  child.stderr.setEncoding('utf8').on('data', piece => { login.err += piece })
  login.ended = new Promise(resolve => child.on('close', (code, signal) => {
    resolve({ status: code ?? signal, out: login.out, err: login.err })
  }))
  const printed = new Promise(resolve => child.stdout.setEncoding('utf8').on('data', piece => {
    login.out += piece
    if (/callback http.*\n/.test(login.out)) resolve()
  }))
  await within('the address', Promise.race([printed, login.ended]))
  login.url = /^ {2}(http\S+)$/m.exec(login.out)?.[1]
  login.callback = /callback (http\S+)$/m.exec(login.out)?.[1]
  assert.ok(login.url && login.callback, login.out + login.err)
  await x.control('POST', 'identity', { redirect_uris: [login.callback] })
  return login
}

// What a person does on X's page: the address that it sends the browser to.
export async function agree ({ x }, { url }, more = { account: 'NorthmoorHelp' }) {
  const { status, json } = await x.control('POST', 'identity/authorize', { url, ...more })
  assert.equal(status, 200, JSON.stringify(json))
  return json.redirect
}

export async function visit (address, options) {
  const answer = await fetch(address, { redirect: 'manual', ...options })
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}
