// The little world behind the stand-in: users and posts, their ids, who is mentioned, timelines.
// Everything is held in memory; with a file, each change is one appended line of JSON.

import { EventEmitter } from 'node:events'
import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'
import { findMentions } from './weigh.mjs'

// The council's accounts.
export const ACCOUNTS = [
  { id: '1500000000000000001', username: 'NorthmoorHelp', name: 'Northmoor Council Help' },
  { id: '1500000000000000002', username: 'NorthmoorNews', name: 'Northmoor Council News' }
]
const OUR_IDS = new Set(ACCOUNTS.map(({ id }) => id))

const TWITTER_EPOCH = 1288834974657n
const DAY = 24 * 60 * 60 * 1000

export class DataFileError extends Error {}

const sameHandle = (a, b) => a.toLowerCase() === b.toLowerCase()

export class Store extends EventEmitter {
  #lastId = 0n
  #users = new Map() // by id
  #handles = new Map() // lower-case handle to user
  #posts = new Map() // by id, oldest first
  #threads = new Map() // conversation id to its posts, oldest first
  #fd = null

  constructor ({ clock, file, carried = true, warn = () => {} }) {
    super()
    this.setMaxListeners(0)
    this.clock = clock
    this.carried = carried
    for (const account of ACCOUNTS) {
      this.#keepUser({ ...account, created_at: '2022-03-05T09:00:00.000Z' })
    }
    if (file) this.#open(file, warn)
  }

