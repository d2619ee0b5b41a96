/* What an emoji says in a message to a council. Unicode's names say what is drawn, not what is
 * meant. */
#include "intents/normal.h"

static const struct emoji {
    uint32_t point; /* sorted */
    const char *words;
} table[] = {
    { 0x2603, "snow" },       /* ☃ */
    { 0x260e, "phone" },      /* ☎ */
    { 0x2620, "skull" },      /* ☠ */
    { 0x267b, "recycling" },  /* ♻ */
    { 0x26a1, "electric" },   /* ⚡ */
    { 0x26c4, "snow" },       /* ⛄ */
    { 0x2744, "snow" },       /* ❄ */
    { 0x2764, "love" },       /* ❤ */
    { 0x1f17f, "parking" },   /* 🅿 */
    { 0x1f198, "help" },      /* 🆘 */
    { 0x1f30a, "flood" },     /* 🌊 */
    { 0x1f328, "snow" },      /* 🌨 */
    { 0x1f333, "tree" },      /* 🌳 */
    { 0x1f33f, "garden" },    /* 🌿 */
    { 0x1f342, "leaves" },    /* 🍂 */
    { 0x1f384, "christmas" }, /* 🎄 */
    { 0x1f385, "christmas" }, /* 🎅 */
    { 0x1f3a7, "audiobook" }, /* 🎧 */
    { 0x1f400, "rat" },       /* 🐀 */
    { 0x1f401, "rat" },       /* 🐁 */
    { 0x1f408, "cat" },       /* 🐈 */
    { 0x1f415, "dog" },       /* 🐕 */
    { 0x1f431, "cat" },       /* 🐱 */
    { 0x1f436, "dog" },       /* 🐶 */
    { 0x1f44d, "good" },      /* 👍 */
    { 0x1f44f, "well done" }, /* 👏 */
    { 0x1f480, "skull" },     /* 💀 */
    { 0x1f499, "love" },      /* 💙 */
    { 0x1f49a, "love" },      /* 💚 */
    { 0x1f49b, "love" },      /* 💛 */
    { 0x1f49c, "love" },      /* 💜 */
    { 0x1f4a1, "light" },     /* 💡 */
    { 0x1f4a6, "water" },     /* 💦 */
    { 0x1f4a9, "poo" },       /* 💩 */
    { 0x1f4d6, "book" },      /* 📖 */
    { 0x1f4da, "books" },     /* 📚 */
    { 0x1f4de, "phone" },     /* 📞 */
    { 0x1f525, "fire" },      /* 🔥 */
    { 0x1f526, "torch" },     /* 🔦 */
    { 0x1f573, "hole" },      /* 🕳 */
    { 0x1f595, "fuck you" },  /* 🖕 */
    { 0x1f5d1, "bin" },       /* 🗑 */
    { 0x1f602, "haha" },      /* 😂 */
    { 0x1f60d, "love" },      /* 😍 */
    { 0x1f620, "angry" },     /* 😠 */
    { 0x1f621, "angry" },     /* 😡 */
    { 0x1f622, "sad" },       /* 😢 */
    { 0x1f624, "angry" },     /* 😤 */
    { 0x1f62d, "crying" },    /* 😭 */
    { 0x1f64c, "well done" }, /* 🙌 */
    { 0x1f64f, "please" },    /* 🙏 */
    { 0x1f68c, "bus" },       /* 🚌 */
    { 0x1f68f, "bus stop" },  /* 🚏 */
    { 0x1f697, "car" },       /* 🚗 */
    { 0x1f699, "car" },       /* 🚙 */
    { 0x1f69a, "lorry" },     /* 🚚 */
    { 0x1f69b, "lorry" },     /* 🚛 */
    { 0x1f6a7, "roadworks" }, /* 🚧 */
    { 0x1f6a8, "alert" },     /* 🚨 */
    { 0x1f6ae, "litter" },    /* 🚮 */
    { 0x1f6af, "litter" },    /* 🚯 */
    { 0x1f6b2, "bike" },      /* 🚲 */
    { 0x1f6cb, "sofa" },      /* 🛋 */
    { 0x1f6cf, "bed" },       /* 🛏 */
    { 0x1f6e3, "road" },      /* 🛣 */
    { 0x1f921, "clown" },     /* 🤡 */
    { 0x1f922, "sick" },      /* 🤢 */
    { 0x1f923, "haha" },      /* 🤣 */
    { 0x1f92c, "angry" },     /* 🤬 */
    { 0x1f92e, "sick" },      /* 🤮 */
    { 0x1f970, "love" },      /* 🥰 */
    { 0x1f976, "freezing" },  /* 🥶 */
    { 0x1f98a, "fox" },       /* 🦊 */
    { 0x1f994, "hedgehog" },  /* 🦔 */
    { 0x1f9a1, "badger" },    /* 🦡 */
    { 0x1f9c2, "salt" },      /* 🧂 */
    { 0x1f9ca, "ice" },       /* 🧊 */
    { 0x1f9e1, "love" },      /* 🧡 */
};

static int by_point(const void *key, const void *row)
{
    uint32_t a = *(const uint32_t *)key, b = ((const struct emoji *)row)->point;
    return a < b ? -1 : a > b;
}

const char *emoji_words(uint32_t point)
{
    const struct emoji *e = bsearch(&point, table, ARRAY_LEN(table), sizeof *table, by_point);
    return e ? e->words : NULL;
}
