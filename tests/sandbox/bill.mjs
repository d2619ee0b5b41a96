// What X would charge, in thousandths of a dollar: its page on prices, 2026-08.

const PRICES = {
  post_read: 5,
  owned_read: 1, // the account that owns the app reads its own timelines
  user_read: 10,
  dm_read: 10,
  post: 15,
  post_with_url: 200,
  summoned_reply: 10,
  // By a third party's reading of the price page, a summoned reply costs the same with a URL.
  summoned_reply_with_url: 10,
  dm: 15,
  delete: 10,
  activity_post: 5,
  activity_dm: 10
}

export class Bill {
  constructor ({ clock }) {
    this.clock = clock
    this.clear()
  }

  clear () {
    this.counts = Object.fromEntries(Object.keys(PRICES).map(kind => [kind, 0]))
    this.day = null
    this.charged = new Set() // resources of this UTC day
  }

  // Something that X charges for each time it is done.
  add (kind) { this.counts[kind]++ }

  // A resource that was returned: charged once in a UTC day, at the price it first came for.
  read (kind, type, id) {
    const day = new Date(this.clock.now()).toISOString().slice(0, 10)
    if (day !== this.day) {
      this.day = day
      this.charged.clear()
    }
    if (this.charged.has(`${type} ${id}`)) return
    this.charged.add(`${type} ${id}`)
    this.add(kind)
  }

  // Everything in the answer to a read; `type` is what its data holds, `owned` whether they are our
  // own.
  answer ({ data, includes = {} }, type, owned) {
    for (const { id } of [data].flat()) this.read(owned ? 'owned_read' : `${type}_read`, type, id)
    for (const { id } of includes.users ?? []) this.read('user_read', 'user', id)
    const posts = includes.tweets ?? includes.posts ?? []
    for (const { id } of posts) this.read('post_read', 'post', id)
  }

  describe () {
    const items = Object.entries(this.counts).filter(([, count]) => count > 0)
      .map(([kind, count]) => [kind, { count, usd: count * PRICES[kind] / 1000 }])
    const thousandths = items.reduce((sum, [kind, { count }]) => sum + count * PRICES[kind], 0)
    return { usd: thousandths / 1000, items: Object.fromEntries(items) }
  }
}
