#include "base/file.h"

#include <errno.h>

static int read_all(FILE *f, struct buf *out)
{
    char part[16384];
    size_t len;
    int r = 0;
    while (r == 0 && (len = fread(part, 1, sizeof part, f)) > 0)
        r = buf_add(out, (struct str){ part, len });
    return r == 0 && ferror(f) ? ERR_IO : r; /* a folder opens but doesn't read: errno is EISDIR */
}

int file_read(const char *path, struct buf *out)
{
    FILE *f = fopen(path, "rbe");
    if (!f)
        return ERR_IO;
    int r = read_all(f, out);
    int why = errno;
    (void)fclose(f);
    errno = why;
    return r;
}

int file_read_input(struct buf *out)
{
    return read_all(stdin, out);
}

char *file_beside(const char *beside, const char *path)
{
    struct buf b = BUF_INIT(8192);
    const char *slash = strrchr(beside, '/');
    if (path[0] != '/' && slash)
        (void)buf_add(&b, (struct str){ beside, (size_t)(slash - beside) + 1 });
    (void)buf_addc(&b, path);
    return buf_take(&b);
}
