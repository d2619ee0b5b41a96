// A test in a council of its own, or a day in one council. Afterwards no page may have complained,
// nobody may have broken the network's rules, and kerbside must end well.

import { after, before, test } from 'node:test'
import { closeBrowser, Council } from './support.mjs'

const longestMs = 240_000

after(closeBrowser)

// `options` are those of Council.open, and how long it may take at most.
export function story (name, body, { timeout = longestMs, ...options } = {}) {
  test(name, { timeout }, async t => {
    const council = new Council()
    try {
      await council.open(options)
      await body(council, t)
      council.check()
      await council.stopKerbside()
    } catch (error) {
      t.diagnostic(`kerbside's last words:\n${council.log.slice(-3000)}`)
      throw error
    } finally {
      await council.close()
    }
  })
}

// As story, but all that the file tells happens in one council, each part with pages of its own.
export function day (options) {
  const council = new Council()
  before(() => council.open(options))
  after(async () => {
    try {
      council.check()
      await council.stopKerbside()
    } finally {
      await council.close()
    }
  })
  return (name, body) => test(name, { timeout: longestMs }, async t => {
    try {
      await body(council, t)
      council.check()
    } catch (error) {
      t.diagnostic(`kerbside's last words:\n${council.log.slice(-3000)}`)
      throw error
    } finally {
      await council.closePages()
      council.troubles = [] // the next part has its own
    }
  })
}
