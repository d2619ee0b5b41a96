/* What the fuzz targets share. A check that fails must stop the run in every build, so no assert.
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define FUZZ_CHECK(holds)                                                                  \
    do {                                                                                   \
        if (!(holds)) {                                                                    \
            (void)fprintf(stderr, "%s:%d: %s doesn't hold\n", __FILE__, __LINE__, #holds); \
            abort();                                                                       \
        }                                                                                  \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
