/* Runs a fuzz target over every file of the folders named: in ordinary builds, where there is no
 * fuzzer, so that what was once found stays found. */
#include <dirent.h>

#include "base/file.h"
#include "tests/fuzz/fuzz.h"

static unsigned replay_folder(const char *dir)
{
    unsigned files = 0;
    DIR *d = opendir(dir);
    FUZZ_CHECK(d);
    for (struct dirent *e; (e = readdir(d));) {
        if (e->d_name[0] == '.')
            continue;
        struct buf path = BUF_INIT(8192), bytes = BUF_INIT(1 << 24);
        (void)buf_addf(&path, "%s/%s", dir, e->d_name);
        FUZZ_CHECK(file_read(buf_cstr(&path), &bytes) == 0);
        /* in a block of just this size, for the sanitizer to see a step too far */
        uint8_t *copy = malloc(bytes.len ? bytes.len : 1);
        FUZZ_CHECK(copy);
        if (bytes.len)
            memcpy(copy, bytes.p, bytes.len);
        (void)printf("%s\n", e->d_name);
        (void)fflush(stdout); /* the last one named is the one that broke it */
        (void)LLVMFuzzerTestOneInput(copy, bytes.len);
        free(copy);
        buf_release(&path);
        buf_release(&bytes);
        files++;
    }
    (void)closedir(d);
    return files;
}

int main(int argc, char **argv)
{
    unsigned files = 0;
    for (int i = 1; i < argc; i++)
        files += replay_folder(argv[i]);
    (void)printf("%u files\n", files);
    return files ? 0 : 1;
}
