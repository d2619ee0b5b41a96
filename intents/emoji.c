/*
 * What an emoji says in a message to a council. Unicode's names say what is drawn, not what is
 * meant: who puts a loudly crying face behind a late bin doesn't cry, so it says nothing here, and
 * neither does what else only sets a tone.
 */
#include "intents/normal.h"

static const struct emoji {
    uint32_t point; /* sorted */
    const char *words;
} table[] = {
    { 0x2603, "snow" },            /* ☃ */
    { 0x260e, "phone" },           /* ☎ */
    { 0x2614, "rain" },            /* ☔ */
    { 0x2620, "skull" },           /* ☠ */
    { 0x2665, "love" },            /* ♥ */
    { 0x267b, "recycling" },       /* ♻ */
    { 0x26a0, "danger" },          /* ⚠ */
    { 0x26a1, "electric" },        /* ⚡ */
    { 0x26c4, "snow" },            /* ⛄ */
    { 0x2744, "snow" },            /* ❄ */
    { 0x274c, "not done" },        /* ❌ */
    { 0x2764, "love" },            /* ❤ */
    { 0x1f17f, "parking" },        /* 🅿 */
    { 0x1f198, "help" },           /* 🆘 */
    { 0x1f30a, "flood" },          /* 🌊 */
    { 0x1f327, "rain" },           /* 🌧 */
    { 0x1f328, "snow" },           /* 🌨 */
    { 0x1f332, "tree" },           /* 🌲 */
    { 0x1f333, "tree" },           /* 🌳 */
    { 0x1f334, "tree" },           /* 🌴 */
    { 0x1f33f, "garden" },         /* 🌿 */
    { 0x1f341, "leaves" },         /* 🍁 */
    { 0x1f342, "leaves" },         /* 🍂 */
    { 0x1f343, "leaves" },         /* 🍃 */
    { 0x1f384, "christmas" },      /* 🎄 */
    { 0x1f385, "christmas" },      /* 🎅 */
    { 0x1f3a7, "audiobook" },      /* 🎧 */
    { 0x1f3a8, "paint" },          /* 🎨 */
    { 0x1f3cd, "motorbike" },      /* 🏍 */
    { 0x1f3e5, "hospital" },       /* 🏥 */
    { 0x1f3eb, "school" },         /* 🏫 */
    { 0x1f400, "rat" },            /* 🐀 */
    { 0x1f401, "rat" },            /* 🐁 */
    { 0x1f408, "cat" },            /* 🐈 */
    { 0x1f415, "dog" },            /* 🐕 */
    { 0x1f41d, "bees" },           /* 🐝 */
    { 0x1f426, "bird" },           /* 🐦 */
    { 0x1f429, "dog" },            /* 🐩 */
    { 0x1f42d, "mouse" },          /* 🐭 */
    { 0x1f431, "cat" },            /* 🐱 */
    { 0x1f436, "dog" },            /* 🐶 */
    { 0x1f43f, "squirrel" },       /* 🐿 */
    { 0x1f44c, "good" },           /* 👌 */
    { 0x1f44d, "good" },           /* 👍 */
    { 0x1f44e, "bad" },            /* 👎 */
    { 0x1f44f, "well done" },      /* 👏 */
    { 0x1f46e, "police" },         /* 👮 */
    { 0x1f47f, "angry" },          /* 👿 */
    { 0x1f480, "skull" },          /* 💀 */
    { 0x1f489, "needles" },        /* 💉 */
    { 0x1f495, "love" },           /* 💕 */
    { 0x1f496, "love" },           /* 💖 */
    { 0x1f499, "love" },           /* 💙 */
    { 0x1f49a, "love" },           /* 💚 */
    { 0x1f49b, "love" },           /* 💛 */
    { 0x1f49c, "love" },           /* 💜 */
    { 0x1f4a1, "light" },          /* 💡 */
    { 0x1f4a6, "water" },          /* 💦 */
    { 0x1f4a7, "water" },          /* 💧 */
    { 0x1f4a9, "poo" },            /* 💩 */
    { 0x1f4bb, "computer" },       /* 💻 */
    { 0x1f4d5, "book" },           /* 📕 */
    { 0x1f4d6, "book" },           /* 📖 */
    { 0x1f4d7, "book" },           /* 📗 */
    { 0x1f4d8, "book" },           /* 📘 */
    { 0x1f4d9, "book" },           /* 📙 */
    { 0x1f4da, "books" },          /* 📚 */
    { 0x1f4de, "phone" },          /* 📞 */
    { 0x1f4e6, "box" },            /* 📦 */
    { 0x1f4f1, "phone" },          /* 📱 */
    { 0x1f4fa, "tv" },             /* 📺 */
    { 0x1f50b, "battery" },        /* 🔋 */
    { 0x1f525, "fire" },           /* 🔥 */
    { 0x1f526, "torch" },          /* 🔦 */
    { 0x1f573, "hole" },           /* 🕳 */
    { 0x1f595, "fuck you" },       /* 🖕 */
    { 0x1f5a4, "love" },           /* 🖤 */
    { 0x1f5a5, "computer" },       /* 🖥 */
    { 0x1f5d1, "bin" },            /* 🗑 */
    { 0x1f602, "haha" },           /* 😂 */
    { 0x1f606, "haha" },           /* 😆 */
    { 0x1f60d, "love" },           /* 😍 */
    { 0x1f620, "angry" },          /* 😠 */
    { 0x1f621, "angry" },          /* 😡 */
    { 0x1f622, "sad" },            /* 😢 */
    { 0x1f624, "angry" },          /* 😤 */
    { 0x1f639, "haha" },           /* 😹 */
    { 0x1f64c, "well done" },      /* 🙌 */
    { 0x1f64f, "please" },         /* 🙏 */
    { 0x1f68c, "bus" },            /* 🚌 */
    { 0x1f68d, "bus" },            /* 🚍 */
    { 0x1f68f, "bus stop" },       /* 🚏 */
    { 0x1f690, "van" },            /* 🚐 */
    { 0x1f691, "ambulance" },      /* 🚑 */
    { 0x1f692, "fire engine" },    /* 🚒 */
    { 0x1f693, "police" },         /* 🚓 */
    { 0x1f694, "police" },         /* 🚔 */
    { 0x1f697, "car" },            /* 🚗 */
    { 0x1f699, "car" },            /* 🚙 */
    { 0x1f69a, "lorry" },          /* 🚚 */
    { 0x1f69b, "lorry" },          /* 🚛 */
    { 0x1f6a5, "traffic lights" }, /* 🚥 */
    { 0x1f6a6, "traffic lights" }, /* 🚦 */
    { 0x1f6a7, "roadworks" },      /* 🚧 */
    { 0x1f6a8, "alert" },          /* 🚨 */
    { 0x1f6ab, "no" },             /* 🚫 */
    { 0x1f6ae, "litter" },         /* 🚮 */
    { 0x1f6af, "litter" },         /* 🚯 */
    { 0x1f6b2, "bike" },           /* 🚲 */
    { 0x1f6bd, "toilet" },         /* 🚽 */
    { 0x1f6c1, "bath" },           /* 🛁 */
    { 0x1f6cb, "sofa" },           /* 🛋 */
    { 0x1f6cf, "bed" },            /* 🛏 */
    { 0x1f6d2, "trolley" },        /* 🛒 */
    { 0x1f6e3, "road" },           /* 🛣 */
    { 0x1f6f4, "scooter" },        /* 🛴 */
    { 0x1f6f5, "scooter" },        /* 🛵 */
    { 0x1f90d, "love" },           /* 🤍 */
    { 0x1f90e, "love" },           /* 🤎 */
    { 0x1f921, "clown" },          /* 🤡 */
    { 0x1f922, "sick" },           /* 🤢 */
    { 0x1f923, "haha" },           /* 🤣 */
    { 0x1f92c, "angry" },          /* 🤬 */
    { 0x1f92e, "sick" },           /* 🤮 */
    { 0x1f970, "love" },           /* 🥰 */
    { 0x1f976, "freezing" },       /* 🥶 */
    { 0x1f97a, "please" },         /* 🥺 */
    { 0x1f98a, "fox" },            /* 🦊 */
    { 0x1f98c, "deer" },           /* 🦌 */
    { 0x1f994, "hedgehog" },       /* 🦔 */
    { 0x1f9a1, "badger" },         /* 🦡 */
    { 0x1f9a2, "swan" },           /* 🦢 */
    { 0x1f9ae, "dog" },            /* 🦮 */
    { 0x1f9c2, "salt" },           /* 🧂 */
    { 0x1f9ca, "ice" },            /* 🧊 */
    { 0x1f9e1, "love" },           /* 🧡 */
    { 0x1f9f9, "sweeping" },       /* 🧹 */
    { 0x1fa91, "chair" },          /* 🪑 */
    { 0x1fab3, "cockroach" },      /* 🪳 */
    { 0x1fab5, "wood" },           /* 🪵 */
    { 0x1faf6, "love" },           /* 🫶 */
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