  close () {
    if (this.#fd !== null) closeSync(this.#fd)
    this.#fd = null
  }

  // --- users ---

  user (id) { return this.#users.get(id) }

  userByHandle (handle) { return this.#handles.get(handle.toLowerCase()) }

  ensureUser (handle, name) {
    const known = this.userByHandle(handle)
    if (known) return known
    const created = { username: handle, name: name || handle, created_at: this.#now() }
    const user = { id: this.#nextId(), ...created }
    this.#keepUser(user)
    this.#append({ user })
    return user
  }

  // --- posts ---

  // A post somebody could see; a deleted one is gone for every reader.
  post (id) {
    const post = this.#posts.get(id)
    return post && !post.deleted ? post : undefined
  }

  posts () { return [...this.#posts.values()].filter(post => !post.deleted) }

  // Also for a deleted post: a reply to it still says whom it answered.
  authorOf (id) { return this.#posts.get(id).author_id }

  isOurs (post) { return OUR_IDS.has(post.author_id) }

  addPost ({ authorId, text, inReplyTo = null, quote = null, createdAt = null }) {
    const id = this.#nextId()
    const parent = inReplyTo ? this.#posts.get(inReplyTo) : null
    const post = {
      id,
      author_id: authorId,
      text,
      created_at: createdAt ?? this.#now(),
      conversation_id: parent ? parent.conversation_id : id,
      in_reply_to: inReplyTo,
      quote
    }
    this.#keepPost(post)
    this.#append({ post })
    this.emit('post', post)
    return post
  }

  deletePost (id) {
    const post = this.post(id)
    if (!post) return false
    post.deleted = true
    this.#append({ deleted: id })
    this.emit('deleted', id)
    return true
  }

  // What X's summon rule asks for: the account's handle in the text as written, or a quote of a post
  // of its.
  summons (post, account) {
    const quoted = post.quote && this.#posts.get(post.quote)
    return post.visible.some(name => sameHandle(name, account.username)) ||
      quoted?.author_id === account.id
  }

  // An earlier post of an account of ours with the same words within a day, on the sandbox's clock.
  duplicateOf (text) {
    const now = this.clock.now()
    return this.posts().find(post => this.isOurs(post) && post.text.trim() === text.trim() &&
      Math.abs(now - Date.parse(post.created_at)) < DAY)
  }

  // Newest first: posts of others that mention the user, in their words or carried by a reply.
  mentionsOf (user) {
    const named = name => sameHandle(name, user.username)
    return this.posts().reverse().filter(post => post.author_id !== user.id &&
      (post.visible.some(named) || post.carriedNames.some(named)))
  }

  // Newest first: what the user wrote.
  postsBy (user) {
    return this.posts().reverse().filter(post => post.author_id === user.id)
  }

  counts (post) {
    const all = this.posts()
    return {
      replies: all.filter(other => other.in_reply_to === post.id).length,
      quotes: all.filter(other => other.quote === post.id).length
    }
  }

  // --- inside ---

  #now () { return new Date(this.clock.now()).toISOString() }

  // Milliseconds since Twitter's epoch above 22 bits of counting, as a snowflake; from the real
  // clock, so that ids rise whatever the sandbox's clock says.
  #nextId () {
    const fromTime = (BigInt(Date.now()) - TWITTER_EPOCH) << 22n
    this.#lastId = fromTime > this.#lastId ? fromTime : this.#lastId + 1n
    return String(this.#lastId)
  }

  #seenId (id) {
    if (!OUR_IDS.has(id) && BigInt(id) > this.#lastId) this.#lastId = BigInt(id)
  }

  #keepUser (user) {
    this.#seenId(user.id)
    this.#users.set(user.id, user)
    this.#handles.set(user.username.toLowerCase(), user)
  }

  #keepPost (post) {
    this.#seenId(post.id)
    const thread = this.#threads.get(post.conversation_id) ?? []
    // Neither of these is stored: they follow from the texts.
    Object.defineProperty(post, 'visible', {
      value: findMentions(post.text).map(mention => mention.username)
    })
    Object.defineProperty(post, 'carriedNames', { value: this.#carriedBy(post, thread) })
    this.#posts.set(post.id, post)
    thread.push(post)
    this.#threads.set(post.conversation_id, thread)
  }

  // A reply carries the handles of the post above: its author, whom it named, whom it carried.
  // An account of ours is also carried where it wrote in the thread before.
  #carriedBy (post, thread) {
    const parent = post.in_reply_to && this.#posts.get(post.in_reply_to)
    if (!parent) return []
    const names = [this.#users.get(parent.author_id).username,
      ...parent.carriedNames, ...parent.visible]
    for (const { id, username } of ACCOUNTS) {
      if (thread.some(other => other.author_id === id)) names.push(username)
    }
    const author = this.#users.get(post.author_id).username
    const taken = new Set([author, ...post.visible].map(name => name.toLowerCase()))
    return names.filter(name => {
      const key = name.toLowerCase()
      return !taken.has(key) && taken.add(key)
    })
  }

  #append (record) {
    if (this.#fd !== null) writeSync(this.#fd, JSON.stringify(record) + '\n')
  }

  #open (file, warn) {
    const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
    let good = 0
    for (let line = 1; good < bytes.length; line++) {
      const newline = bytes.indexOf(10, good)
      const end = newline < 0 ? bytes.length : newline
      try {
        if (newline < 0) throw new SyntaxError('no end of line')
        this.#replay(JSON.parse(bytes.toString('utf8', good, end)))
      } catch (error) {
        if (end < bytes.length - 1) {
          throw new DataFileError(`${file}, line ${line}: not a record of the sandbox`)
        }
        warn(`${file}: the last line is torn, dropped it`)
        break
      }
      good = end + 1
    }
    this.#fd = openSync(file, 'a')
    if (good < bytes.length) ftruncateSync(this.#fd, good)
  }

  #replay ({ user, post, deleted }) {
    if (user) {
      if (!/^\d{1,19}$/.test(user.id) || !user.username) throw new TypeError('user')
      this.#keepUser(user)
    } else if (post) {
      if (!/^\d{1,19}$/.test(post.id) || !this.#users.has(post.author_id)) {
        throw new TypeError('post')
      }
      this.#keepPost(post)
    } else if (this.#posts.has(deleted)) {
      this.#posts.get(deleted).deleted = true
    } else {
      throw new TypeError('record')
    }
  }
}
