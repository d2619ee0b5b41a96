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

// The moment an id was made, in milliseconds.
export const timeOfId = id => Number((BigInt(id) >> 22n) + TWITTER_EPOCH)

export class DataFileError extends Error {}

export const STATES = ['active', 'protected', 'suspended', 'deactivated']

const isShown = post => !post.deleted && post.versions.at(-1) === post.id
const sameWords = (authorId, text) => `${authorId} ${text.trim()}`
const add = (map, key, value) => map.has(key) ? map.get(key).push(value) : map.set(key, [value])
const sameHandle = (a, b) => a.toLowerCase() === b.toLowerCase()

export class Store extends EventEmitter {
  #lastId = 0n
  #users = new Map() // by id
  #handles = new Map() // lower-case handle to user
  #posts = new Map() // by id, oldest first
  #threads = new Map() // conversation id to its posts, oldest first
  #texts = new Map() // author and words to the posts that said just that
  #written = new Map() // user id to what they wrote, oldest first
  #pointing = new Map() // id of a post to those that quote or repost it
  #naming = new Map() // lower-case handle to the posts that mention it, oldest first
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
    // A handle that was given up is free for somebody else.
    if (known && sameHandle(known.username, handle)) return known
    const created = { username: handle, name: name || handle, created_at: this.#now() }
    const user = { id: this.#nextId(), ...created }
    this.#keepUser(user)
    this.#append({ user })
    return user
  }

  users () { return [...this.#users.values()] }

  // `change` has some of username, name, state (see STATES) and blocks (ids of accounts of ours).
  changeUser (user, change) {
    this.#keepUser(Object.assign(user, change))
    this.#append({ user })
    this.emit('user', user)
  }

  // For whatever else X numbers: ids rise together.
  newId () { return this.#nextId() }

  // --- posts ---

  // A post that was not deleted, in any of its versions.
  post (id) {
    const post = this.#posts.get(id)
    return post && !post.deleted ? post : undefined
  }

  // The newest version of each.
  posts () {
    return [...this.#posts.values()].filter(isShown)
  }

  // What keeps `viewer`, a user or null for the app, from seeing a post: 'gone', 'withheld',
  // 'unauthorized', or null for nothing.
  hides (id, viewer) {
    const post = this.post(id)
    if (!post) return 'gone'
    const author = this.#users.get(post.author_id)
    if (author === viewer) return null
    if (author.state === 'deactivated') return 'gone'
    if (author.state === 'protected' || author.state === 'suspended') return 'unauthorized'
    if (viewer && author.blocks?.includes(viewer.id)) return 'unauthorized'
    if (post.withheld) return 'withheld'
    return post.repost_of ? this.hides(post.repost_of, viewer) : null
  }

  // Also for a deleted post: a reply to it still says whom it answered.
  authorOf (id) { return this.#posts.get(id).author_id }

  isOurs (post) { return OUR_IDS.has(post.author_id) }

  // `more` has what only some posts have: repost_of, by_api, and `excluded`, ids of users whom the
  // reply does not carry.
  addPost ({ authorId, text, inReplyTo = null, quote = null, createdAt = null, ...more }) {
    const id = this.#nextId()
    const parent = inReplyTo ? this.#posts.get(inReplyTo) : null
    const post = {
      id,
      author_id: authorId,
      text,
      created_at: createdAt ?? this.#now(),
      conversation_id: parent ? parent.conversation_id : id,
      in_reply_to: inReplyTo,
      quote,
      ...more
    }
    this.#keepPost(post)
    this.#append({ post })
    this.emit('post', post)
    return post
  }

  // A new version, with an id of its own.
  editPost (id, text) {
    const former = this.#posts.get(id)
    const newest = this.#posts.get(former.versions.at(-1))
    const post = {
      ...newest, id: this.#nextId(), text, created_at: this.#now(), edit_of: former.versions[0]
    }
    this.#keepPost(post)
    this.#append({ post })
    this.emit('edited', { post, former: newest })
    return post
  }

  withholdPost (id) {
    this.#posts.get(id).withheld = true
    this.#append({ withheld: id })
  }

  // With all its versions and reposts.
  deletePost (id) {
    const post = this.post(id)
    if (!post) return false
    for (const version of post.versions) this.#posts.get(version).deleted = true
    this.#append({ deleted: id })
    this.emit('deleted', post.versions.at(-1))
    for (const other of this.posts()) if (other.repost_of === id) this.deletePost(other.id)
    return true
  }

  // What X's summon rule asks for: the account's handle in the text as written, or a quote of a
  // post of its.
  summons (post, account) {
    const quoted = post.quote && this.#posts.get(post.quote)
    return post.visible.some(name => sameHandle(name, account.username)) ||
      quoted?.author_id === account.id
  }

  // An earlier post of the account with the same words within a day, on the sandbox's clock.
  duplicateOf (text, account) {
    const now = this.clock.now()
    return (this.#texts.get(sameWords(account.id, text)) ?? []).find(post => !post.deleted &&
      Math.abs(now - Date.parse(post.created_at)) < DAY)
  }

  // Newest first: posts of others that mention the user, in their words or carried by a reply.
  mentionsOf (user) {
    const naming = this.#naming.get(user.username.toLowerCase()) ?? []
    return naming.filter(post => post.author_id !== user.id && isShown(post)).reverse()
  }

  // In its words, or carried.
  names (post, user) {
    return [...post.visible, ...post.carriedNames].some(name => sameHandle(name, user.username))
  }

  // Newest first: what the user wrote.
  postsBy (user) {
    return (this.#written.get(user.id) ?? []).filter(isShown).reverse()
  }

  // Of the post in all its versions, oldest first.
  repliesTo (post) {
    return this.#threads.get(post.conversation_id)
      .filter(other => isShown(other) && post.versions.includes(other.in_reply_to))
  }

  counts (post) {
    const others = post.versions.flatMap(id => this.#pointing.get(id) ?? []).filter(isShown)
    return {
      replies: this.repliesTo(post).length,
      quotes: others.filter(other => post.versions.includes(other.quote)).length,
      reposts: others.filter(other => post.versions.includes(other.repost_of)).length
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

  // An old handle stays with its user, until somebody else takes it.
  #keepUser (user) {
    this.#seenId(user.id)
    this.#users.set(user.id, user)
    this.#handles.set(user.username.toLowerCase(), user)
  }

  #keepPost (post) {
    this.#seenId(post.id)
    const thread = this.#threads.get(post.conversation_id) ?? []
    // None of these is stored: they follow from the texts, and from the versions before.
    const versions = this.#posts.get(post.edit_of)?.versions ?? []
    versions.push(post.id)
    Object.defineProperty(post, 'versions', { value: versions })
    Object.defineProperty(post, 'visible', {
      value: findMentions(post.text).map(mention => mention.username)
    })
    Object.defineProperty(post, 'carriedNames', { value: this.#carriedBy(post, thread) })
    this.#posts.set(post.id, post)
    add(this.#threads, post.conversation_id, post)
    add(this.#texts, sameWords(post.author_id, post.text), post)
    add(this.#written, post.author_id, post)
    for (const id of [post.quote, post.repost_of]) if (id) add(this.#pointing, id, post)
    const names = [...post.visible, ...post.carriedNames].map(name => name.toLowerCase())
    for (const name of new Set(names)) add(this.#naming, name, post)
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
    const excluded = (post.excluded ?? []).map(id => this.#users.get(id)?.username ?? '')
    const taken = new Set([author, ...excluded, ...post.visible].map(name => name.toLowerCase()))
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

  #replay ({ user, post, deleted, withheld }) {
    if (user) {
      if (!/^\d{1,19}$/.test(user.id) || !user.username) throw new TypeError('user')
      this.#keepUser(Object.assign(this.#users.get(user.id) ?? {}, user))
    } else if (post) {
      if (!/^\d{1,19}$/.test(post.id) || !this.#users.has(post.author_id)) {
        throw new TypeError('post')
      }
      this.#keepPost(post)
    } else if (this.#posts.has(deleted)) {
      for (const id of this.#posts.get(deleted).versions) this.#posts.get(id).deleted = true
    } else if (this.#posts.has(withheld)) {
      this.#posts.get(withheld).withheld = true
    } else {
      throw new TypeError('record')
    }
  }
}
