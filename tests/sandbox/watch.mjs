// Watches what the program sends for X's automation rules (April 2026). X would
// take these posts at first and act on them later, so they are posted here as well, and recorded as
// violations.

import { ACCOUNTS } from './store.mjs'

const DAY_MS = 24 * 60 * 60 * 1000
// The share of common pairs of words: one word changed among twenty is above, among ten below.
const NEARLY = 0.8
// So many of the latest posts with a pair of words are compared: enough for any test, and bounded.
const COMPARED = 100

// Words that say "no more answers", as a whole message or plainly inside one; and the way back.
const OPT_OUT = new RegExp([
  '^(?:please )?(?:stop|stopall|unsubscribe|end|quit|cancel)(?: please)?$',
  '\\b(?:opt(?:ing)? (?:me )?out|stop (?:replying|messaging|answering|tweeting)|leave me alone)\\b',
  "\\b(?:don['’]t|do not|no more) (?:reply|replies|answer|answers)\\b"
].join('|'), 'i')
const OPT_IN = /^(?:please )?(?:start|unstop|opt (?:me )?(?:back )?in)(?: please)?$/i

const ASKING = new RegExp([
  "\\b(?:what(?:['’]s| is)|send|tell|give|confirm|share|provide|post|reply with|need|",
  'let us (?:have|know))\\b[^.!?]{0,40}?\\b(?:your|ur)\\b[^.!?]{0,30}?',
  '\\b(?:full name|surname|(?:home |street |email |e-mail )?address|post ?code|',
  '(?:phone|mobile|telephone|account|reference|case|card|insurance) number|',
  'email|e-mail|mobile|date of birth|dob|bank details|sort code)\\b'
].join(''), 'i')
// Said beside it, the words ask for nothing in public.
const PRIVATELY =
  /\b(?:don['’]t|do not|never|without|direct message|dm|private|form|call|phone us)\b/i

const withoutHandles = text => text.replace(/[@＠][A-Za-z0-9_]+/g, ' ').trim()
const words = text => withoutHandles(text).replace(/https?:\/\/\S+/gi, ' ').toLowerCase()
  .match(/[\p{L}\p{N}']+/gu) ?? []

// A member of staff signs with initials.
export const isSigned = text => /\^[A-Z]{1,3}$/.test(text.trim())

// Pairs of neighbouring words, by which texts are compared.
function pairsOf (text) {
  const list = ['', ...words(text), '']
  return new Set(list.slice(1).map((word, n) => `${list[n]} ${word}`))
}

export class Watch {
  #pairs = new Map() // a pair of words to the latest texts of ours with it
  #optedOut = new Map() // user id to { post, confirmed }

  constructor ({ store, clock, options }) {
    Object.assign(this, { store, clock, on: options.watch })
    for (const post of store.posts()) this.#listen(post)
    store.on('post', post => this.#listen(post))
  }

  // What a post is about to break: a list of sentences. It has not been posted yet.
  judge ({ text, parentId, user }) {
    if (!this.on) return []
    const broken = []
    const automatic = !isSigned(text)
    const parent = parentId && this.store.post(parentId)
    if (parent && automatic) {
      const before = this.store.repliesTo(parent).find(post => post.by_api && !isSigned(post.text))
      if (before) broken.push(`a second automatic reply to ${parentId}`)
    }
    const similar = this.#similarTo(text)
    if (similar) broken.push(`nearly the same words as ${similar.id} within a day`)
    if (parent) broken.push(...this.#afterOptOut(parent))
    const asking = text.split(/(?<=[.!?])\s+/)
      .find(sentence => ASKING.test(sentence) && !PRIVATELY.test(sentence))
    if (asking) broken.push(`asks for personal details in public: ${asking}`)
    return broken
  }

  // Somebody who opted out gets one confirmation, right below those words.
  #afterOptOut (parent) {
    const state = this.#optedOut.get(parent.author_id)
    if (!state) return []
    if (state.post === parent && !state.confirmed) {
      state.confirmed = true
      return []
    }
    return [`replied to somebody who had opted out in ${state.post.id}`]
  }

  #similarTo (text) {
    const now = this.clock.now()
    const mine = pairsOf(text)
    const shared = new Map()
    for (const pair of mine) {
      for (const post of this.#pairs.get(pair) ?? []) shared.set(post, (shared.get(post) ?? 0) + 1)
    }
    for (const [post, common] of shared) {
      const all = mine.size + post.pairs.size - common
      if (common / all >= NEARLY && Math.abs(now - post.at) < DAY_MS) return post
    }
    return undefined
  }

  #listen (post) {
    if (this.store.isOurs(post)) {
      const entry = { id: post.id, at: Date.parse(post.created_at), pairs: pairsOf(post.text) }
      for (const pair of entry.pairs) {
        const list = this.#pairs.get(pair) ?? []
        list.push(entry)
        if (list.length > COMPARED) list.shift()
        this.#pairs.set(pair, list)
      }
      return
    }
    // What is said to others is not said to us.
    if (!ACCOUNTS.some(account => this.store.names(post, account))) return
    const said = withoutHandles(post.text).replace(/[.!]+$/, '')
    if (OPT_IN.test(said)) this.#optedOut.delete(post.author_id)
    else if (OPT_OUT.test(said) && !this.#optedOut.has(post.author_id)) {
      this.#optedOut.set(post.author_id, { post, confirmed: false })
    }
  }
}
